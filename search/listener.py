"""Listener that keeps the index in step with changes, including those of names that documents
contain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F

from core.after_commit import after_commit
from core.text_search import Kind
from incidents.models import LinkState, PatternLink
from playbooks.models import FailurePattern
from search import index, statistics, tasks

COUNTED_AT_ONCE = 500  # documents
AT_ONCE = 50  # documents indexed while saving; the others follow within seconds


def refresh(kind: Kind, ids: Sequence[int], read: Mapping[int, Any]) -> None:
    """Reindex these rows; for renamed patterns, also the incidents linked to them."""
    renamed = _renamed(ids) if kind == "pattern" else []
    used = index.refresh(kind, ids, read)
    if renamed:
        used |= _refresh_incidents_of(renamed)
    after_commit(_add_words, used)


def _add_words(used: frozenset[str]) -> None:
    """Add the words. A small index soon holds words that were never counted: count now or, if that
    would take longer, in the background."""
    number = index.add_words(used)
    if number is None:
        return
    if number <= COUNTED_AT_ONCE:
        statistics.count()
    else:
        tasks.keep_statistics.delay()


def _renamed(patterns: Sequence[int]) -> list[int]:
    known = FailurePattern.objects.filter(pk__in=patterns, search_document__isnull=False)
    return list(known.exclude(name=F("search_document__title")).values_list("pk", flat=True))


def _refresh_incidents_of(patterns: list[int]) -> frozenset[str]:
    links = PatternLink.objects.filter(pattern__in=patterns, state=LinkState.CONFIRMED)
    newest = links.order_by("-incident_id").values_list("incident_id", flat=True)
    incidents = list(dict.fromkeys(newest))
    for start in range(AT_ONCE, len(incidents), index.BATCH):
        later = incidents[start : start + index.BATCH]
        after_commit(tasks.refresh_incidents.delay, later)
    return index.refresh("incident", incidents[:AT_ONCE])
