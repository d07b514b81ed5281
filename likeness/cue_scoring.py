"""Scoring of patterns by the cues that an incident's sentences contain."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from likeness.cues import Cue, Cues
from likeness.sentences import Sentence

MAX_EVIDENCE = 3
_REPEATED = 0.25  # share that a cue adds when it matches a second or third time
_USUAL_LENGTH = 40  # sentences; longer texts match more cues by chance
_KEPT = 1.0
_LEAST = 0.5  # a sentence with less strength is no evidence


@dataclass(frozen=True)
class Evidence:
    """A sentence of the incident, verbatim, and its strength as evidence for the pattern."""

    sentence: str
    strength: float


@dataclass(frozen=True)
class Finding:
    """The evidence for one pattern: its slug, the total score, and the best sentences."""

    slug: str
    score: float
    evidence: tuple[Evidence, ...]

    @property
    def is_kept(self) -> bool:
        """True if the score is worth keeping: together with learned feedback it may still count."""
        return self.score >= _KEPT

    def as_json(self) -> list[Any]:
        return [self.score, [[one.sentence, one.strength] for one in self.evidence]]

    @classmethod
    def from_json(cls, slug: str, found: list[Any]) -> Finding:
        score, evidence = found
        return cls(slug, score, tuple(Evidence(*one) for one in evidence))


def findings(sentences: Sequence[Sentence], cues: Cues) -> dict[str, Finding]:
    """Return a finding, by slug, for each pattern with any evidence."""
    met: dict[str, dict[Cue, list[float]]] = defaultdict(lambda: defaultdict(list))
    spoken: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for number, sentence in enumerate(sentences):
        for match in cues.matches(sentence.stems):
            strength = match.cue.strength * match.certainty * sentence.weight
            met[match.cue.pattern][match.cue].append(strength)
            spoken[match.cue.pattern][number] += strength
    long = max(math.log(8 + len(sentences)) / math.log(8 + _USUAL_LENGTH), 0.6)
    return {
        slug: Finding(slug, round(_sum(by_cue) / long, 3), _evidence(sentences, spoken[slug]))
        for slug, by_cue in met.items()
    }


def _sum(by_cue: dict[Cue, list[float]]) -> float:
    total = 0.0
    for strengths in by_cue.values():
        first, *more = sorted(strengths, reverse=True)[:3]
        total += first + _REPEATED * sum(more)
    return total


def _evidence(sentences: Sequence[Sentence], spoken: dict[int, float]) -> tuple[Evidence, ...]:
    best = sorted(spoken.items(), key=lambda one: (-one[1], one[0]))[:MAX_EVIDENCE]
    return tuple(
        Evidence(sentences[number].text, round(strength, 2))
        for number, strength in best
        if strength >= _LEAST
    )
