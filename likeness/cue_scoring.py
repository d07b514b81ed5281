"""How strongly an incident's sentences speak for each pattern, and which of them do."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from likeness.cues import Cue, Cues
from likeness.sentences import Sentence

MOST_EVIDENCE = 3
_REPEATED = 0.25  # what a cue adds when it is met a second or third time
_USUAL_LENGTH = 40  # sentences; longer texts meet more cues by chance
_KEPT = 1.0
_LEAST = 0.5  # a cue that adds less to a sentence is no evidence


@dataclass(frozen=True)
class Evidence:
    """A sentence of the incident, verbatim, and how strongly it speaks for the pattern."""

    sentence: str
    strength: float


@dataclass(frozen=True)
class Finding:
    """What speaks for one pattern: by its slug, summed up and sentence by sentence."""

    slug: str
    score: float
    evidence: tuple[Evidence, ...]

    @property
    def is_kept(self) -> bool:
        """Whether it says enough to be worth keeping: with what was learned it may still count."""
        return self.score >= _KEPT

    def as_json(self) -> list[Any]:
        return [self.score, [[one.sentence, one.strength] for one in self.evidence]]

    @classmethod
    def from_json(cls, slug: str, found: list[Any]) -> Finding:
        score, evidence = found
        return cls(slug, score, tuple(Evidence(*one) for one in evidence))


def findings(sentences: Sequence[Sentence], cues: Cues) -> dict[str, Finding]:
    """What speaks for each pattern that anything speaks for, by slug."""
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
    best = sorted(spoken.items(), key=lambda one: (-one[1], one[0]))[:MOST_EVIDENCE]
    return tuple(
        Evidence(sentences[number].text, round(strength, 2))
        for number, strength in best
        if strength >= _LEAST
    )
