"""Feedback: stems that speak for or against a pattern, learned from people's decisions."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from core.prepared import Prepared
from incidents.models import LinkState
from likeness.models import PatternFeedback, TermCount
from likeness.sentences import Sentence, stem
from playbooks.models import FailurePattern
from search.analyzer import STOP_WORDS

MAX_STEMS = 100  # per incident
MAX_EXAMPLES = 400  # per pattern, newest first
_MAX_LEARNED = 30  # stems for a pattern, and as many against
_TELLING = 1.0  # least weight of a sentence to learn from
_LEAST = 1.2  # least weight of a learned stem
_DISMISSED = 2  # a dismissed incident counts as this many unrelated ones
_PRIOR = 2  # examples assumed in addition to the real ones
_SHARE = 0.6  # weight of a learned stem compared with a cue
_USUAL = 80  # stems; longer texts contain more learned ones by chance

_COMMON = frozenset(stem(word) for word in STOP_WORDS)
_EXAMPLES = """
SELECT link.state, kept.stems FROM incidents_patternlink link
JOIN likeness_incidentfeatures kept ON kept.incident_id = link.incident_id
WHERE link.pattern_id = %s AND link.state IN ('confirmed', 'dismissed')
    AND NOT kept.is_restricted
ORDER BY link.incident_id DESC LIMIT %s
"""
_OUTDATED = """
SELECT feedback.pattern_id FROM likeness_patternfeedback feedback
WHERE feedback.confirmed + feedback.dismissed < %s AND feedback.confirmed + feedback.dismissed > (
    SELECT count(*) FROM incidents_patternlink link
    JOIN likeness_incidentfeatures kept ON kept.incident_id = link.incident_id
    WHERE link.pattern_id = feedback.pattern_id AND NOT kept.is_restricted
        AND link.state IN ('confirmed', 'dismissed'))
"""


@dataclass(frozen=True)
class Feedback:
    """Learned stems of one pattern with their weights, and the number of decisions behind them."""

    weights: Mapping[str, float]
    confirmed: int = 0
    dismissed: int = 0


def stems_of(text: Sequence[Sentence]) -> tuple[str, ...]:
    """Return the stems from which patterns learn: those of a document's most telling sentences."""
    common = _COMMON
    found: dict[str, None] = {}
    for sentence in sorted(text, key=lambda one: -one.weight):  # stable: in reading order
        if sentence.weight < _TELLING or len(found) >= MAX_STEMS:
            break
        for one in sentence.stems:
            if len(one) > 2 and one not in common and not one.isdigit():
                found[one] = None
    return tuple(found)[:MAX_STEMS]


def feedback_from(
    confirmed: Sequence[Iterable[str]],
    dismissed: Sequence[Iterable[str]],
    documents: Mapping[str, int],
    total: int,
) -> Feedback:
    """Learn from the stems of confirmed and dismissed incidents, compared with all: `documents` out
    of `total` contain a stem. At least two confirmed incidents must share a stem; a single one does
    not predict the next."""
    weights: dict[str, float] = {}
    of_confirmed, of_dismissed = _count(confirmed), _count(dismissed)
    others = max(total - len(confirmed), 10) + 1 + _DISMISSED * len(dismissed)
    for one in sorted(of_confirmed | of_dismissed):
        hits, misses = of_confirmed[one], of_dismissed[one]
        elsewhere = max(documents.get(one, 1) - hits, 0) + 0.5 + _DISMISSED * misses
        share = (hits + elsewhere / others) / (len(confirmed) + 1)
        weight = 0.0
        if hits > 1:
            weight = math.log(share * others / elsewhere) * hits / (hits + _PRIOR)
        elif misses > 1:
            against = (misses + 0.5) / (len(dismissed) + 1)
            weight = min(math.log(share / against), 0.0) * misses / (misses + _PRIOR)
        if abs(weight) >= _LEAST:
            weights[one] = round(weight, 3)
    order = sorted(weights.items(), key=lambda found: (-found[1], found[0]))
    kept = [found for found in order if found[1] > 0][:_MAX_LEARNED]
    kept += [found for found in reversed(order) if found[1] < 0][:_MAX_LEARNED]
    return Feedback(dict(kept), len(confirmed), len(dismissed))


def score(taught: Feedback, stems: Sequence[str]) -> float:
    """Return the score of a document with these stems; below zero if they speak against the
    pattern."""
    found = sum(taught.weights.get(one, 0.0) for one in stems)
    return _SHARE * found / math.sqrt(1 + len(stems) / _USUAL)


def stored() -> dict[str, Feedback]:
    """Return the feedback of every pattern by its slug. One query."""
    return {
        slug: Feedback(dict(zip(terms, weights, strict=True)), confirmed, dismissed)
        for slug, terms, weights, confirmed, dismissed in _known(0)
    }


_known = Prepared(
    lambda shape: PatternFeedback.objects.values_list(
        "pattern__slug", "terms", "weights", "confirmed", "dismissed"
    )
)


@transaction.atomic
def refresh(patterns: Iterable[int], *, at: datetime) -> None:
    """Learn again from the decisions about these patterns. Repeating it changes nothing."""
    counted = dict(TermCount.objects.values_list("term", "documents"))
    total = counted.get("", 0)
    for pattern in sorted(set(patterns)):
        # Locked, so that concurrent tasks learn one after the other.
        held = FailurePattern.objects.select_for_update(no_key=True).filter(pk=pattern).first()
        if held is None:
            continue
        examples = _examples(pattern)
        taught = feedback_from(
            examples[LinkState.CONFIRMED], examples[LinkState.DISMISSED], counted, total
        )
        PatternFeedback.objects.update_or_create(
            pattern=held,
            defaults={
                "terms": list(taught.weights),
                "weights": list(taught.weights.values()),
                "confirmed": taught.confirmed,
                "dismissed": taught.dismissed,
                "learned_at": at,
            },
        )


def outdated() -> set[int]:
    """Return patterns with fewer decided incidents than their feedback was learned from."""
    with connection.cursor() as cursor:
        cursor.execute(_OUTDATED, [MAX_EXAMPLES])
        return {pattern for (pattern,) in cursor.fetchall()}


def _examples(pattern: int) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {LinkState.CONFIRMED: [], LinkState.DISMISSED: []}
    with connection.cursor() as cursor:
        cursor.execute(_EXAMPLES, [pattern, MAX_EXAMPLES])
        for state, stems in cursor.fetchall():
            found[state].append(stems)
    return found


def _count(examples: Sequence[Iterable[str]]) -> Counter[str]:
    return Counter(one for stems in examples for one in set(stems))
