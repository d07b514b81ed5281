"""Which failure patterns an incident may be an instance of, with the sentences that say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.prepared import Prepared
from incidents.exchange import document_of
from incidents.models import Incident, LinkState, PatternLink
from likeness import feedback
from likeness.cue_scoring import MOST_EVIDENCE, Evidence
from likeness.features import Analysis, analysis_of
from likeness.feedback import Feedback
from likeness.sentences import Sentence, sentences
from playbooks.models import FailurePattern

MOST = 3
# Below the first nothing is said at all; below the others nothing more is said.
FIRST, FURTHER, SHARE_OF_FIRST = 6.0, 3.0, 0.3
FIRST_BESIDE = 9.0  # where a pattern is confirmed already, another has to fit better


@dataclass(frozen=True)
class Suggestion:
    """A pattern that fits, how well (6 is enough, 20 is sure), and up to three sentences of the
    incident, verbatim, that speak for it. `learned` says how often people decided about it."""

    slug: str
    name: str
    score: float
    evidence: tuple[str, ...]
    learned: int = 0


def suggestions(incident: Incident) -> list[Suggestion]:
    """What fits the incident and nobody decided yet, best first; nothing rather than nonsense.

    The caller made sure that the person may see the incident: nothing of another one is told.
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
    proof = _proof(incident, found, taught, [slug for _, slug in chosen])
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
    """Every pattern for which something speaks, with its score, best first."""
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
    """Of scores, best first, those that are worth saying: none where the best is below `first`."""
    if not scores or scores[0][0] < first:
        return []
    least = max(FURTHER, scores[0][0] * SHARE_OF_FIRST)
    return [one for one in scores[:MOST] if one[0] >= least]


def _proof(
    incident: Incident, found: Analysis, taught: Mapping[str, Feedback], slugs: list[str]
) -> dict[str, tuple[str, ...]]:
    """The sentences that speak for each pattern; where people's decisions alone do, the text is
    read again for the words that they taught."""
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
    best = sorted(weighed, reverse=True)[:MOST_EVIDENCE]
    return tuple(Evidence(line, round(weight, 2)) for weight, _, line in best if weight >= 1)


def quoted(incident: Incident, slug: str) -> str:
    """The sentences that speak for a pattern, as Markdown quotations; none where nothing does."""
    found, taught = analysis_of(incident), feedback.stored()
    if slug not in found.findings and slug not in taught:
        return ""
    return "\n\n".join(f"> {line}" for line in _proof(incident, found, taught, [slug])[slug])
