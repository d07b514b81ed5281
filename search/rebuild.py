"""Rebuild of the whole index, including tiers and statistics. Search keeps working meanwhile."""

from __future__ import annotations

import multiprocessing
import signal
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import django
from django.db import connection, transaction

from core.text_search import Kind
from incidents.models import Incident
from playbooks.models import FailurePattern, Playbook
from search import impact, index, sources, statistics
from search.index_entry import build_entry
from search.models import Document, KeyStatistic, Passages, Word

_SAMPLED = 6_000  # incidents in the sample that decides the tiers

SOURCES: dict[Kind, Any] = {
    "incident": Incident,
    "pattern": FailurePattern,
    "playbook": Playbook,
}


def rebuild(say: Callable[[str], None], *, processes: int = 1) -> None:
    """Reindex everything in this many processes; `say` receives the progress."""
    ids = {
        kind: list(model.objects.order_by("pk").values_list("pk", flat=True))
        for kind, model in SOURCES.items()
    }
    _begin_tiers(ids["incident"])
    Word.objects.all().delete()
    # Inserting millions of keys into an index takes many times as long as building it.
    from_nothing = processes > 1 and not Document.objects.exists()
    [by_keys] = [kept for kept in Document._meta.indexes if kept.name == "document_keys"]
    if from_nothing:
        with connection.schema_editor() as editor:
            editor.remove_index(Document, by_keys)
    try:
        for kind, of_kind in ids.items():
            done = 0
            for number in _in_batches(kind, of_kind, processes):
                done += number
                if done % 5_000 < number and done < len(of_kind):
                    say(f"{done} of {len(of_kind)} {kind}s")
            say(f"{len(of_kind)} {kind}{'' if len(of_kind) == 1 else 's'} indexed")
    finally:
        if from_nothing:
            with connection.schema_editor() as editor:
                editor.execute("SET LOCAL maintenance_work_mem = '512MB'")
                editor.add_index(Document, by_keys)
                editor.execute("ALTER INDEX document_keys SET (gin_pending_list_limit = 512)")
    statistics.end_tiers()
    statistics.count()
    with connection.cursor() as cursor:
        tables = [model._meta.db_table for model in (Document, Passages, Word, KeyStatistic)]
        cursor.execute(f"ANALYZE {', '.join(tables)}")


def _begin_tiers(incidents: list[int]) -> None:
    """Decide from a sample which documents are among the best of each common word."""
    step = max(len(incidents) // _SAMPLED, 1)
    sampled = incidents[::step]
    documents = _sampled_worths(sampled)
    number = round(documents[1] * len(incidents) / len(sampled)) if sampled else 0
    if statistics.need_tiers(number):
        statistics.begin_tiers(documents[0], share=len(sampled) / len(incidents), number=number)
    else:
        statistics.forget_tiers()


def _sampled_worths(incidents: list[int]) -> tuple[dict[str, list[float]], int]:
    """Return the worths of the documents with each lexeme, and the number of documents."""
    worths = defaultdict[str, list[float]](list)
    number = 0
    for batch in _batches(incidents):
        for source in sources.READERS["incident"](batch, {}):
            if source.is_guarded:
                continue
            number += 1
            recent = impact.recency(source.occurred_on)
            for lexeme, step in build_entry(source, {}).lexemes.items():
                worths[lexeme].append(impact.worth(impact.value(step), source.kind, recent))
    return worths, number


def _batches(ids: list[int]) -> Iterator[list[int]]:
    return (ids[start : start + index.BATCH] for start in range(0, len(ids), index.BATCH))


def _in_batches(kind: Kind, ids: list[int], processes: int) -> Iterator[int]:
    if processes == 1 or len(ids) < index.BATCH * processes:
        for batch in _batches(ids):
            yield _refresh(kind, batch)
        return
    # Not forked: two processes must not share a connection pool.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_prepare_process) as pool:
        yield from pool.map(_refresh, [kind] * len(list(_batches(ids))), _batches(ids))


def _prepare_process() -> None:
    """Prepare a process of the pool; only the parent process handles Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    django.setup()


def _refresh(kind: Kind, ids: list[int]) -> int:
    with transaction.atomic():
        used = index.refresh(kind, ids)
    index.add_words(used)
    return len(ids)
