"""Benchmark of the pages, as ratios to a bare Django view measured in the same run.

    python -m bench.pages            # over the database of DATABASE_URL, filled by bench.generate

Two gunicorn servers with the same options, ours and the bare one, answer in turn, request by
request, so that a busy moment of the machine falls on both. Latency is measured at one
connection, throughput at four. Pages are signed in, complete, and read to their last byte. The
same documents are then searched by what one would use instead; see bench/alternatives.py.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402

from accounts.models import User  # noqa: E402
from bench import alternatives, costs, requests, serving  # noqa: E402
from bench.measurement import Measured  # noqa: E402
from bench.requests import Answer, TimedRequest  # noqa: E402
from bench.serving import Site  # noqa: E402
from incidents.models import Incident  # noqa: E402

ROUNDS = int(os.environ.get("ROUNDS", "60"))
SECONDS = float(os.environ.get("SECONDS", "10"))  # for one thing; at least FEWEST rounds of it
FEWEST = 12
WARM_UP = 8


class Failed(Exception):
    """A page did not answer as it should."""


def timed(call: Callable[[], Answer]) -> float:
    before = time.perf_counter()
    status, body = call()
    took = time.perf_counter() - before
    if status not in (200, 302):
        raise Failed(f"answered {status}: {body[:120]!r}")
    return took


def measure(one: TimedRequest, bare: Site, pid: int = 0) -> Measured:
    """`one` and the bare view in turn; `pid` is the server's. What fails is told, and the others
    go on."""
    found = Measured(one.name, (one.p50, one.p95))
    try:
        for number in range(WARM_UP):
            timed(lambda n=number: one.ask(n))
        ours = _using(
            [*(serving.workers_of(pid) if pid else [os.getpid()]), *serving.database_processes()]
        )
        bares = _using(serving.workers_of(bare.pid))
        end = time.perf_counter() + SECONDS
        for number in range(WARM_UP, WARM_UP + ROUNDS):
            bare_took = statistics.median(timed(lambda: bare.get("/")) for _ in range(3))
            found.took.append(timed(lambda n=number: one.ask(n)))
            found.bare.append(bare_took)
            if time.perf_counter() > end and len(found.took) >= FEWEST:
                break
        found.processor = 3 * ours() / bares()
    except (Failed, AssertionError, OSError, http.client.HTTPException) as error:
        found.failure = str(error) or type(error).__name__
    tell(found)
    return found


def _using(pids: list[int]) -> Callable[[], float]:
    """Tells how long these processes have been on a processor since now."""
    before = serving.processor_seconds(pids)

    def since() -> float:
        after = serving.processor_seconds(pids)
        return max(sum(after[pid] - before.get(pid, 0) for pid in after), 1e-6)

    return since


def tell(found: Measured) -> None:
    if found.failure:
        print(f"{found.name:42} FAILED: {found.failure}", flush=True)
        return
    p50, p95 = found.ratios()
    wanted = "".join(f"{target or '-':>6}" for target in found.targets)
    missed = any(
        target and ratio > target for ratio, target in zip((p50, p95), found.targets, strict=True)
    )
    milliseconds = statistics.median(found.took) * 1000
    print(
        f"{found.name:42} {p50:7.1f}x {p95:7.1f}x {wanted}  {found.best():7.1f}x"
        f"{found.processor:7.1f}x {milliseconds:8.2f} ms"
        f"{'  MISSED' if missed else ''}",
        flush=True,
    )


def pages(bare: Site, port: int, pid: int, reader: User) -> tuple[list[Measured], dict[str, float]]:
    """Every page at one connection, and how often each answers at four, as parts of bare."""
    site = Site(port, {"Cookie": serving.sign_in(reader)})
    site.keep_cookies()
    wanted = requests.everything(site, requests.queries())
    results = [measure(one, bare, pid) for one in [*wanted, requests.saving(site)]]
    bare_rate = serving.throughput(bare.port, {}, lambda one, _: one.get("/"))
    rates = {}
    answered = {one.name for one in results if not one.failure}
    for name, path in _ONE_OF_EACH.items():
        if name not in answered:
            continue
        rate = serving.throughput(port, site.headers, lambda one, _, path=path: one.get(path))
        rates[name] = bare_rate / max(rate, 0.01)
        print(f"four connections: {name:30} 1/{rates[name]:.0f} of bare", flush=True)
    return results, rates


_ONE_OF_EACH = {
    "search: common": "/search/?q=service",
    "search: two common": "/search/?q=service+error",
    "home": "/",
    "incident list": "/incidents/",
    "incident page (INC-1)": "/incidents/INC-1/",
}


def main() -> int:
    incidents = Incident.objects.count()
    reader = User.objects.get(username="person1")
    print(
        f"\n{incidents:,} incidents, in times of a bare view: p50, p95, their targets,"
        " the fastest tenth, time on a processor"
    )
    plain, product = serving.served("bench.bare:application"), serving.served("config.wsgi")
    with plain as (bare_port, bare_pid), product as (port, pid):
        bare = Site(bare_port, {}, bare_pid)
        results, rates = pages(bare, port, pid, reader)
        memory = serving.resident_mib(pid)
        print(f"web server and two workers: {memory:.0f} MiB (target: below 250)", flush=True)
        others = alternatives.measured(bare, requests.queries(), measure)
    found = {
        "incidents": incidents,
        "rows": costs.rows(),
        "machine": costs.machine(),
        "bare_ms": statistics.median(took for one in results for took in one.bare) * 1000,
        "pages": [one.as_json() for one in results],
        "beside": [one.as_json() for one in others],
        "throughput": rates,
        "memory_mib": round(memory),
        "sizes": costs.sizes(),
        "save": costs.saves(),
    }
    Path(settings.VAR_DIR / "bench.json").write_text(json.dumps(found, indent=1))
    costs.tell(found)
    return 1 if any(one.failure for one in results) else 0


if __name__ == "__main__":
    sys.exit(main())
