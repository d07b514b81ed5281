"""A query as the index understands it: every word with all the ways in which it may be met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from search import analyzer, keys, synonyms
from search.parser import Endings, Query, Term

_ENDING, _SYNONYM = 0.75, 0.8  # how much another form is worth beside the word itself

Lexemes = tuple[str, ...]


@dataclass(frozen=True)
class ExpandedWord:
    """One word that is looked for. `forms` are the ways to meet it, lexemes that stand side by
    side, and what each way is worth; the word itself comes first, unless nothing holds it."""

    word: str
    forms: tuple[tuple[Lexemes, float], ...]

    @property
    def lexeme(self) -> str:
        return self.forms[0][0][0]


@dataclass(frozen=True)
class ExpandedQuery:
    """A query with its words. `pairs` are those that stand side by side in it, as (first word,
    second word, key)."""

    query: Query
    words: Mapping[str, ExpandedWord]
    pairs: tuple[tuple[str, str, str], ...]

    @property
    def is_loose(self) -> bool:
        """Whether it is nothing but words, of which some may be missing and all may stand
        anywhere."""
        return not self.query.has_operators and all(
            len(term.words) == 1 for terms in self.query.alternatives for term in terms
        )

    @property
    def allows_partial_matches(self) -> bool:
        """Whether what holds some of the words is better than nothing. Whoever asks for phrases,
        exclusions or alternatives means it: nothing less is offered."""
        is_reference = self.query.incident_number is not None
        return len(self.words) > 1 and not (self.query.has_operators or is_reference)

    @property
    def exact_title_key(self) -> str:
        """The key of what is called exactly as the query reads, in PostgreSQL's syntax."""
        number = self.query.incident_number
        asked = ["inc", str(number)] if number is not None else analyzer.tokenize(self.query.text)
        return keys.quoted(keys.exact_title(asked))

    @property
    def keys(self) -> list[str]:
        """Every key that is looked for, for the statistics."""
        lexemes = (
            key
            for one in self.words.values()
            for form, _ in one.forms
            for key in (*form, *keys.pairs(form))
        )
        absent = (
            key
            for terms in self.query.alternatives
            for term in terms
            if term.negated
            for key in (*stemmed(term), *keys.pairs(stemmed(term)))
        )
        return [*dict.fromkeys([*lexemes, *absent]), *(key for _, _, key in self.pairs)]

    @property
    def phrases(self) -> list[Lexemes]:
        """What must stand side by side in everything that is found: to be made sure of in the
        text, since the keys of pairs are shared by others."""
        if len(self.query.alternatives) != 1:
            return []
        return [
            stemmed(term)
            for term in self.query.alternatives[0]
            if len(term.words) > 1 and not term.negated
        ]


def expand(query: Query, endings: Endings, absent: Sequence[str] = ()) -> ExpandedQuery:
    """`endings` are for words that may be unfinished the longer words they may stand for; those
    that are `absent`, which nothing holds, are looked for as these alone."""
    asked = [
        term.words[0] if len(term.words) == 1 and not term.quoted else ""
        for terms in query.alternatives
        for term in terms
        if not term.negated
    ]
    loose = query.loose_words
    others = _synonyms(asked) if loose else {}
    words = {
        word: ExpandedWord(word, tuple(_forms(word, endings.get(word, ()), others.get(word, ()))))
        for word in query.words
    }
    elsewhere = {
        word
        for terms in query.alternatives
        for term in terms
        if term.quoted or term.negated or len(term.words) > 1
        for word in term.words
    }
    replaced = {word for word in absent if word not in elsewhere and len(words[word].forms) > 1}
    for word in replaced:
        words[word] = ExpandedWord(word, words[word].forms[1:])
    pairs = (pair for pair in _pairs(query) if replaced.isdisjoint(pair[:2]))
    return ExpandedQuery(query, words, tuple(pairs))


def _synonyms(asked: list[str]) -> dict[str, list[Lexemes]]:
    """By word, its synonyms and those of every term that it is part of."""
    found: dict[str, list[Lexemes]] = {}
    for term, ways in synonyms.synonyms_of(asked).items():
        for word in filter(None, term.split(" ")):
            for way in ways:
                found.setdefault(word, []).append(tuple(analyzer.stem(part) for part in way))
    return found


def _forms(
    word: str, endings: Iterable[str], others: Iterable[Lexemes]
) -> Iterable[tuple[Lexemes, float]]:
    own = analyzer.stem(word)
    yield (own,), 1.0
    seen: set[Lexemes] = {(own,)}
    for form, worth in [
        *(((analyzer.stem(ending),), _ENDING) for ending in endings),
        *((way, _SYNONYM) for way in others),
    ]:
        if form and form not in seen:
            seen.add(form)
            yield form, worth


def _pairs(query: Query) -> Iterable[tuple[str, str, str]]:
    for terms in query.alternatives:
        flat = [word for term in terms if not term.negated for word in term.words]
        for first, second in pairwise(flat):
            yield first, second, keys.pair(analyzer.stem(first), analyzer.stem(second))


def stemmed(term: Term) -> Lexemes:
    return tuple(analyzer.stem(word) for word in term.words)
