"""Cost of writing together: an autosave, a poll, and the database's growth in an hour.

    python -m bench.writing          # over an empty database of its own, in DATABASE_URL

The first two are asked by `wrk` at one connection, beside a bare view in the same run. The hour is
simulated: 50 people in ten incidents, whose operations follow each other without the pauses.
MINUTES sets another time.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402

from accounts.models import User  # noqa: E402
from bench import serving  # noqa: E402
from bench.text import WORDS  # noqa: E402
from incidents.models import Incident, Revision, Section, SectionVersion  # noqa: E402
from incidents.operations import incidents, live_text, live_upkeep, sections  # noqa: E402
from incidents.operations.incidents import IncidentFields  # noqa: E402
from incidents.operations.live_text import Sent  # noqa: E402

SECONDS = 8
MINUTES = int(os.environ.get("MINUTES", "60"))
PEOPLE = 50
INCIDENTS = 10
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

# Each request is another text upon the version that the one before made.
_AUTOSAVE = """
local number, base = 0, %(version)d
request = function()
  number = number + 1
  local text = %(text)s .. " word" .. number
  local body = string.format('{"tab": "%(tab)s", "seq": %%d, "base": %%d, "text": "%%s"}',
                             number, base, text)
  return wrk.format("POST", "%(address)s", %(headers)s, body)
end
response = function(status, headers, body)
  base = tonumber(body:match('"version": (%%d+)')) or base
end
"""
_POLL = """
request = function()
  return wrk.format("POST", "%(address)s", %(headers)s, %(body)s)
end
"""


def main() -> None:
    author = User.objects.filter(username="bench").first() or User.objects.create(
        username="bench", email="bench@example.com", role="author"
    )
    latencies(author)
    growth(author)


# --- requests ----------------------------------------------------------------------------------


def latencies(author: User) -> None:
    incident = _incident(author, 12)
    section = incident.sections.order_by("position")[5]
    section.refresh_from_db()
    with serving.served("bench.bare") as (bare, _), serving.served("config.wsgi") as (port, _):
        site = serving.Site(port, {"Cookie": serving.sign_in(author)})
        site.keep_cookies()
        page = f"/incidents/{incident.reference}/"
        site.get(f"{page}write/")
        headers = _headers(site)
        versions = dict(incident.sections.values_list("pk", "version"))
        poll = {
            **{"tab": str(uuid.uuid4()), "writing": True, "section": section.pk},
            **{"versions": versions, "revision": incident.revisions.first().number},
        }
        spoken = {"address": f"{page}live/", "headers": headers, "body": _lua(json.dumps(poll))}
        _report("bare view", bare, "", bare)
        _report("poll, nothing new", port, _POLL % spoken, bare)
        saving = {"text": _lua(section.body), "tab": uuid.uuid4(), "version": section.version}
        spoken = {"address": f"{page}sections/{section.pk}/live/", "headers": headers}
        _report("autosave", port, _AUTOSAVE % (saving | spoken), bare)


def _headers(site: serving.Site) -> str:
    token = re.search(r"csrftoken=(\w+)", site.headers["Cookie"])
    assert token
    fields = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "X-CSRFToken": token[1],
        "Cookie": site.headers["Cookie"],
    }
    return "{" + ", ".join(f'["{name}"] = "{value}"' for name, value in fields.items()) + "}"


def _lua(text: str) -> str:
    """A text between quotation marks, without line ends."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'


def _report(name: str, port: int, script: str, bare: int) -> None:
    ours, theirs = _wrk(port, script), _wrk(bare, "")
    refused = f"  FAILED: {ours['refused']} refused" if ours["refused"] else ""
    print(
        f"{name:24} p50 {ours['50']:6.2f} ms  p95 {ours['95']:6.2f} ms"
        f"  p99 {ours['99']:6.2f} ms  {ours['50'] / theirs['50']:5.1f} x"
        f"  p95 {ours['95'] / theirs['50']:5.1f} x{refused}",
        flush=True,
    )


_DONE = """
done = function(summary, latency, requests)
  io.write(string.format("50 %f\\n95 %f\\n99 %f\\nrefused %d\\n",
    latency:percentile(50) / 1000, latency:percentile(95) / 1000,
    latency:percentile(99) / 1000, summary.errors.status))
end
"""


def _wrk(port: int, script: str) -> dict[str, float]:
    with _file(script + _DONE) as file:
        said = subprocess.run(
            ["wrk", "-t1", "-c1", f"-d{SECONDS}s", "-s", file, f"http://127.0.0.1:{port}/"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    return {name: float(value) for name, value in re.findall(r"^(\w+) ([\d.]+)$", said, re.M)}


@contextmanager
def _file(content: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "script.lua")
        path.write_text(content)
        yield str(path)


# --- growth ------------------------------------------------------------------------------------


def growth(author: User) -> None:
    """An hour: people type for 20 to 90 seconds, then read for as long."""
    writers = _writers(author)
    before, tables, wal = _size(), _tables(), _wal()
    rows, began = Revision.objects.count(), time.perf_counter()
    for second in range(60 * MINUTES):
        at = NOON + timedelta(seconds=second)
        for writer in writers:
            writer.second(second, at)
        _keep_up(second, at, before)
    letters, saves = sum(one.letters for one in writers), sum(one.seq for one in writers)
    print(f"{letters:,} letters, {saves:,} saves, {Revision.objects.count() - rows} revisions")
    print(f"{(_wal() - wal) / 2**20:,.0f} MiB of write-ahead log")
    print(f"{time.perf_counter() - began:,.0f} s of work")
    for name, size in _tables().items():
        if size - tables.get(name, 0) > 2**18:
            print(f"  {name:32} {(size - tables.get(name, 0)) / 2**20:8.1f} MiB")
    live_upkeep.end_quiet_stretches(at=NOON + timedelta(hours=2))
    live_upkeep.prune(at=NOON + timedelta(hours=3))
    kept = SectionVersion.objects.filter(section__incident__in=_all(writers)).count()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM FULL incidents_sectionversion")
    print(f"{kept:,} versions kept for good")
    _told("for good, once the space is reused", before)


def _keep_up(second: int, at: datetime, before: int) -> None:
    """Do the work of the worker, and of PostgreSQL: vacuum every minute."""
    if second % 60 == 59:
        live_upkeep.end_quiet_stretches(at=at)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
    if second % 3 == 2:
        for pk in live_upkeep.unsearched(at=at + timedelta(seconds=30)):
            live_upkeep.refresh_search(pk)
    if second % 600 == 599:
        live_upkeep.prune(at=at)
        _told(f"after {second // 60 + 1} minutes", before)


def _writers(author: User) -> list[_Writer]:
    chance = random.Random(1)
    people = [
        User.objects.get_or_create(
            username=f"w{number}", defaults={"email": f"w{number}@example.com", "role": "author"}
        )[0]
        for number in range(PEOPLE)
    ]
    writers = []
    for number in range(INCIDENTS):
        incident = _incident(author, 12)
        there = list(incident.sections.all())
        for person in people[number::INCIDENTS]:
            section = chance.choice(there)
            section.incident = incident
            writers.append(_Writer(person, section, chance))
    return writers


class _Writer:
    """A person who types five letters a second, saved every two seconds."""

    def __init__(self, person: User, section: Section, chance: random.Random) -> None:
        self.person, self.section, self.chance = person, section, chance
        self.tab, self.seq, self.letters = uuid.uuid4(), 0, 0
        self.text, self.base = section.body, section.version
        self.is_typing, self.until = chance.random() < 0.5, chance.randint(0, 90)

    def second(self, now: int, at: datetime) -> None:
        """Go on for a second."""
        if now >= self.until:
            self.is_typing = not self.is_typing
            self.until = now + self.chance.randint(20, 90)
        if not self.is_typing or (now + self.section.pk) % 2:
            return
        added = "".join(f" {self.chance.choice(WORDS)}" for _ in range(2))[:10]
        at_word = self.chance.randint(len(self.text) // 2, len(self.text))
        spot = self.text.find(" ", at_word)
        spot = len(self.text) if spot < 0 else spot
        self.text = self.text[:spot] + added + self.text[spot:]
        self.seq += 1
        sent = Sent(tab=self.tab, seq=self.seq, base=self.base, text=self.text)
        answer = live_text.write(
            self.section.pk, sent, incident=self.section.incident, by=self.person, at=at
        )
        self.text, self.base = answer.body, answer.version
        self.letters += len(added)


def _incident(author: User, count: int) -> Incident:
    """An incident with sections of some 2,000 characters each."""
    chance = random.Random(count)
    fields = IncidentFields(title="Hub down")
    incident = incidents.create(fields, with_standard_sections=False, by=author, at=NOON)
    for number in range(count):
        body = " ".join(chance.choice(WORDS) for _ in range(300))
        sections.add(incident, title=f"Part {number}", body=body, kind="other", by=author, at=NOON)
    return incident


def _all(writers: list[_Writer]) -> set[Incident]:
    return {writer.section.incident for writer in writers}


def _size() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return cursor.fetchone()[0]


def _wal() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")
        return int(cursor.fetchone()[0])


def _tables() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = current_schema()::regnamespace"
        )
        return dict(cursor.fetchall())


def _told(what: str, before: int) -> None:
    print(f"{what}: {(_size() - before) / 2**20:,.1f} MiB more", flush=True)


if __name__ == "__main__":
    main()
