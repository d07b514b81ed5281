"""The terms an incident is known by: what it shares with few others."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from search.suggestions.sentences import CAUSE, Sentence, stem
from search.words import COMMON, fold

MOST_TERMS = 32  # of an incident are kept; what comes after them tells next to nothing
_LONGEST = 48

_TERM = re.compile(r"(?<![\w@])[^\W_][\w]*(?:[-./:][\w]+)*")
_PART = re.compile(r"[^\W_]+")
_NO_TERM = re.compile(
    r"^[\d\W_]+$|^\d+[a-z]{1,3}$|^(?=.*\d)[0-9a-f]{7,}$|^v?\d+(\.\d+)+|://|^(www\.|https?)|\.(com|org|net|io|html?)\b"
)
_PLAIN = Path(__file__).with_name("plain_words.txt")
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
class Spoken:
    """How often, how prominently, and in what spelling a text uses a stem."""

    weight: float
    word: str
    is_of_cause: bool


def spoken(sentences: Iterable[Sentence]) -> dict[str, Spoken]:
    """The stems that could be terms, with what the text makes of them."""
    weights: dict[str, float] = defaultdict(float)
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    of_causes: set[str] = set()
    for sentence in sentences:
        for word in _words(sentence.text):
            key = stem(fold(word)) if word.isalpha() else fold(word)
            weights[key] += min(sentence.weight, CAUSE)
            spellings[key][word] += 1
            if sentence.weight >= CAUSE:
                of_causes.add(key)
    return {
        key: Spoken(weight, _spelling(spellings[key]), key in of_causes)
        for key, weight in weights.items()
    }


def terms(said: Mapping[str, Spoken], documents: Mapping[str, int], total: int) -> list[Term]:
    """What of `said` is most telling, given in how many of `total` documents each stem stands."""
    weighed = [
        (idf(key, documents.get(key, 0), total) * (1 + math.log1p(one.weight)), key)
        for key, one in said.items()
        if one.weight >= 1
    ]
    best = sorted(weighed, key=lambda found: (-found[0], found[1]))[:MOST_TERMS]
    norm = math.sqrt(sum(weight * weight for weight, _ in best)) or 1.0
    return [
        Term(key, said[key].word, round(weight / norm, 4), said[key].is_of_cause)
        for weight, key in best
    ]


def idf(key: str, documents: int, total: int) -> float:
    """How telling a stem is that stands in so many of `total` documents; from 0."""
    supposed = _SUPPOSED_PLAIN if key in plain() else _SUPPOSED_RARE
    share = (documents + supposed) / (total + _SUPPOSED)
    return max(-math.log(share), 0.0) if share < 0.2 else 0.0


@cache
def plain() -> frozenset[str]:
    """Stems of words that tell little."""
    lines = _PLAIN.read_text(encoding="utf-8").splitlines()
    return frozenset(
        stem(word) for line in lines if not line.startswith("#") for word in line.split()
    )


def _words(text: str) -> Iterable[str]:
    for found in _TERM.finditer(text):
        word = found[0].rstrip("_")[:_LONGEST]
        low = fold(word)
        if low in COMMON or len(low) < 3 or _NO_TERM.search(low):
            continue
        yield word
        if not word.isalnum():
            for part in _PART.findall(word):
                if len(part) > 2 and not part.isdigit() and fold(part) not in COMMON:
                    yield part


def _spelling(found: Counter[str]) -> str:
    """The usual spelling; a lower case one where both are used."""
    return min(found, key=lambda word: (-found[word], word != word.lower(), word))
