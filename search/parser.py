"""Parse what people type: words, "exact phrases", -not and or; never an error, whatever it is.

People also paste log lines and commands, in which quotes and hyphens mean something else. They are
operators only where they can be meant as such: a phrase is set off by white space, and an exclusion
is a hyphen before a word that is no option of a command.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.text import storable
from search import analyzer

MAX_CHARACTERS = 500
MAX_WORDS = 24

# A quoted phrase begins after white space and ends before it, or is still being typed.
PHRASE = r'(?<!\S)-?"[^"]*(?:"(?!\S)|$)'
_TOKEN = re.compile(PHRASE + r"|\S+")
_EXCLUSION = re.compile(r"-(?=[^\W_]{2})(?=[^\W\d])")  # of "-word"; not "-n", "-9" or "--force"
_OPTION = re.compile(r"--[a-z]|-[a-z](?![^\W_])", re.IGNORECASE)  # "--force", "-n", "-o=wide"
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
    def has_operators(self) -> bool:
        """True where the query holds phrases, exclusions or alternatives."""
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


def any_form(word: str, endings: Endings) -> str:
    """`word` or one of its endings, in PostgreSQL's syntax."""
    # Words consist of letters and digits only, so nothing in them can end the quotation.
    forms = " | ".join(f"'{form}'" for form in (word, *endings.get(word, ())))
    return f"({forms})"


def parse(text: str, *, operators: bool = True) -> Query:
    """Return the query that `text` asks for; without `operators`, as nothing but words.

    At most 500 characters and 24 words of the text are read.
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
    """Return the term that `token` is; `excludes` says that a hyphen may mean an exclusion."""
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
