"""Terms: the words that an incident shares with few others."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from likeness.sentences import CAUSE, Sentence, stem
from search.analyzer import STOP_WORDS, fold

MAX_TERMS = 32  # kept per incident; further ones tell next to nothing
_LONGEST = 48

_TERM = re.compile(r"(?<![\w@])[^\W_]\w*(?:[-./:]\w+)*")
_PART = re.compile(r"[^\W_]+")
_NO_TERM = re.compile(
    r"^[\d\W_]+$|^\d+[a-z]{1,3}$|^(?=.*\d)[0-9a-f]{7,}$|^v?\d+(\.\d+)+|://|^(www\.|https?)|\.(com|org|net|io|html?)\b"
)
_PLAIN = Path(__file__).with_name("common_words.txt")
# Prior documents, so that six incidents are enough to start with: of this many, a common word
# occurs in `_SUPPOSED_PLAIN`, any other in two.
_SUPPOSED = 200
_SUPPOSED_PLAIN, _SUPPOSED_RARE = 60, 2


@dataclass(frozen=True)
class WeightedTerm:
    """A telling stem: its usual spelling, its weight (0 to 1; the squares of an incident's weights
    add up to 1), and whether the causes contain it."""

    stem: str
    word: str
    weight: float
    is_of_cause: bool = False


@dataclass(frozen=True)
class TermFrequencies:
    """The weighted frequency of each stem in a text, its spellings with their counts, and the stems
    in its causes."""

    weights: Mapping[str, float]
    spellings: Mapping[str, Mapping[str, int]]
    of_causes: frozenset[str]

    def word(self, key: str) -> str:
        """Return the usual spelling; if two are equally usual, the one in lower case."""
        found = self.spellings[key]
        return min(found, key=lambda word: (-found[word], word != word.lower(), word))


def term_frequencies(sentences: Iterable[Sentence]) -> TermFrequencies:
    """Return the term frequencies of these sentences, without words that never tell anything."""
    weights: dict[str, float] = {}
    spellings: dict[str, dict[str, int]] = {}
    of_causes: set[str] = set()
    for sentence in sentences:
        weight = min(sentence.weight, CAUSE)
        for written in _TERM.findall(sentence.text):
            key = _key(written)
            if not key:
                continue
            weights[key] = weights.get(key, 0.0) + weight
            written = written[:_LONGEST]
            found = spellings.setdefault(key, {})
            found[written] = found.get(written, 0) + 1
            if weight >= CAUSE:
                of_causes.add(key)
    return TermFrequencies(weights, spellings, frozenset(of_causes))


def terms(said: TermFrequencies, documents: Mapping[str, int], total: int) -> list[WeightedTerm]:
    """Return the most telling terms of `said`; `documents` out of `total` contain each stem."""
    weighed = [
        (idf(key, documents.get(key, 0), total) * (1 + math.log1p(weight)), key)
        for key, weight in said.weights.items()
        if weight >= 1
    ]
    best = sorted(weighed, key=lambda found: (-found[0], found[1]))[:MAX_TERMS]
    norm = math.sqrt(sum(weight * weight for weight, _ in best)) or 1.0
    return [
        WeightedTerm(key, said.word(key), round(weight / norm, 4), key in said.of_causes)
        for weight, key in best
    ]


def idf(key: str, documents: int, total: int) -> float:
    """Return the inverse document frequency of a stem, 0 or more."""
    supposed = _SUPPOSED_PLAIN if key in common_stems() else _SUPPOSED_RARE
    share = (documents + supposed) / (total + _SUPPOSED)
    return max(-math.log(share), 0.0) if share < 0.2 else 0.0


@cache
def common_stems() -> frozenset[str]:
    """Return stems of words that tell little."""
    lines = _PLAIN.read_text(encoding="utf-8").splitlines()
    return frozenset(
        stem(word) for line in lines if not line.startswith("#") for word in line.split()
    )


@lru_cache(maxsize=100_000)
def _key(written: str) -> str:
    """Return the stem of a word, or a compound word itself; empty for words that never tell
    anything, such as numbers, hashes and addresses."""
    folded = fold(written[:_LONGEST])
    if folded in STOP_WORDS or len(folded) < 3 or _NO_TERM.search(folded):
        return ""
    if folded.isalpha():
        return stem(folded)
    parts = [part for part in _PART.findall(folded) if not part.isdigit()]
    return (
        "" if all(stem(part) in common_stems() or part in STOP_WORDS for part in parts) else folded
    )
