"""Hidden costs of search: on disk, and in every save."""

from __future__ import annotations

import os
import platform
import statistics
import time
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from core import text_search
from incidents.models import ActionItem, Incident, PatternLink, Section, TimelineEvent
from incidents.operations import sections
from playbooks.models import FailurePattern

SAVES = 30


def sizes() -> dict[str, int]:
    """Bytes on disk by table, indexes and out-of-row values included."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC"
        )
        return dict(cursor.fetchall())


def rows() -> dict[str, int]:
    """Count the rows of each kind."""
    return {
        "incidents": Incident.objects.count(),
        "timeline events": TimelineEvent.objects.count(),
        "action items": ActionItem.objects.count(),
        "pattern links": PatternLink.objects.count(),
        "patterns": FailurePattern.objects.count(),
    }


def machine() -> dict[str, str]:
    """Describe the machine, without its name, and the time of the run."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0].split()[0]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    python = ".".join(platform.python_version_tuple()[:2])
    busy = f"{os.getloadavg()[1]:.1f}"
    return {
        "class": f"{os.cpu_count()} virtual cores with {memory:.0f} GiB, PostgreSQL {server},"
        f" Python {python}, load average {busy}",
        "measured_on": f"{timezone.now():%Y-%m-%d}",
    }


def saves() -> dict[str, float]:
    """Milliseconds (median) that saving a section takes with search being told of it, and without.

    In turn and in this process; everything is taken back.
    """
    section = Section.objects.filter(incident__number=6).first()
    writer = User.objects.get(username="person1")
    assert section is not None
    took: dict[str, list[float]] = {"with": [], "without": []}
    listeners = text_search._listeners.copy()
    try:
        for number in range(SAVES):
            for name in took:
                text_search._listeners[:] = listeners if name == "with" else []
                took[name].append(_save(section.pk, f"Word {number} {name}.", writer))
    finally:
        text_search._listeners[:] = listeners
    return {name: round(statistics.median(times) * 1000, 2) for name, times in took.items()}


def _save(key: int, more: str, writer: User) -> float:
    with transaction.atomic():
        section = Section.objects.select_related("incident").get(pk=key)
        before = time.perf_counter()
        sections.save(
            section,
            title=section.title,
            body=f"{section.body} {more}",
            kind=section.kind,
            base_version=section.version,
            by=writer,
            at=timezone.now(),
        )
        took = time.perf_counter() - before
        transaction.set_rollback(True)
    return took


def tell(found: dict[str, Any]) -> None:
    """Print the results of `bench.pages` other than the pages themselves."""
    index = {name: size for name, size in found["sizes"].items() if name.startswith("search_")}
    rest = sum(
        size for name, size in found["sizes"].items() if not name.startswith(("search_", "bench_"))
    )
    print(f"search index: {_mib(sum(index.values()))}, beside {_mib(rest)} of all else")
    for name, size in index.items():
        print(f"  {name:34} {_mib(size)}")
    for name, size in list(found["sizes"].items())[:8]:
        if not name.startswith(("search_", "bench_")):
            print(f"  {name:34} {_mib(size)}")
    print("saving a section: {with} ms, without search {without} ms".format(**found["save"]))


def _mib(size: int) -> str:
    return f"{size / 2**20:,.0f} MiB"
