"""Parser of search queries: words, "exact phrases", -not and or; never fails, whatever the text.

People also paste log lines and commands, where quotes and hyphens mean something else. So they are
operators only where they can be meant as such: a phrase is surrounded by white space, and an
exclusion is a hyphen before a word that is no command-line option.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.text import storable
from search import analyzer

MAX_CHARACTERS = 500
MAX_WORDS = 24

# A quoted phrase starts after white space and ends before it, or is still being typed.
PHRASE = r'(?<!\S)-?"[^"]*(?:"(?!\S)|$)'
_TOKEN = re.compile(PHRASE + r"|\S+")
_EXCLUSION = re.compile(
    r"-(?=[^\W_]{2})(?=[^\W\d])"
)  # the hyphen of "-word"; not "-n", "-9" or "--force"
_OPTION = re.compile(r"--[a-z]|-[a-z](?![^\W_])", re.IGNORECASE)  # "--force", "-n", "-o=wide"
_REFERENCE = re.compile(r"\s*inc[-\s]?0*(\d{1,9})\s*", re.IGNORECASE)

Completions = Mapping[str, list[str]]
"""Completions of unfinished or unknown words."""


@dataclass(frozen=True)
class Term:
    """One word, or several adjacent ones; required or excluded."""

    words: tuple[str, ...]
    negated: bool = False
    quoted: bool = False

    def tsquery(self, completions: Completions) -> str:
        side_by_side = " <-> ".join(any_form(word, completions) for word in self.words)
        return f"{'!' if self.negated else ''}({side_by_side})"


@dataclass(frozen=True)
class Query:
    """A parsed query: alternatives, one of which must match; each is a list of terms that must all
    match."""

    text: str
    alternatives: tuple[tuple[Term, ...], ...]

    def __bool__(self) -> bool:
        return bool(self.alternatives)

    @property
    def words(self) -> list[str]:
        """Every required word once, in order."""
        return list(
            dict.fromkeys(word for term in self._terms if not term.negated for word in term.words)
        )

    @property
    def loose_words(self) -> set[str]:
        """The required words outside quotation marks."""
        terms = (term for term in self._terms if not (term.negated or term.quoted))
        return {word for term in terms for word in term.words}

    @property
    def _terms(self) -> list[Term]:
        return [term for terms in self.alternatives for term in terms]

    @property
    def last_word(self) -> str:
        """The word that may still be unfinished; "" if the query ends otherwise."""
        last = self.alternatives[-1][-1]
        finished = last.negated or last.quoted or self.text[-1:].isspace()
        return "" if finished else last.words[-1]

    @property
    def incident_number(self) -> int | None:
        """The number in a query that is only an incident reference."""
        match = _REFERENCE.fullmatch(self.text)
        return int(match[1]) if match and int(match[1]) < 2**31 else None

    @property
    def has_operators(self) -> bool:
        """True if the query contains phrases, exclusions or alternatives."""
        return len(self.alternatives) > 1 or any(t.quoted or t.negated for t in self._terms)

    def tsquery(self, completions: Completions) -> str:
        """Return the query in PostgreSQL's syntax; a word's completions may replace it."""
        return " | ".join(
            "(" + " & ".join(term.tsquery(completions) for term in terms) + ")"
            for terms in self.alternatives
        )

    def any_word(self, completions: Completions) -> str:
        """Return a query in PostgreSQL's syntax that any one of the words matches."""
        return " | ".join(any_form(word, completions) for word in self.words)

    def corrected(self, corrections: Mapping[str, str]) -> Query:
        """Return the query with words replaced, in the terms and in the text."""
        text = re.sub(
            r"[^\W_]+",
            lambda match: corrections.get(analyzer.fold(match[0]), match[0]),
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


def any_form(word: str, completions: Completions) -> str:
    """Return a query for `word` or one of its completions, in PostgreSQL's syntax."""
    # Words consist of letters and digits only, so they need no escaping.
    forms = " | ".join(f"'{form}'" for form in (word, *completions.get(word, ())))
    return f"({forms})"


def parse(text: str, *, operators: bool = True) -> Query:
    """Parse `text`; without `operators`, as plain words only.

    Reads at most 500 characters and 24 words.
    """
    text = storable(text[:MAX_CHARACTERS])
    tokens = _TOKEN.findall(text)
    excludes = operators and not any(_OPTION.match(token) for token in tokens)
    alternatives: list[list[Term]] = [[]]
    room = MAX_WORDS
    for token in tokens:
        if room <= 0:
            break
        if operators and token in ("or", "OR", "|"):
            alternatives.append([])
            continue
        term = _term(token, room, excludes=excludes) if operators else _plain(token, room)
        if term.words:
            alternatives[-1].append(term)
            room -= len(term.words)
    return Query(
        text,
        tuple(tuple(terms) for terms in alternatives if any(not term.negated for term in terms)),
    )


def _term(token: str, room: int, *, excludes: bool) -> Term:
    """Return the term for `token`; `excludes` says that a hyphen may mean an exclusion."""
    if _is_phrase(token):
        negated = excludes and token[0] == "-"
        return Term(_words(token, room), negated=negated, quoted=True)
    negated = excludes and _EXCLUSION.match(token) is not None
    return Term(_words(token, room), negated=negated)


def _plain(token: str, room: int) -> Term:
    return Term(_words(token, room))


def _words(token: str, room: int) -> tuple[str, ...]:
    return tuple(analyzer.tokenize(token)[:room])


def _is_phrase(token: str) -> bool:
    return re.fullmatch(PHRASE, token) is not None
