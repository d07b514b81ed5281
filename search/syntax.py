"""What people type: words, "exact phrases", -not and or; never an error, whatever it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.text import storable
from search import words

MAX_CHARACTERS = 500
MAX_WORDS = 24

_TOKEN = re.compile(r'(?P<minus>-?)"(?P<phrase>[^"]*)(?:"|$)|(?P<token>\S+)')
_REFERENCE = re.compile(r"\s*inc[-\s]?0*(\d{1,9})\s*", re.IGNORECASE)

Endings = Mapping[str, list[str]]
"""For an unfinished or unknown word the longer words that it may stand for."""


@dataclass(frozen=True)
class Term:
    """One word, or several that must stand side by side; to be found, or to be absent."""

    words: tuple[str, ...]
    negated: bool = False
    quoted: bool = False

    def tsquery(self, endings: Endings) -> str:
        side_by_side = " <-> ".join(any_form(word, endings) for word in self.words)
        return f"{'!' if self.negated else ''}({side_by_side})"


@dataclass(frozen=True)
class Query:
    """Alternatives, of which one must be met; each is a list of terms, which must all be."""

    text: str
    alternatives: tuple[tuple[Term, ...], ...]

    def __bool__(self) -> bool:
        return bool(self.alternatives)

    @property
    def words(self) -> list[str]:
        """Every word that is looked for, once, in order."""
        return list(
            dict.fromkeys(word for term in self._terms if not term.negated for word in term.words)
        )

    @property
    def loose_words(self) -> set[str]:
        """The words that are looked for outside of quotation marks."""
        terms = (term for term in self._terms if not (term.negated or term.quoted))
        return {word for term in terms for word in term.words}

    @property
    def _terms(self) -> list[Term]:
        return [term for terms in self.alternatives for term in terms]

    @property
    def last_word(self) -> str:
        """The word that is perhaps still being typed; "" where the query ends otherwise."""
        last = self.alternatives[-1][-1]
        finished = last.negated or last.quoted or self.text[-1:].isspace()
        return "" if finished else last.words[-1]

    @property
    def incident_number(self) -> int | None:
        """The number in a query that is nothing but a reference."""
        match = _REFERENCE.fullmatch(self.text)
        return int(match[1]) if match and int(match[1]) < 2**31 else None

    @property
    def asks_for_more_than_words(self) -> bool:
        """Whether phrases, exclusions or alternatives were asked for, which must be kept."""
        return len(self.alternatives) > 1 or any(t.quoted or t.negated for t in self._terms)

    def tsquery(self, endings: Endings) -> str:
        """In PostgreSQL's syntax; a word's endings may stand for it."""
        return " | ".join(
            "(" + " & ".join(term.tsquery(endings) for term in terms) + ")"
            for terms in self.alternatives
        )

    def any_word(self, endings: Endings) -> str:
        """In PostgreSQL's syntax: one of the words is enough."""
        return " | ".join(any_form(word, endings) for word in self.words)

    def corrected(self, corrections: Mapping[str, str]) -> Query:
        """With words replaced, in the terms and in the text as people read it."""
        text = re.sub(
            r"[^\W_]+",
            lambda match: corrections.get(words.fold(match[0]), match[0]),
            self.text,
        )
        alternatives = tuple(
            tuple(
                term
                if term.negated or term.quoted
                else replace(term, words=tuple(corrections.get(w, w) for w in term.words))
                for term in terms
            )
            for terms in self.alternatives
        )
        return Query(text, alternatives)


def any_form(word: str, endings: Endings) -> str:
    """`word` or one of its endings, in PostgreSQL's syntax."""
    # Words consist of letters and digits only, so nothing in them can end the quotation.
    forms = " | ".join(f"'{form}'" for form in (word, *endings.get(word, ())))
    return f"({forms})"


def parse(text: str) -> Query:
    """What `text` asks for. At most 500 characters and 24 words of it are read."""
    text = storable(text[:MAX_CHARACTERS])
    alternatives: list[list[Term]] = [[]]
    room = MAX_WORDS
    for match in _TOKEN.finditer(text):
        if room <= 0:
            break
        if match["token"] in ("or", "OR", "|"):
            alternatives.append([])
            continue
        term = _term(match, room)
        if term.words:
            alternatives[-1].append(term)
            room -= len(term.words)
    return Query(
        text,
        tuple(tuple(terms) for terms in alternatives if any(not term.negated for term in terms)),
    )


def _term(match: re.Match[str], room: int) -> Term:
    if match["phrase"] is not None:
        found = words.split(match["phrase"])
        return Term(tuple(found[:room]), negated=match["minus"] == "-", quoted=True)
    token = match["token"]
    negated = len(token) > 1 and token[0] == "-" and token[1].isalnum()
    return Term(tuple(words.split(token)[:room]), negated=negated)
