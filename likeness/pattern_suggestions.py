"""Suggested failure patterns for an incident, with its sentences as evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.prepared import Prepared
from incidents.exchange import document_of
from incidents.models import Incident, LinkState, PatternLink
from likeness import feedback
from likeness.cue_scoring import MAX_EVIDENCE, Evidence
from likeness.features import Analysis, analysis_of
from likeness.feedback import Feedback
from likeness.sentences import Sentence, sentences
from playbooks.models import FailurePattern

MAX_SUGGESTIONS = 3
# Least score of the first suggestion, and of further ones, also as a share of the first.
FIRST, FURTHER, SHARE_OF_FIRST = 6.0, 3.0, 0.3
FIRST_BESIDE = 9.0  # another pattern has to fit better once one is confirmed


@dataclass(frozen=True)
class Suggestion:
    """A suggested pattern, its score (6 is enough, 20 is certain), and up to three sentences of the
    incident, verbatim, as evidence. `learned` is the number of decisions it was learned from."""

    slug: str
    name: str
    score: float
    evidence: tuple[str, ...]
    learned: int = 0


def suggestions(incident: Incident) -> list[Suggestion]:
    """Return undecided patterns that fit the incident, best first; none if nothing fits well.

    The caller has checked that the person may see the incident; nothing of another one is shown.
    """
    found = analysis_of(incident)
    decided = dict(_decided(0, incident.pk))
    taught = feedback.stored()
    scores = [one for one in ranked(found, taught) if one[1] not in decided]
    has_one = LinkState.CONFIRMED in decided.values()
    chosen = worth_showing(scores, first=FIRST_BESIDE if has_one else FIRST)
    if not chosen:
        return []
    names = dict(_names(0))
    proof = _evidence(incident, found, taught, [slug for _, slug in chosen])
    return [
        Suggestion(
            slug,
            names[slug],
            round(score, 1),
            proof[slug],
            taught[slug].confirmed + taught[slug].dismissed if slug in taught else 0,
        )
        for score, slug in chosen
        if slug in names and proof[slug]
    ]


_decided = Prepared(
    lambda shape, pk: PatternLink.objects.filter(
        incident=pk, state__in=[LinkState.CONFIRMED, LinkState.DISMISSED]
    ).values_list("pattern__slug", "state")
)
_names = Prepared(lambda shape: FailurePattern.objects.current().values_list("slug", "name"))


def ranked(found: Analysis, taught: Mapping[str, Feedback]) -> list[tuple[float, str]]:
    """Return every pattern with a positive score, best first."""
    slugs = found.findings.keys() | taught.keys()
    scores = (
        (
            (found.findings[slug].score if slug in found.findings else 0.0)
            + (feedback.score(taught[slug], found.stems) if slug in taught else 0.0),
            slug,
        )
        for slug in slugs
    )
    return sorted((one for one in scores if one[0] > 0), key=lambda one: (-one[0], one[1]))


def worth_showing(
    scores: Sequence[tuple[float, str]], *, first: float = FIRST
) -> list[tuple[float, str]]:
    """Return the scores, best first, that are worth showing: none if the best is below `first`."""
    if not scores or scores[0][0] < first:
        return []
    least = max(FURTHER, scores[0][0] * SHARE_OF_FIRST)
    return [one for one in scores[:MAX_SUGGESTIONS] if one[0] >= least]


def _evidence(
    incident: Incident, found: Analysis, taught: Mapping[str, Feedback], slugs: list[str]
) -> dict[str, tuple[str, ...]]:
    """Return the evidence for each pattern; if only feedback supports it, sentences with learned
    stems."""
    proof = {
        slug: found.findings[slug].evidence if slug in found.findings else () for slug in slugs
    }
    if not all(proof.values()):
        text = sentences(document_of(incident))
        proof = {
            slug: evidence or _learned_evidence(text, taught[slug])
            for slug, evidence in proof.items()
        }
    return {slug: tuple(one.sentence for one in evidence) for slug, evidence in proof.items()}


def _learned_evidence(text: Sequence[Sentence], taught: Feedback) -> tuple[Evidence, ...]:
    weighed = [
        (sum(taught.weights.get(one, 0.0) for one in set(sentence.stems)), -number, sentence.text)
        for number, sentence in enumerate(text)
    ]
    best = sorted(weighed, reverse=True)[:MAX_EVIDENCE]
    return tuple(Evidence(line, round(weight, 2)) for weight, _, line in best if weight >= 1)


def quoted(incident: Incident, slug: str) -> str:
    """Return the evidence for a pattern as Markdown quotations; empty if there is none."""
    found, taught = analysis_of(incident), feedback.stored()
    if slug not in found.findings and slug not in taught:
        return ""
    return "\n\n".join(f"> {line}" for line in _evidence(incident, found, taught, [slug])[slug])
