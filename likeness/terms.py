"""The terms an incident is known by: what it shares with few others."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from likeness.sentences import CAUSE, Sentence, stem
from search.analyzer import STOP_WORDS, fold

MOST_TERMS = 32  # of an incident are kept; what comes after them tells next to nothing
_LONGEST = 48

_TERM = re.compile(r"(?<![\w@])[^\W_]\w*(?:[-./:]\w+)*")
_PART = re.compile(r"[^\W_]+")
_NO_TERM = re.compile(
    r"^[\d\W_]+$|^\d+[a-z]{1,3}$|^(?=.*\d)[0-9a-f]{7,}$|^v?\d+(\.\d+)+|://|^(www\.|https?)|\.(com|org|net|io|html?)\b"
)
_PLAIN = Path(__file__).with_name("common_words.txt")
# What is supposed of documents not yet written, so that six incidents are enough to begin with:
# of so many, a plain word stands in a quarter, any other in two.
_SUPPOSED = 200
_SUPPOSED_PLAIN, _SUPPOSED_RARE = 60, 2


@dataclass(frozen=True)
class Term:
    """A stem that tells an incident from others: how people wrote it, its share of what the
    incident is known by (0 to 1, their squares add up to 1), and whether causes speak of it."""

    stem: str
    word: str
    weight: float
    is_of_cause: bool = False


@dataclass(frozen=True)
class TermFrequencies:
    """What a text says: how prominently it uses each stem, in which spellings and how often, and
    of which stems its causes speak."""

    weights: Mapping[str, float]
    spellings: Mapping[str, Mapping[str, int]]
    of_causes: frozenset[str]

    def word(self, key: str) -> str:
        """The usual spelling; one in lower case where both are as usual."""
        found = self.spellings[key]
        return min(found, key=lambda word: (-found[word], word != word.lower(), word))


def term_frequencies(sentences: Iterable[Sentence]) -> TermFrequencies:
    """What the sentences say, but for words that tell nothing anywhere."""
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


def terms(said: TermFrequencies, documents: Mapping[str, int], total: int) -> list[Term]:
    """What of `said` is most telling, given in how many of `total` documents each stem stands."""
    weighed = [
        (idf(key, documents.get(key, 0), total) * (1 + math.log1p(weight)), key)
        for key, weight in said.weights.items()
        if weight >= 1
    ]
    best = sorted(weighed, key=lambda found: (-found[0], found[1]))[:MOST_TERMS]
    norm = math.sqrt(sum(weight * weight for weight, _ in best)) or 1.0
    return [
        Term(key, said.word(key), round(weight / norm, 4), key in said.of_causes)
        for weight, key in best
    ]


def idf(key: str, documents: int, total: int) -> float:
    """How telling a stem is that stands in so many of `total` documents; from 0."""
    supposed = _SUPPOSED_PLAIN if key in common_stems() else _SUPPOSED_RARE
    share = (documents + supposed) / (total + _SUPPOSED)
    return max(-math.log(share), 0.0) if share < 0.2 else 0.0


@cache
def common_stems() -> frozenset[str]:
    """Stems of words that tell little."""
    lines = _PLAIN.read_text(encoding="utf-8").splitlines()
    return frozenset(
        stem(word) for line in lines if not line.startswith("#") for word in line.split()
    )


@lru_cache(maxsize=100_000)
def _key(written: str) -> str:
    """What a word is counted as: its stem, or itself where it is put together; nothing for words
    that tell nothing anywhere, such as numbers, hashes and addresses."""
    folded = fold(written[:_LONGEST])
    if folded in STOP_WORDS or len(folded) < 3 or _NO_TERM.search(folded):
        return ""
    if folded.isalpha():
        return stem(folded)
    parts = [part for part in _PART.findall(folded) if not part.isdigit()]
    return (
        "" if all(stem(part) in common_stems() or part in STOP_WORDS for part in parts) else folded
    )
