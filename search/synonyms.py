"""Synonyms: groups of terms with the same meaning, ready for lookup."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from django.core.cache import cache

from search import analyzer
from search.models import Synonym

Form = tuple[str, ...]

_FIRST = Path(__file__).with_name("synonyms.txt")
_STAMP = "search.synonyms"
_SECONDS = 10  # after which every process has seen a change of the groups
_known: tuple[str, Mapping[Form, tuple[Form, ...]], int] = ("", {}, 0)


def synonyms_of(asked: Sequence[str]) -> Mapping[str, tuple[Form, ...]]:
    """Return the synonyms of each term in `asked`, words as `analyzer.tokenize` gives them.

    The keys are terms in `asked`, words joined by a space; each synonym is a tuple of adjacent
    words. A term is recognised in each of its forms: plural, past, and so on.
    """
    others, longest = _groups()
    found: dict[str, tuple[Form, ...]] = {}
    for start in range(len(asked)):
        for end in range(start + 1, min(start + longest, len(asked)) + 1):
            term = tuple(asked[start:end])
            ways = others.get(_stems(term)) or others.get(_stems(_singular(term)))
            if ways:
                found[" ".join(term)] = ways
    return found


def first_groups() -> list[list[str]]:
    """Return the groups of a new installation, in the order of their rows."""
    lines = _FIRST.read_text(encoding="utf-8").splitlines()
    groups = (line.split(",") for line in lines if line and not line.startswith("#"))
    return [[term.strip() for term in group] for group in groups]


def invalidate() -> None:
    """Make every process read the groups again."""
    cache.delete(_STAMP)


def _groups() -> tuple[Mapping[Form, tuple[Form, ...]], int]:
    """Return the synonyms of every term, and the length of the longest term in words.

    The cache lasts ten seconds, so other processes see an edit without a query for every search.
    """
    global _known
    stamp = cache.get(_STAMP)
    if stamp is None or stamp != _known[0]:
        others = _others(Synonym.objects.values_list("terms", flat=True))
        stamp = stamp or secrets.token_hex(8)
        _known = (stamp, others, max(map(len, others), default=0))
        cache.set(_STAMP, stamp, _SECONDS)
    return _known[1], _known[2]


def _others(groups: Iterable[list[str]]) -> dict[Form, tuple[Form, ...]]:
    found: dict[Form, dict[Form, None]] = {}
    for terms in groups:
        forms = dict.fromkeys(form for term in terms if (form := tuple(analyzer.tokenize(term))))
        for form in forms:
            found.setdefault(_stems(form), {}).update(forms)
    return {
        stems: tuple(other for other in same if _stems(other) != stems)
        for stems, same in found.items()
    }


def _stems(term: Form) -> Form:
    return tuple(map(analyzer.stem, term))


def _singular(term: Form) -> Form:
    return (*term[:-1], term[-1].removesuffix("s"))
