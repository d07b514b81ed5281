"""Query planner: the documents to read, few enough to be quick, and the best among them.

Rare words are looked up everywhere. Of a common word only the best documents are read: its tiers,
which are indexed like words. The size of the tiers follows from the frequency of the other words
and the filters. If a stage finds too little, the next one reads more, and the last one everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from math import prod

from search import keys
from search.expansion import ExpandedQuery, ExpandedWord, Lexemes, stemmed
from search.filters import FACETS, SearchFilters
from search.models import Kind
from search.parser import Term
from search.statistics import DocumentFrequencies
from search.tsquery import (
    any_of,
    filter_clauses,
    form_clause,
    period_keys,
    side_by_side,
    tier_of,
    word_clause,
)

_AMPLE = 5  # times as many are read as are shown
_AMPLE_AT_MOST = 250  # documents; larger requests get no reserve
_WIDE = 4  # growth from one stage to the next
_MAX_PAIRED = 4  # common words that are looked up in pairs
_PAIRED = 100  # documents of each pair
_EVERYWHERE = 1 << 40
OF_INCIDENTS = keys.label("kind", Kind.INCIDENT)
_STILL = 0.02  # least share of documents that remain after an exclusion
_TIMELESS = [keys.quoted(keys.label("kind", kind)) for kind in (Kind.PLAYBOOK, Kind.PATTERN)]
_ANYTHING = f"({' | '.join(keys.quoted(keys.label('kind', kind)) for kind in Kind.values)})"


@dataclass(frozen=True)
class Stage:
    """One query of a plan: for all matches if `is_exhaustive`, otherwise for the probably best."""

    tsquery: str
    is_exhaustive: bool


@dataclass(frozen=True)
class Plan:
    """The plan of one query with its filters."""

    expanded: ExpandedQuery
    filters: SearchFilters
    frequencies: DocumentFrequencies
    _numbers: dict[ExpandedWord | Term, float] = field(default_factory=dict, init=False)

    def complete_matches(self, need: int) -> Iterator[Stage]:
        """Yield stages that find at least `need` documents with all the terms."""
        wanted = max(need, min(need * _AMPLE, _AMPLE_AT_MOST))
        last = ""
        while self.expected > wanted * 2:
            parts = [
                self._within_tiers(terms, wanted) for terms in self.expanded.query.alternatives
            ]
            if None in parts or wanted > keys.TIER_SIZES[-1]:
                break
            parts.append(self.expanded.exact_title_key)
            asked = self._with_filters(any_of(filter(None, parts)))
            if asked != last:
                yield Stage(asked, is_exhaustive=False)
                # Phrases are checked in texts, so at most twice as many documents are read.
                if self.expanded.phrases:
                    break
            last = asked
            wanted *= _WIDE
        yield Stage(self._with_filters(self._everything()), is_exhaustive=True)

    def partial_matches(self) -> Stage:
        """Return a stage for documents with some words: rare ones, or words they are about."""
        words = sorted(self.expanded.words.values(), key=self.frequency_of_word)
        common = [one for one in words if self._is_common(one)]
        parts = [word_clause(one) for one in words if one not in common]
        parts += [self._best_clause(one, keys.TIER_SIZES[0]) for one in common[:_MAX_PAIRED]]
        for one, other in combinations(common[:_MAX_PAIRED], 2):
            size = int((_PAIRED * max(self.frequencies.all, 1) / self.share) ** 0.5)
            parts.append(f"({self._best_clause(one, size)} & {self._best_clause(other, size)})")
        return Stage(self._with_filters(any_of(parts)), is_exhaustive=not common)

    def by_month(self, need: int, *, newest: bool, months: Mapping[str, int]) -> Iterator[Stage]:
        """Yield stages for documents with all the terms, month by month in order of time."""
        everything = self._everything()
        for chosen in self._growing_months(need, sorted(months, reverse=newest), months):
            yield Stage(self._with_filters(everything, any_of(chosen)), is_exhaustive=False)
        yield Stage(self._with_filters(everything), is_exhaustive=True)

    def recent_matches(self, need: int, *, months: Mapping[str, int]) -> Iterator[Stage]:
        """Yield stages for documents with all the terms: first the best, then, if too few, those of
        the last months and undated ones."""
        first = next(self.complete_matches(need))
        yield first
        if first.is_exhaustive:
            return
        everything = self._everything()
        for chosen in self._growing_months(need // 4, sorted(months, reverse=True), months):
            when = any_of([*chosen, *_TIMELESS])
            yield Stage(self._with_filters(everything, when), is_exhaustive=False)
        yield Stage(self._with_filters(everything), is_exhaustive=True)

    def _growing_months(
        self, need: int, ordered: Iterable[str], months: Mapping[str, int]
    ) -> Iterator[list[str]]:
        """Yield the first of the `ordered` months, as many as probably suffice, then more."""
        if self.expected <= need * 4:
            return
        share = self.expected / max(sum(months.values()), 1)
        chosen: list[str] = []
        likely, wanted = 0.0, need * 2
        for month in ordered:
            chosen.append(keys.quoted(month))
            likely += months[month] * share
            if likely >= wanted:
                yield chosen
                wanted *= _WIDE

    @property
    def excludes_most(self) -> bool:
        """True if an excluded term occurs in nearly all incidents: the best documents of a word
        then contain it as well, and larger tiers find little."""
        return all(
            any(term.negated and self._share_without(term) < _STILL for term in terms)
            for terms in self.expanded.query.alternatives
        )

    def _share_without(self, term: Term) -> float:
        """Return the share of incidents without a term, from 0 to 1."""
        lexemes = stemmed(term)
        held = min(map(self.frequencies.of, (*lexemes, *keys.pairs(lexemes))))
        return max(1 - held / self._incidents, 0.0)

    @cached_property
    def _incidents(self) -> float:
        return float(self.frequencies.of(OF_INCIDENTS) or max(self.frequencies.all, 1))

    @cached_property
    def _narrowing(self) -> list[str]:
        return filter_clauses(self.filters)

    @cached_property
    def share(self) -> float:
        """The share of all documents that match the filters, from 0 to 1."""
        number, share = max(self.frequencies.all, 1), 1.0
        for facet in FACETS:
            if values := self.filters.of(facet):
                found = sum(self.frequencies.of(keys.label(facet, value)) for value in values)
                share *= min(max(found, 1) / number, 1.0)
        for facet, value in self.filters.excluded:
            share *= max(1 - self.frequencies.of(keys.label(facet, value)) / number, _STILL)
        if period := period_keys(self.filters):
            share *= min(max(sum(map(self.frequencies.of, period)), 1) / number, 1.0)
        return share

    @cached_property
    def expected(self) -> float:
        """The expected number of documents with all the terms, if words were independent."""
        alternatives = self.expanded.query.alternatives
        if not alternatives:
            return self.frequencies.all * self.share
        return min(
            sum(
                self._expected(t, [self._frequency_of_term(term) for term in _required(t)])
                for t in alternatives
            ),
            float(self.frequencies.all),
        )

    def _expected(self, terms: tuple[Term, ...], numbers: list[float]) -> float:
        # Only incidents are long enough to contain several words.
        number = self._incidents if len(numbers) > 1 else float(max(self.frequencies.all, 1))
        expected = number * self.share
        expected *= max(prod(self._share_without(term) for term in terms if term.negated), _STILL)
        for documents in numbers:
            expected *= min(documents / number, 1.0)
        return expected

    def frequency_of_word(self, one: ExpandedWord) -> float:
        number = self._numbers.get(one)
        if number is None:
            number = min(
                sum(self._frequency_of_form(form) for form, _ in one.forms), self.frequencies.all
            )
            self._numbers[one] = number
        return number

    def _frequency_of_form(self, form: Lexemes) -> float:
        return min(self.frequencies.of(key) for key in (*form, *keys.pairs(form)))

    def _frequency_of_term(self, term: Term) -> float:
        least = min(self.frequency_of_word(self.expanded.words[word]) for word in term.words)
        if len(term.words) == 1:
            return least
        return min(least, *(self.frequencies.of(pair) for pair in keys.pairs(stemmed(term))))

    def _is_common(self, one: ExpandedWord) -> bool:
        return any(len(form) == 1 and form[0] in self.frequencies.tiers for form, _ in one.forms)

    def _within_tiers(self, terms: tuple[Term, ...], wanted: int) -> str | None:
        """Return a query for about `wanted` of the best documents with all `terms`; None if tiers
        cannot tell."""
        there = _required(terms)
        words = [self.expanded.words[word] for term in there for word in term.words]
        common = {one.word: self.frequency_of_word(one) for one in words if self._is_common(one)}
        if not common:
            return None
        sizes = dict(common)

        def of_best(term: Term) -> float:
            shares = (
                self._number_in_best(self.expanded.words[word], sizes[word]) / common[word]
                for word in term.words
                if word in common
            )
            return self._frequency_of_term(term) * prod(shares)

        while self._expected(terms, list(map(of_best, there))) > wanted * 2:
            widest = max(sizes, key=lambda word: sizes[word])
            if sizes[widest] <= keys.TIER_SIZES[0]:
                break
            sizes[widest] = _next_size(sizes[widest])
        parts = [self._term(term, sizes) for term in terms]
        return f"({' & '.join(parts)})"

    def _everything(self) -> str:
        return any_of(
            f"({' & '.join(self._term(term, {}) for term in terms)})"
            for terms in self.expanded.query.alternatives
        )

    def _term(self, term: Term, sizes: dict[str, float]) -> str:
        if term.negated:
            return f"!{side_by_side(term, {})}"
        if len(term.words) == 1:
            return self._word(term.words[0], term, sizes)
        together = side_by_side(term, {} if term.quoted else self.expanded.words)
        best = (self._word(word, term, sizes) for word in term.words if word in sizes)
        return " & ".join([together, *best])

    def _word(self, word: str, term: Term, sizes: dict[str, float]) -> str:
        words, size = self.expanded.words[word], sizes.get(word, _EVERYWHERE)
        return (
            form_clause(words.forms[0][0], size, self.frequencies)
            if term.quoted
            else self._best_clause(words, size)
        )

    def _number_in_best(self, one: ExpandedWord, size: float) -> float:
        """Return the number of documents that `_best_clause` matches, over all forms of a word."""
        number = sum(
            min(
                self._frequency_of_form(form),
                size if tier_of(form, size, self.frequencies) else _EVERYWHERE,
            )
            for form, _ in one.forms
        )
        return min(number, self.frequency_of_word(one))

    def _best_clause(self, one: ExpandedWord, size: float) -> str:
        """Return a query for about the best `size` documents of a word, over all its forms."""
        return any_of(form_clause(form, size, self.frequencies) for form, _ in one.forms)

    def _with_filters(self, *parts: str) -> str:
        asked = [*filter(None, parts), *self._narrowing]
        # Exclusions alone give the index nothing to look up.
        nowhere = all(part.startswith("!") for part in asked)
        return " & ".join([_ANYTHING, *asked] if nowhere else asked)


def _next_size(documents: float) -> float:
    return max((size for size in keys.TIER_SIZES if size < documents), default=keys.TIER_SIZES[0])


def _required(terms: Iterable[Term]) -> list[Term]:
    return [term for term in terms if not term.negated]
