"""How long the pages take, as ratios to a bare Django view measured in the same run.

    python -m bench.pages            # over the database of DATABASE_URL, filled by bench.generate

Two gunicorn servers with the same options, ours and the bare one, answer in turn, request by
request, so that a busy moment of the machine falls on both. Latency is measured at one
connection, throughput at four. Pages are signed in, complete, and read to their last byte.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from urllib.parse import urlencode

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402

from accounts.models import User  # noqa: E402
from bench.text import COMMON  # noqa: E402
from incidents.models import Incident, Section  # noqa: E402

ROUNDS = int(os.environ.get("ROUNDS", "60"))
WARM_UP = 8


@dataclass(frozen=True)
class Measurement:
    """What one page took, beside the bare view of the same moments; seconds."""

    name: str
    target: float | None
    page: list[float]
    bare: list[float]

    def ratio(self, quantile: float) -> float:
        def at(values: list[float]) -> float:
            return sorted(values)[min(int(len(values) * quantile), len(values) - 1)]

        return at(self.page) / statistics.median(self.bare)


class Site:
    """A server on loopback and one kept-alive connection to it."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.port = port
        self.headers = headers
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str) -> tuple[int, bytes]:
        return self._send("GET", path, None, self.headers)

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, bytes]:
        headers = self.headers | {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", path, urlencode(fields), headers)

    def _send(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(application: str):
    """A gunicorn as the product runs it, on a port of its own."""
    port = free_port()
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"),
            *("--config", "config/gunicorn.py", "--workers", "2"),
            # One server waits while the other answers: a slow page must not cost it its connection.
            *("--keep-alive", "120"),
        ],
        env=os.environ | {"PORT": str(port), "SITE_URL": f"http://127.0.0.1:{port}"},
    )
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(20)


def sign_in(user: User) -> str:
    """The cookie header of a session of `user`."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def timed(call: Callable[[], tuple[int, bytes]]) -> float:
    before = time.perf_counter()
    status, body = call()
    took = time.perf_counter() - before
    if status not in (200, 302):
        raise SystemExit(f"A page answered {status}: {body[:400]!r}")
    return took


def measure(
    name: str, target: float | None, bare: Site, call: Callable[[int], tuple[int, bytes]]
) -> Measurement:
    page_times, bare_times = [], []
    for round_number in range(WARM_UP + ROUNDS):
        bare_took = statistics.median(timed(lambda: bare.get("/")) for _ in range(3))
        page_took = timed(lambda n=round_number: call(n))  # type: ignore[misc]
        if round_number >= WARM_UP:
            bare_times.append(bare_took)
            page_times.append(page_took)
    return Measurement(name, target, page_times, bare_times)


def saving(site: Site) -> Callable[[int], tuple[int, bytes]]:
    """Saves one section again and again, each time with a word more."""
    section = Section.objects.filter(incident__number=2).first()
    assert section is not None
    path = f"/incidents/INC-2/sections/{section.pk}/edit/"
    site.headers["Cookie"] += f"; csrftoken={'b' * 32}"  # the secret that the form's token hides
    status, form = site.get(path)
    assert status == 200, (status, path)
    hidden = dict(re.findall(rb'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    fields = {name.decode(): value.decode() for name, value in hidden.items()}
    fields |= {"title": section.title, "kind": section.kind}

    def save(number: int) -> tuple[int, bytes]:
        section.refresh_from_db()
        sent = fields | {"version": str(section.version)}
        return site.post(path, sent | {"body": f"{section.body} Word {number}."})

    return save


def throughput(port: int, headers: dict[str, str], path: str, seconds: float = 4) -> float:
    """Requests a second at four connections."""
    end = time.perf_counter() + seconds

    def client(_: int) -> int:
        site, done = Site(port, headers), 0
        while time.perf_counter() < end:
            site.get(path)
            done += 1
        return done

    with ThreadPoolExecutor(4) as pool:
        return sum(pool.map(client, range(4))) / seconds


def rare_word() -> str:
    """A word of one section in some hundreds."""
    body = Section.objects.filter(incident__number=3).values_list("body", flat=True)[0]
    invented = [word for word in re.findall(r"[a-z]{6,9}", body) if word not in COMMON]
    return invented[-1] if invented else "zen"


def resident_mib(pid: int) -> float:
    """Memory of a gunicorn and its workers, shared pages counted once each (PSS)."""
    children = subprocess.run(
        ["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split()
    total = 0
    for process in [str(pid), *children]:
        with open(f"/proc/{process}/smaps_rollup") as rollup:
            total += sum(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
    return total / 1024


def main() -> None:
    incidents = Incident.objects.count()
    reader = User.objects.get(username="person1")
    phrase = " ".join(
        Section.objects.filter(incident__number=4).values_list("body", flat=True)[0].split()[1:3]
    )
    pages = [
        ("home", 30, "/"),
        ("incident list", 25, "/incidents/"),
        ("incident list, filtered, sorted", 25, "/incidents/?severity=SEV1&sort=oldest"),
        ("incident page (INC-1)", 25, "/incidents/INC-1/"),
        ("search: rare word", 20, "/search/?" + urlencode({"q": rare_word()})),
        ("search: common word", 20, "/search/?" + urlencode({"q": COMMON[0]})),
        ("search: two words", 20, "/search/?" + urlencode({"q": f"{COMMON[0]} {COMMON[1]}"})),
        ("search: phrase", 20, "/search/?" + urlencode({"q": f'"{phrase}"'})),
    ]
    with served("bench.bare:application") as (bare_port, _), served("config.wsgi") as (port, pid):
        bare = Site(bare_port, {})
        site = Site(port, {"Cookie": sign_in(reader)})
        results = [
            measure(name, target, bare, lambda n, path=path: site.get(path))  # type: ignore[misc]
            for name, target, path in pages
        ]
        writer = Site(port, {"Cookie": sign_in(reader)})
        results.append(measure("saving a section", 50, bare, saving(writer)))
        bare_rate = throughput(bare_port, {}, "/")
        rates = {name: throughput(port, site.headers, path) for name, _, path in pages}
        memory = resident_mib(pid)

    bare_median = statistics.median(took for result in results for took in result.bare)
    print(f"{incidents} incidents; bare view {bare_median * 1000:.2f} ms, {bare_rate:.0f} a second")
    print(f"{'page':34} {'p50':>7} {'p95':>7} {'target':>7} {'ms':>7} {'throughput':>11}")
    for result in results:
        rate = f"1/{bare_rate / rates[result.name]:.0f}" if result.name in rates else ""
        print(
            f"{result.name:34} {result.ratio(0.5):6.1f}x {result.ratio(0.95):6.1f}x "
            f"{result.target or 0:6.0f}x {statistics.median(result.page) * 1000:7.2f} {rate:>11}"
        )
    print(f"web server and two workers: {memory:.0f} MiB")
    ratios = {result.name: [result.ratio(0.5), result.ratio(0.95)] for result in results}
    (settings.VAR_DIR / "bench.json").write_text(json.dumps(ratios))


if __name__ == "__main__":
    main()
