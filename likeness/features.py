"""Features of incidents: extracted from their text, stored, and checked for being current."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from core.prepared import Prepared
from incidents.exchange import ParsedPostmortem, documents_of
from incidents.models import Incident, LinkState, Visibility
from likeness import cue_library, cue_scoring, feedback, term_counts
from likeness.models import IncidentFeatures
from likeness.sentences import Sentence, sentences
from likeness.terms import TermFrequencies, WeightedTerm, term_frequencies, terms

BATCH = 200
_POSTED = 20  # terms of an incident that are indexed, most telling first; all are compared

_STORE = """
INSERT INTO likeness_incidentfeatures AS kept (incident_id, read_at, is_restricted, terms, words,
    weights, of_causes, services, patterns, stems, findings, stamp)
SELECT incident.id, new.read_at, new.is_restricted, new.terms, new.words, new.weights,
    new.of_causes, new.services, new.patterns, new.stems, new.findings, new.stamp
FROM jsonb_to_recordset(%s) AS new (id int, read_at timestamptz, is_restricted boolean,
    terms text[], words text[], weights float8[], of_causes boolean[], services text[],
    patterns text[], stems text[], findings text, stamp text)
JOIN incidents_incident incident ON incident.id = new.id AND incident.archived_at IS NULL
ON CONFLICT (incident_id) DO UPDATE SET read_at = excluded.read_at,
    is_restricted = excluded.is_restricted, terms = excluded.terms, words = excluded.words,
    weights = excluded.weights, of_causes = excluded.of_causes, services = excluded.services,
    patterns = excluded.patterns, stems = excluded.stems, findings = excluded.findings,
    stamp = excluded.stamp
WHERE kept.read_at <= excluded.read_at
RETURNING incident_id
"""
_REPLACE_POSTINGS = """
WITH new AS (
    SELECT * FROM unnest(%(incidents)s::int[], %(restricted)s::boolean[], %(numbers)s::bigint[],
        %(impacts)s::smallint[]) AS new (incident_id, is_restricted, term, impact)
), gone AS (
    DELETE FROM likeness_posting old WHERE old.incident_id = ANY(%(ids)s) AND NOT EXISTS (
        SELECT FROM new WHERE new.incident_id = old.incident_id AND new.term = old.term
            AND new.impact = old.impact AND new.is_restricted = old.is_restricted
    )
)
INSERT INTO likeness_posting (is_restricted, term, impact, incident_id)
SELECT is_restricted, term, impact, incident_id FROM new
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Features:
    """The features of an incident, stored or being written, that are compared with others'."""

    terms: tuple[WeightedTerm, ...]
    services: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Analysis:
    """Everything extracted from one document."""

    features: Features
    stems: tuple[str, ...]
    findings: Mapping[str, cue_scoring.Finding]
    stamp: str


@dataclass(frozen=True)
class AnalyzedText:
    """A document as sentences, and the frequencies of stems that may become terms."""

    document: ParsedPostmortem
    sentences: list[Sentence]
    frequencies: TermFrequencies

    @classmethod
    def of(cls, document: ParsedPostmortem) -> AnalyzedText:
        text = sentences(document)
        return cls(document, text, term_frequencies(text))


def analyze(
    one: AnalyzedText, counts: term_counts.TermCounts, cues: cue_library.CueLibrary
) -> Analysis:
    """Extract the features of a document, and the evidence for each pattern."""
    document, text, said = one.document, one.sentences, one.frequencies
    confirmed = (link.slug for link in document.pattern_links if link.state == LinkState.CONFIRMED)
    return Analysis(
        features=Features(
            terms=tuple(terms(said, counts.documents, counts.total)),
            services=frozenset(document.services),
            patterns=frozenset(confirmed),
        ),
        stems=feedback.stems_of(text),
        findings=cue_scoring.findings(text, cues.cues),
        stamp=cues.stamp,
    )


def features_of_text(text: Sequence[Sentence]) -> Features:
    """Return the features of a text that is no incident yet."""
    said = term_frequencies(text)
    counts = term_counts.term_counts(said.weights)
    return Features(tuple(terms(said, counts.documents, counts.total)))


def current_features(incident: Incident) -> Features:
    """Return the features of the incident as it is now; see `analysis_of`."""
    kept = _kept(0, incident.pk)
    if kept and kept[0].read_at == incident.updated_at:
        return stored_features(kept[0])
    return analysis_of(incident).features


def analysis_of(incident: Incident) -> Analysis:
    """Return the analysis of the incident as it is now: the stored one, or a new one if the
    incident changed and the background task has not caught up. Writes nothing."""
    cues = cue_library.current()
    kept = _kept(0, incident.pk)
    if kept and kept[0].read_at == incident.updated_at and kept[0].stamp == cues.stamp:
        return _stored(kept[0])
    said = AnalyzedText.of(documents_of([incident])[incident.pk])
    return analyze(said, term_counts.term_counts(said.frequencies.weights), cues)


_kept = Prepared(lambda shape, pk: IncidentFeatures.objects.filter(pk=pk))


def _stored(kept: IncidentFeatures) -> Analysis:
    return Analysis(
        features=stored_features(kept),
        stems=tuple(kept.stems),
        findings={
            slug: cue_scoring.Finding.from_json(slug, one)
            for slug, one in json.loads(kept.findings).items()
        },
        stamp=kept.stamp,
    )


def stored_features(kept: IncidentFeatures) -> Features:
    """Return the features in a stored row."""
    parts = zip(kept.terms, kept.words, kept.weights, kept.of_causes, strict=True)
    return Features(
        tuple(WeightedTerm(*part) for part in parts),
        frozenset(kept.services),
        frozenset(kept.patterns),
    )


def refresh(ids: Iterable[int]) -> None:
    """Analyze these incidents and store their features, in the caller's transaction."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), BATCH):
        _refresh(wanted[start : start + BATCH])


def _refresh(ids: list[int]) -> None:
    incidents = {one.pk: one for one in Incident.objects.filter(pk__in=ids, archived_at=None)}
    IncidentFeatures.objects.filter(pk__in=set(ids) - incidents.keys()).delete()
    documents = documents_of(incidents.values()) if incidents else {}
    said = {pk: AnalyzedText.of(document) for pk, document in documents.items()}
    counts = term_counts.term_counts(
        {stem for one in said.values() for stem in one.frequencies.weights}
    )
    cues = cue_library.current()
    read_now = {pk: (incidents[pk], analyze(one, counts, cues)) for pk, one in said.items()}
    stored = _store(read_now)
    _store_postings({pk: read_now[pk] for pk in stored}, [*stored, *(set(ids) - incidents.keys())])


def _store(found: Mapping[int, tuple[Incident, Analysis]]) -> list[int]:
    rows = [_row(incident, analysis) for incident, analysis in found.values()]
    with connection.cursor() as cursor:
        cursor.execute(_STORE, [json.dumps(rows)])
        return [pk for (pk,) in cursor.fetchall()]


def _row(incident: Incident, analysis: Analysis) -> dict[str, Any]:
    known = analysis.features.terms
    return {
        "id": incident.pk,
        "read_at": incident.updated_at.isoformat(),  # to the microsecond
        "is_restricted": incident.visibility == Visibility.RESTRICTED,
        "terms": [term.stem for term in known],
        "words": [term.word for term in known],
        "weights": [term.weight for term in known],
        "of_causes": [term.is_of_cause for term in known],
        "services": sorted(analysis.features.services),
        "patterns": sorted(analysis.features.patterns),
        "stems": list(analysis.stems),
        "findings": json.dumps(
            {slug: one.as_json() for slug, one in analysis.findings.items() if one.is_kept}
        ),
        "stamp": analysis.stamp,
    }


def _store_postings(found: Mapping[int, tuple[Incident, Analysis]], ids: list[int]) -> None:
    rows = sorted(
        {
            (pk, incident.visibility == Visibility.RESTRICTED, number, impact)
            for pk, (incident, analysis) in found.items()
            for number, impact in postings(analysis.features)
        }
    )
    columns: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) or [(), (), (), ()]
    names = ("incidents", "restricted", "numbers", "impacts")
    with connection.cursor() as cursor:
        values = {name: list(column) for name, column in zip(names, columns, strict=True)}
        cursor.execute(_REPLACE_POSTINGS, {"ids": ids, **values})


def postings(features: Features) -> list[tuple[int, int]]:
    """Return the numbers that index the incident, with their impact: its terms and its patterns."""
    of_terms = [
        (term_number(one.stem), round(one.weight * 1000)) for one in features.terms[:_POSTED]
    ]
    return of_terms + [(term_number(f"pattern {slug}"), 300) for slug in sorted(features.patterns)]


def term_number(term: str) -> int:
    """Return a number for a term, the same on every machine."""
    digest = hashlib.blake2b(term.encode(), digest_size=8).digest()
    return (
        int.from_bytes(digest, "big", signed=True) >> 2
    )  # below the placeholders of core.prepared
