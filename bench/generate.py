"""Fill an empty database with a synthetic knowledge base.

    python -m bench.generate 20000

    python -m bench.generate 20000 --no-index     # for an index that is made by other means

Per incident: six sections of together 400 to 800 words, ten timeline events, two causes, three
action items, and a link to a failure pattern. INC-1 has 30 events, 5 causes and 8 action items:
the incident page is measured on it. Written with COPY; the same size gives the same rows.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402

from accounts.models import Role, Team, User  # noqa: E402
from bench.text import paragraph, title  # noqa: E402
from incidents.models import (  # noqa: E402
    ActionItem,
    CauseRole,
    EventKind,
    Incident,
    Milestone,
    PatternLink,
    PlaybookUse,
    RootCause,
    Section,
    SectionKind,
    SectionVersion,
    Service,
    Severity,
    Tag,
    TimelineEvent,
)
from likeness import features, term_counts  # noqa: E402
from playbooks.models import FailurePattern, Playbook  # noqa: E402

EPOCH = datetime(2016, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
KINDS = [
    SectionKind.SUMMARY,
    SectionKind.IMPACT,
    SectionKind.DETECTION,
    SectionKind.RECOVERY,
    SectionKind.WENT_WRONG,
    SectionKind.LESSONS,
]
PEOPLE, SERVICES, TAGS, PATTERNS = 200, 60, 80, 40


def copy(model: type[models.Model], columns: str, rows: Iterable[tuple]) -> None:
    """Write `rows` to the model's table by COPY."""
    table = model._meta.db_table
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as out:
        for row in rows:
            out.write_row(row)


def make_surroundings() -> None:
    """The people, teams, services, tags, patterns and playbooks that incidents refer to."""
    User.objects.bulk_create(
        User(
            username=f"person{n}",
            email=f"person{n}@example.com",
            full_name=f"Person {n}",
            role=Role.AUTHOR,
            password="!",
        )
        for n in range(1, PEOPLE + 1)
    )
    Team.objects.bulk_create(Team(name=f"Team {n}", slug=f"team-{n}") for n in range(1, 21))
    Service.objects.bulk_create(
        Service(name=f"service-{n}", slug=f"service-{n}") for n in range(1, SERVICES + 1)
    )
    Tag.objects.bulk_create(Tag(name=f"tag-{n}", slug=f"tag-{n}") for n in range(1, TAGS + 1))
    chance = random.Random(11)
    FailurePattern.objects.bulk_create(
        FailurePattern(
            slug=f"pattern-{n}",
            name=f"Pattern {n}: {title(chance)}"[:120],
            definition=paragraph(chance, 1),
            recognise=paragraph(chance, 3),
            created_at=EPOCH,
            updated_at=EPOCH,
        )
        for n in range(1, PATTERNS + 1)
    )
    for pattern in FailurePattern.objects.all():
        playbook = Playbook.objects.create(
            slug=f"playbook-{pattern.pk}",
            title=f"Playbook for {pattern.slug}",
            use_when=paragraph(chance, 2),
            created_at=EPOCH,
            updated_at=EPOCH,
        )
        playbook.patterns.add(pattern)


def started(number: int) -> datetime:
    """Incidents are spread evenly over the years up to now, the highest number newest."""
    return EPOCH + timedelta(minutes=(number * 7919) % 5_600_000)


def incidents(numbers: range) -> Iterator[tuple]:
    for number in numbers:
        chance = random.Random(number)
        start = started(number)
        resolved = start + timedelta(minutes=chance.randint(10, 900))
        yield (
            number,
            number,
            title(chance),
            "published" if number % 5 else "draft",
            "",
            chance.choice(Severity.values),
            chance.choice(["production", "production", "staging", "qa"]),
            "Europe/Dublin",
            "restricted" if number % 50 == 0 else "internal",
            chance.randint(1, PEOPLE),
            *("", "", ""),
            start,
            "minute",
            *(start, start + timedelta(minutes=5), None, None, None, resolved),
            *(1, start, start, start if number % 5 else None),
        )


def sections(numbers: range) -> Iterator[tuple]:
    for number in numbers:
        chance = random.Random(number + 1_000_003)
        for position, kind in enumerate(KINDS, start=1):
            body = paragraph(chance, chance.randint(6, 12))
            pk = (number - 1) * len(KINDS) + position
            yield (pk, number, kind.value, kind.label, body, position, 1, started(number))


def events(numbers: range) -> Iterator[tuple]:
    milestones = {
        1: Milestone.STARTED,
        2: Milestone.DETECTED,
        7: Milestone.MITIGATED,
        10: Milestone.RESOLVED,
    }
    for number in numbers:
        chance = random.Random(number + 2_000_003)
        for position in range(1, (30 if number == 1 else 10) + 1):
            at = started(number) + timedelta(minutes=5 * (position - 1))
            milestone = milestones.get(position, "")
            kind = chance.choice(EventKind.values)
            text = paragraph(chance, 1)
            yield (
                *(number, position, at, "minute", "", milestone and milestone.value),
                *(kind, text, "", False, at, 1),
            )


def causes(numbers: range) -> Iterator[tuple]:
    for number in numbers:
        chance = random.Random(number + 3_000_003)
        for position in range(1, (5 if number == 1 else 2) + 1):
            role = CauseRole.ROOT if position == 1 else CauseRole.CONTRIBUTING
            yield (number, position, role.value, "", paragraph(chance, 2), "", "team", 1)


def action_items(numbers: range) -> Iterator[tuple]:
    for number in numbers:
        chance = random.Random(number + 4_000_003)
        for position in range(1, (8 if number == 1 else 3) + 1):
            done = chance.random() < 0.6
            due = (started(number) + timedelta(days=30)).date()
            if not done and chance.random() < 0.1:
                due = date(2026, 11, 1) + timedelta(days=chance.randint(-20, 40))
            at = started(number)
            yield (
                *(number, position, title(chance), "", "prevent", "P2", ""),
                *(chance.randint(1, PEOPLE), None, "", due, "", 0, "done" if done else "open", ""),
                *("team", "Done in the sprint." if done else "", "", ""),
                *(at if done else None, at, at, 1),
            )


def links(numbers: range) -> Iterator[tuple]:
    for number in numbers:
        chance = random.Random(number + 5_000_003)
        state = "confirmed" if chance.random() < 0.7 else "suggested"
        yield (number, chance.randint(1, PATTERNS), state, "", "team", started(number))


def uses(numbers: range) -> Iterator[tuple]:
    """Return the rows of playbook uses: one for every fifth incident."""
    for number in numbers:
        chance = random.Random(number + 6_000_003)
        outcome = chance.choice(["helped", "helped", "partly", "did_not_help"])
        if number % 5 == 0:
            yield (number, chance.randint(1, PATTERNS), outcome, "", started(number))


def services(numbers: range) -> Iterator[tuple[int, int]]:
    return labels(numbers, SERVICES)


def tags(numbers: range) -> Iterator[tuple[int, int]]:
    return labels(numbers, TAGS)


def labels(numbers: range, how_many: int) -> Iterator[tuple[int, int]]:
    for number in numbers:
        chance = random.Random(number + how_many)
        for label in chance.sample(range(1, how_many + 1), 2):
            yield number, label


# What each process writes: the model, its columns, and the rows of some numbers of incidents.
_TABLES: dict[str, tuple[type[models.Model], str, Callable[[range], Iterator[tuple]]]] = {
    "sections": (
        Section,
        "id, incident_id, kind, title, body, position, version, updated_at",
        sections,
    ),
    "events": (
        TimelineEvent,
        "incident_id, position, occurred_at, precision, as_written, milestone, kind, text, "
        "evidence_url, starred, recorded_at, version",
        events,
    ),
    "causes": (
        RootCause,
        "incident_id, position, role, category, text, evidence, origin, version",
        causes,
    ),
    "action_items": (
        ActionItem,
        "incident_id, position, title, detail, kind, priority, size, owner_id, owner_team_id, "
        "owner_as_written, due_on, due_reason, snooze_count, status, tracker_url, origin, "
        "closing_note, evidence_url, accepted_risk, closed_at, created_at, updated_at, version",
        action_items,
    ),
    "links": (PatternLink, "incident_id, pattern_id, state, evidence, origin, decided_at", links),
    "uses": (PlaybookUse, "incident_id, playbook_id, outcome, note, used_at", uses),
    "services": (Incident.services.through, "incident_id, service_id", services),
    "tags": (Incident.tags.through, "incident_id, tag_id", tags),
}
_AT_ONCE = 5_000  # incidents


def write(name: str, first: int, last: int) -> None:
    """Write one table's rows of the incidents from `first` to `last`, whose keys must exist."""
    model, columns, rows = _TABLES[name]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("SET LOCAL synchronous_commit = off")
        copy(model, columns, rows(range(first, last + 1)))


def fill(count: int) -> None:
    """Write all but the search index, as many tables at a time as there are processors. The
    database must be empty, and its user may pass over foreign keys."""
    with transaction.atomic():
        make_surroundings()
        copy(
            Incident,
            "id, number, title, status, not_required_reason, severity, environment, time_zone, "
            "visibility, owner_id, source_author, source_publication, source_url, occurred_at, "
            "occurred_precision, started_at, detected_at, declared_at, mitigated_at, "
            "recovered_at, resolved_at, version, created_at, updated_at, published_at",
            incidents(range(1, count + 1)),
        )
    connection.close()  # processes share none
    connection.close_pool()
    parts = [
        (name, first, min(first + _AT_ONCE - 1, count))
        for first in range(1, count + 1, _AT_ONCE)
        for name in _TABLES
    ]
    with get_context("fork").Pool(os.cpu_count()) as pool:
        pool.starmap(write, parts, chunksize=1)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {SectionVersion._meta.db_table} (section_id, version, title, body, "
            f"saved_at) SELECT id, version, title, body, updated_at FROM {Section._meta.db_table}"
        )


def read(first: int, last: int) -> None:
    """Write what `manage.py learn` derives from the incidents from `first` to `last`."""
    with transaction.atomic():
        features.refresh(range(first, last + 1))


def learn(count: int) -> None:
    """`manage.py learn`, in as many processes as there are processors."""
    term_counts.recount()
    parts = [(first, min(first + 199, count)) for first in range(1, count + 1, 200)]
    with get_context("spawn").Pool(os.cpu_count()) as pool:
        pool.starmap(read, parts, chunksize=1)
    call_command("learn")


def main() -> None:
    count = int(sys.argv[1])
    if Incident.objects.exists():
        if "--where-empty" in sys.argv:
            return
        raise SystemExit("The database is not empty: nothing was written.")
    began = time.monotonic()
    fill(count)
    with connection.cursor() as cursor:
        for model in (Incident, Section):
            table = model._meta.db_table
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )
        cursor.execute("ANALYZE")
    print(f"{count:,} incidents written in {time.monotonic() - began:.0f} s", flush=True)
    if "--no-index" not in sys.argv:
        began = time.monotonic()
        call_command("reindex", processes=os.cpu_count())
        print(f"indexed in {time.monotonic() - began:.0f} s", flush=True)
        began = time.monotonic()
        learn(count)
        print(f"known by their words in {time.monotonic() - began:.0f} s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main()
