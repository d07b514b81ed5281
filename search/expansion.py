"""Query expansion: each word with every form in which it may match."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from search import analyzer, keys, synonyms
from search.parser import Completions, Query, Term

_ENDING, _SYNONYM = 0.75, 0.8  # weight of another form, compared with the word itself

Lexemes = tuple[str, ...]


@dataclass(frozen=True)
class ExpandedWord:
    """A query word. `forms` are the ways to match it, as adjacent lexemes, each with its weight;
    the word itself comes first, unless nothing contains it."""

    word: str
    forms: tuple[tuple[Lexemes, float], ...]

    @property
    def lexeme(self) -> str:
        return self.forms[0][0][0]


@dataclass(frozen=True)
class ExpandedQuery:
    """A query with its expanded words. `pairs` are its adjacent words, as (first word, second word,
    key)."""

    query: Query
    words: Mapping[str, ExpandedWord]
    pairs: tuple[tuple[str, str, str], ...]

    @property
    def is_loose(self) -> bool:
        """True if the query is only single words, some of which may be missing."""
        return not self.query.has_operators and all(
            len(term.words) == 1 for terms in self.query.alternatives for term in terms
        )

    @property
    def allows_partial_matches(self) -> bool:
        """True if documents with only some of the words are better than nothing. Phrases,
        exclusions and alternatives are meant literally, so they allow none."""
        is_reference = self.query.incident_number is not None
        return len(self.words) > 1 and not (self.query.has_operators or is_reference)

    @property
    def exact_title_key(self) -> str:
        """The key of documents whose title is exactly the query, in PostgreSQL's syntax."""
        number = self.query.incident_number
        asked = ["inc", str(number)] if number is not None else analyzer.tokenize(self.query.text)
        return keys.quoted(keys.exact_title(asked))

    @property
    def keys(self) -> list[str]:
        """Every key to look up, for the statistics."""
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
        """The phrases that every result must contain. They have to be checked in the text, because
        pairs share keys."""
        if len(self.query.alternatives) != 1:
            return []
        return [
            stemmed(term)
            for term in self.query.alternatives[0]
            if len(term.words) > 1 and not term.negated
        ]


def expand(query: Query, completions: Completions, absent: Sequence[str] = ()) -> ExpandedQuery:
    """Expand `query`, with `completions` for words that may be unfinished. Words in `absent`, which
    nothing contains, are replaced by their completions."""
    asked = [
        term.words[0] if len(term.words) == 1 and not term.quoted else ""
        for terms in query.alternatives
        for term in terms
        if not term.negated
    ]
    loose = query.loose_words
    others = _synonyms(asked) if loose else {}
    words = {
        word: ExpandedWord(
            word, tuple(_forms(word, completions.get(word, ()), others.get(word, ())))
        )
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
    """Return, by word, its synonyms and those of every term that contains it."""
    found: dict[str, list[Lexemes]] = {}
    for term, ways in synonyms.synonyms_of(asked).items():
        for word in filter(None, term.split(" ")):
            for way in ways:
                found.setdefault(word, []).append(tuple(analyzer.stem(part) for part in way))
    return found


def _forms(
    word: str, completions: Iterable[str], others: Iterable[Lexemes]
) -> Iterable[tuple[Lexemes, float]]:
    own = analyzer.stem(word)
    yield (own,), 1.0
    seen: set[Lexemes] = {(own,)}
    for form, worth in [
        *(((analyzer.stem(ending),), _ENDING) for ending in completions),
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
