"""The cues of every pattern: those shipped with the product, and its own words."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Protocol

from core.prepared import Prepared
from likeness.cues import Cue, Cues, cue
from likeness.sentences import stem
from playbooks.models import FailurePattern
from search.analyzer import STOP_WORDS, fold

_FILE = Path(__file__).with_name("cues.txt")
_STRENGTHS = {"1": 0.4, "2": 1.2, "3": 2.5}
# Strengths of a pattern's own words: an ordinary word, a telling one, two words, more.
_PLAIN_WORD, _TELLING_WORD, _TWO_WORDS, _MORE_WORDS = 0.4, 1.8, 1.4, 2.0
_KEPT = frozenset({"no", "not", "off", "out", "without"})  # stop words that a signal may depend on
_BESIDE_KNOWN = 0.6
_MAX_WORDS = 8  # of a signal; nobody repeats a longer one word for word
_CODE = re.compile(r"`([^`\n]{3,80})`")
_WORD = re.compile(r"[^\W_]+")
_IN_CODE = re.compile(r"\d|[a-z][A-Z]|^[A-Z]{3,}$|_")


_versions = Prepared(
    lambda shape: FailurePattern.objects.current().order_by("slug").values_list("slug", "version")
)


_kept: dict[str, CueLibrary] = {}


class PatternText(Protocol):
    """The text of a pattern that cues are made from: a row of the database, or a file of the
    library."""

    slug: str
    name: str
    definition: str
    recognise: str

    @property
    def signals(self) -> Iterable[str]: ...


@dataclass(frozen=True)
class CueLibrary:
    """The cues of every pattern, and a stamp that changes whenever one of them may have."""

    stamp: str
    cues: Cues


def current() -> CueLibrary:
    """Return the library of the database. One query; cues are built once for each state of it."""
    kept = _kept.get(_stamp(_versions(0)))
    if kept is None:
        patterns = list(FailurePattern.objects.current().order_by("slug"))
        # Of these rows, not of the versions read before: a pattern may have changed in between.
        stamp = _stamp((pattern.slug, pattern.version) for pattern in patterns)
        kept = CueLibrary(stamp, Cues(all_cues(patterns)))
        _kept.clear()  # two threads may both build it, with the same result
        _kept[stamp] = kept
    return kept


def all_cues(found: Iterable[PatternText]) -> Iterator[Cue]:
    """Yield the cues of these patterns. If a pattern has shipped cues, its own words weigh less."""
    known = _known()
    for pattern in found:
        yield from known.get(pattern.slug, ())
        share = _BESIDE_KNOWN if pattern.slug in known else 1.0
        yield from (replace(one, strength=one.strength * share) for one in own_cues(pattern))


def own_cues(pattern: PatternText) -> Iterator[Cue]:
    """Yield cues in the pattern's own words: its signals, its name, and the error messages that its
    text quotes as code."""
    seen: set[tuple[frozenset[str], ...]] = set()
    for phrase in (*pattern.signals, pattern.name, *_CODE.findall(pattern.recognise)):
        made = _phrase(pattern.slug, phrase)
        if made and made.slots not in seen:
            seen.add(made.slots)
            yield made


def _phrase(slug: str, phrase: str) -> Cue | None:
    written = [w for w in _WORD.findall(phrase) if fold(w) not in STOP_WORDS or fold(w) in _KEPT]
    written = written[:_MAX_WORDS]
    if not written:
        return None
    return cue(slug, _strength(written, phrase), written)


def _strength(written: list[str], phrase: str) -> float:
    if len(written) == 1:
        telling = _IN_CODE.search(phrase) or stem(fold(written[0])) not in _ordinary()
        return _TELLING_WORD if telling and not written[0].isdigit() else _PLAIN_WORD
    return _TWO_WORDS if len(written) == 2 else _MORE_WORDS


def _stamp(versions: Iterable[tuple[str, int]]) -> str:
    text = " ".join(f"{slug}:{version}" for slug, version in versions)
    return hashlib.blake2b(f"{_shipped()} {text}".encode(), digest_size=8).hexdigest()


@cache
def _shipped() -> str:
    return hashlib.blake2b(_FILE.read_bytes(), digest_size=8).hexdigest()


@cache
def _known() -> dict[str, tuple[Cue, ...]]:
    """Return the shipped cues, by the slug of their pattern."""
    found: dict[str, list[Cue]] = {}
    slug = ""
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            slug = line.strip("[] ")
        elif line and not line.startswith("#"):
            strength, *words = line.split()
            loose = words[0] == "~"
            made = cue(slug, _STRENGTHS[strength], words[loose:], any_order=loose)
            found.setdefault(slug, []).append(made)
    return {slug: tuple(cues) for slug, cues in found.items()}


@cache
def _ordinary() -> frozenset[str]:
    """Return stems that tell little alone: every word in the cues of two or more patterns."""
    users: dict[str, set[str]] = {}
    for slug, cues in _known().items():
        for one in cues:
            for slot in one.slots:
                for word in slot:
                    users.setdefault(word, set()).add(slug)
    return frozenset(word for word, slugs in users.items() if len(slugs) > 1)
