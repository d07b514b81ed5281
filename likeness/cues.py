"""Cues: the words by which a failure pattern is recognised in a sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from likeness.sentences import stems

GAP = 4  # other words allowed between two words of a cue
_NEGATIONS = frozenset(
    {"not", "no", "never", "without", "neither", "nor", "unrel", "rather", "instead"}
)
_DOUBTS = frozenset(
    {
        "suspect",
        "assum",
        "blame",
        "might",
        "may",
        "possibl",
        "perhap",
        "mayb",
        "would",
        "if",
        "initi",
        "thought",
        "guess",
        "hypothesi",
        "prevent",
        "avoid",
    }
)


@dataclass(frozen=True)
class Cue:
    """One cue of one pattern. Each slot holds alternative stems."""

    pattern: str
    strength: float
    slots: tuple[frozenset[str], ...]
    in_any_order: bool = False

    @property
    def text(self) -> str:
        return " ".join("|".join(sorted(slot)) for slot in self.slots)


@dataclass(frozen=True)
class Match:
    """A match of a cue in a sentence, and how certain it is (0 to 1)."""

    cue: Cue
    certainty: float


def cue(pattern: str, strength: float, words: Sequence[str], *, any_order: bool = False) -> Cue:
    """Return a cue of `words`, each of which may name alternatives as `a|b`."""
    slots = []
    for word in words:
        choices = [found[0] for part in word.split("|") if (found := stems(part))]
        if choices:
            slots.append(frozenset(choices))
    return Cue(pattern, strength, tuple(slots), any_order)


class Cues:
    """Many cues, indexed by their first words."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        self._by_stem: dict[str, list[Cue]] = defaultdict(list)
        for one in cues:
            if not one.slots:
                continue
            for choice in one.slots[0]:
                self._by_stem[choice].append(one)

    def matches(self, sentence: Sequence[str]) -> Iterator[Match]:
        """Yield the matches in a sentence, given by its stems."""
        places: dict[str, list[int]] = {}
        for place, word in enumerate(sentence):
            places.setdefault(word, []).append(place)
        found: dict[int, tuple[Cue, float]] = {}
        for word in places:
            for one in self._by_stem.get(word, ()):
                at = _find(one, word, places)
                if at is None:
                    continue
                sure = _certainty(one, sentence, at)
                if id(one) not in found or found[id(one)][1] < sure:
                    found[id(one)] = (one, sure)
        for one, sure in found.values():
            yield Match(one, sure)


def _find(one: Cue, word: str, places: dict[str, list[int]]) -> int | None:
    """Return the place in the sentence where the cue starts with `word`, or None."""
    follows = _is_near if one.in_any_order else _follows_in_order
    return next((start for start in places[word] if follows(one, start, places)), None)


def _is_near(one: Cue, start: int, places: dict[str, list[int]]) -> bool:
    reach = len(one.slots) + GAP
    return all(
        any(abs(at - start) <= reach for choice in slot for at in places.get(choice, ()))
        for slot in one.slots[1:]
    )


def _follows_in_order(one: Cue, start: int, places: dict[str, list[int]]) -> bool:
    at = start
    for slot in one.slots[1:]:
        last = at
        after = [
            place
            for choice in slot
            for place in places.get(choice, ())
            if last < place <= last + GAP + 1
        ]
        if not after:
            return False
        at = min(after)
    return True


def _certainty(one: Cue, sentence: Sequence[str], at: int) -> float:
    """Return how certain a match is: a denied or merely suspected one says little."""
    own = frozenset[str]().union(*one.slots)
    before = set(sentence[max(0, at - 4) : at]) - own
    if before & _NEGATIONS:
        return 0.0
    doubts = (set(sentence[max(0, at - 8) : at]) - own) & _DOUBTS
    return 0.35 if doubts else 1.0
