"""Similar incidents, each with the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.models import User
from core.prepared import Prepared, among
from incidents.models import Incident
from likeness import operations
from likeness.features import Features, current_features, features_of_text, postings
from likeness.models import IncidentFeatures, Posting, Verdict
from likeness.sentences import Sentence
from likeness.terms import common_stems
from likeness.visibility import viewer_shape, visible_incidents
from playbooks.models import FailurePattern

MAX_SIMILAR = 5
MAX_WORDS = 6  # words listed as a reason
_ASKED = 14  # terms looked up, most telling first
_WALKED = 80  # incidents read for each term, highest impact first
_CANDIDATES = 24
# Least score of a similar incident; with a common pattern or service less is enough.
_ENOUGH, _ENOUGH_WITH_MORE = 0.12, 0.06
_FOR_PATTERN, _FOR_SERVICE, _FOR_CAUSE = 0.2, 0.04, 0.02

_NEAR = """
SELECT posting.incident_id, sum(asked.impact * posting.impact) AS nearness
FROM unnest(%s::bigint[], %s::int[]) AS asked (term, impact)
CROSS JOIN LATERAL (
    SELECT incident_id, impact FROM likeness_posting
    WHERE NOT is_restricted AND term = asked.term
    ORDER BY impact DESC, incident_id DESC LIMIT %s
) AS posting
GROUP BY posting.incident_id ORDER BY nearness DESC, posting.incident_id DESC LIMIT %s
"""


@dataclass(frozen=True)
class Similar:
    """A similar incident, and the reasons."""

    pk: int
    reference: str
    title: str
    severity: str
    occurred_at: datetime | None
    occurred_precision: str
    time_zone: str
    score: float
    words: tuple[str, ...]
    of_causes: tuple[str, ...]
    services: tuple[str, ...]
    patterns: tuple[str, ...]
    verdict: str = ""

    @property
    def is_confirmed(self) -> bool:
        return self.verdict == Verdict.SAME


@dataclass(frozen=True)
class SimilarIncidents:
    """Similar incidents, confirmed ones first, then the best; and the dismissed ones."""

    similar: tuple[Similar, ...] = ()
    dismissed: tuple[Similar, ...] = ()


def similar_to(incident: Incident, user: User) -> SimilarIncidents:
    """Return incidents similar to `incident` that `user` may see. `user` may see `incident` too."""
    features = current_features(incident)
    decided = operations.verdicts_of(incident.pk)
    return _found(features, user, {incident.pk}, decided)


def similar_to_text(
    text: list[Sentence], user: User, *, but: int | None = None
) -> SimilarIncidents:
    """Return incidents, similar to a text being written, that `user` may see; without the incident
    `but` that the text belongs to."""
    features = features_of_text(text)
    decided = operations.verdicts_of(but) if but else {}
    return _found(features, user, {but} if but else set(), decided)


def _found(
    features: Features, user: User, without: set[int], decided: Mapping[int, str]
) -> SimilarIncidents:
    keys = [*decided, *_candidates(features, user)]
    keys = [key for key in dict.fromkeys(keys) if key not in without]
    if not keys:
        return SimilarIncidents()
    rows = _facts(viewer_shape(user), user.pk, keys) if user.is_active else []
    compared = [_compared(features, row, decided.get(row[0], "")) for row in rows]
    named = _with_names(one for one in compared if one.verdict or _is_enough(one, features))
    order = sorted(named, key=lambda one: (not one.is_confirmed, -one.score, -one.pk))
    return SimilarIncidents(
        tuple(one for one in order if one.verdict != Verdict.DIFFERENT)[:MAX_SIMILAR],
        tuple(one for one in order if one.verdict == Verdict.DIFFERENT),
    )


def _candidates(features: Features, user: User) -> list[int]:
    """Return the keys of incidents with common features, nearest first."""
    asked = sorted(postings(features), key=lambda one: (-one[1], one[0]))[:_ASKED]
    if not asked:
        return []
    numbers, impacts = [list(column) for column in zip(*asked, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, [numbers, impacts, _WALKED, _CANDIDATES])
        near = [key for key, _ in cursor.fetchall()]
    return near + _restricted(dict(asked), user)


def _restricted(asked: dict[int, int], user: User) -> list[int]:
    """Return the same among the restricted incidents that `user` may see, and no others."""
    nearness: dict[int, int] = {}
    for key, term, impact in _shared((user.is_active, user.is_administrator), user.pk, list(asked)):
        nearness[key] = nearness.get(key, 0) + impact * asked[term]
    return sorted(nearness, key=lambda key: (-nearness[key], -key))[:_CANDIDATES]


_shared = Prepared(
    lambda shape, user, terms: Posting.objects.filter(
        among("term", terms), is_restricted=True, incident__in=visible_incidents(shape, user)
    ).values_list("incident_id", "term", "impact")
)
_facts = Prepared(
    lambda shape, user, keys: IncidentFeatures.objects.filter(
        among("incident_id", keys), incident__in=visible_incidents(shape, user)
    ).values_list(
        *("incident_id", "incident__reference", "incident__title", "incident__severity"),
        *("incident__occurred_at", "incident__occurred_precision", "incident__time_zone"),
        *("terms", "words", "weights", "of_causes", "services", "patterns"),
    )
)
_FACTS = ("pk", "reference", "title", "severity", "occurred_at", "occurred_precision", "time_zone")
_pattern_names = Prepared(lambda shape: FailurePattern.objects.values_list("slug", "name"))


def _compared(features: Features, row: tuple[Any, ...], verdict: str) -> Similar:
    stems, weights, of_theirs = row[7], row[9], row[10]
    theirs = {stem: place for place, stem in enumerate(stems)}
    shared = sorted(
        (
            (one.weight * weights[theirs[one.stem]], one)
            for one in features.terms
            if one.stem in theirs
        ),
        key=lambda found: (-found[0], found[1].stem),
    )
    telling = [one for _, one in shared if one.stem not in common_stems()]
    of_causes = [one for one in telling if one.is_of_cause and of_theirs[theirs[one.stem]]]
    services = sorted(features.services & set(row[11]))
    patterns = sorted(features.patterns & set(row[12]))
    score = (
        sum(weight for weight, _ in shared)
        + _FOR_PATTERN * bool(patterns)
        + _FOR_SERVICE * min(len(services), 2)
        + _FOR_CAUSE * min(len(of_causes), 3)
    )
    return Similar(
        **dict(zip(_FACTS, row, strict=False)),
        score=round(score, 3),
        words=tuple(one.word for one in telling[:MAX_WORDS]),
        of_causes=tuple(one.word for one in of_causes[:MAX_WORDS]),
        services=tuple(services),
        patterns=tuple(patterns),
        verdict=verdict,
    )


def _is_enough(one: Similar, features: Features) -> bool:
    """Return True if the common features are worth showing. One word is not, nor is a service
    alone."""
    if one.patterns:
        return one.score >= _FOR_PATTERN + 0.02
    if one.services and one.words:
        return one.score >= _ENOUGH_WITH_MORE + _FOR_SERVICE
    return len(one.words) > 1 and one.score >= _ENOUGH


def _with_names(found: Any) -> list[Similar]:
    """Replace the slugs of patterns by their names."""
    kept = list(found)
    if not any(one.patterns for one in kept):
        return kept
    names = dict(_pattern_names(0))
    return [
        replace(one, patterns=tuple(names[slug] for slug in one.patterns if slug in names))
        for one in kept
    ]
