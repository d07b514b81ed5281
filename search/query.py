"""Finding things: what a person may see, best first."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, Count, F, FloatField, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Length

from accounts.models import User
from search import spelling
from search.index import CONFIGURATION
from search.models import Document, DocumentQuerySet, Kind, Word
from search.snippets import Marker, Piece
from search.syntax import Endings, Query, any_form, parse

MOST_COUNTED = 1_000  # beyond this many matches nobody asks how many there are
_SAMPLE = 5_000
_MOST_ENDINGS = 30
_MOST_BEGINNINGS = 4
_WEIGHTS = [0.25, 0.45, 0.7, 1.0]  # D, C, B, A
_EXACT = 100.0
_HELD = 0.05
_COMPLETE = 20.0
_PLAYBOOK, _PATTERN = 0.6, 0.4
_FEW = 5  # matches of all the words, below which those of some words are shown as well


@dataclass(frozen=True)
class Hit:
    """Something found. Title and snippet are in pieces, some of them marked.

    `is_complete` says that it holds all the words that were asked for.
    """

    document: Document
    score: float
    is_complete: bool
    title: list[Piece]
    snippet: list[Piece]


@dataclass(frozen=True)
class Results:
    """One page of what was found.

    `counts` says how many there are of each kind, together at most 1,000, and `complete` how many
    of them hold all the words. `corrected` is the query that was run where the one that was typed
    finds nothing and seems misspelt.
    """

    hits: list[Hit] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    complete: int = 0
    corrected: str = ""

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class _Match:
    """How a query was understood in the end: what is found, and what of that is complete."""

    query: Query
    endings: Endings
    tsquery: str
    counts: dict[str, int]
    complete: int

    @property
    def words(self) -> list[str]:
        """Everything that is looked for, the words that others may stand for included."""
        longer = (form for forms in self.endings.values() for form in forms)
        return list(dict.fromkeys([*self.query.words, *longer]))

    @property
    def all_words(self) -> str:
        return self.query.tsquery(self.endings)


def search(
    text: str,
    *,
    user: User | AnonymousUser,
    kind: str = "",
    limit: int = 20,
    offset: int = 0,
    as_typed: bool = False,
) -> Results:
    """What `user` may see of what `text` asks for, best first, `limit` of it from `offset` on.

    `kind` narrows it to incidents, patterns or playbooks; `as_typed` keeps misspelt words.
    Takes bounded time whatever the text.
    """
    query = parse(text)
    if not query:
        return Results()
    documents = Document.objects.visible_to(user)
    match = _match(query, documents, as_typed=as_typed)
    if not match.counts:
        return Results()
    importance = _importance(match.words, documents)
    ranked = _ranked(match, importance, documents)
    if kind:
        ranked = ranked.filter(kind=kind)
    page: list[Any] = list(
        ranked.select_related("passages", "incident", "pattern", "playbook")[
            offset : offset + limit
        ]
    )
    return Results(
        hits=_hits(page, match, importance),
        counts=match.counts,
        complete=match.complete,
        corrected=match.query.text if match.query.text != query.text else "",
    )


def _match(query: Query, documents: DocumentQuerySet, *, as_typed: bool) -> _Match:
    """The strictest understanding of `query` that finds anything: all the words; all, unfinished
    ones completed; the same with misspelt words corrected; some of the words."""
    if found := _all_words(query, {}, documents):
        return found
    frequency = _frequency({word: f"'{word}'" for word in query.words}, documents)
    unknown = [word for word, n in frequency.items() if not n]
    endings = _endings([query.last_word, *unknown])
    if found := _all_words(query, endings, documents):
        return found
    if not as_typed and (better := _corrected(query, unknown, endings, documents)):
        return _all_words(better, endings, documents) or _some_words(better, endings, documents)
    return _some_words(query, endings, documents)


def _all_words(query: Query, endings: Endings, documents: DocumentQuerySet) -> _Match | None:
    """What holds all the words; where that is little, what holds some of them comes after it."""
    counts = _counts(query.tsquery(endings), documents)
    if not counts:
        return None
    if len(query.words) > 1 and sum(counts.values()) < _FEW:
        return _some_words(query, endings, documents, complete=sum(counts.values()))
    return _Match(query, endings, query.tsquery(endings), counts, sum(counts.values()))


def _some_words(
    query: Query, endings: Endings, documents: DocumentQuerySet, *, complete: int = 0
) -> _Match:
    # Whoever asks for phrases, exclusions or alternatives means it: nothing less is offered.
    wants_all = query.asks_for_more_than_words or query.incident_number is not None
    tsquery = query.tsquery(endings) if wants_all else query.any_word(endings)
    return _Match(query, endings, tsquery, _counts(tsquery, documents), complete)


def _counts(tsquery: str, documents: DocumentQuerySet) -> dict[str, int]:
    """How many documents of each kind match, counted to 1,000 in all."""
    some = documents.filter(vector=_raw(tsquery)).order_by().values("pk")[:MOST_COUNTED]
    rows = Document.objects.filter(pk__in=some).values_list("kind").annotate(n=Count("pk"))
    return dict(rows.order_by())


def _endings(beginnings: list[str]) -> Endings:
    """Words that unfinished ones may become, short ones first."""
    wanted = [word for word in beginnings if len(word) >= 2][:_MOST_BEGINNINGS]
    if not wanted:
        return {}
    first, *others = (
        Word.objects.filter(word__startswith=word).order_by(Length("word"), "word")[:_MOST_ENDINGS]
        for word in wanted
    )
    longer = [known.word for known in first.union(*others)]
    return {word: [form for form in longer if form.startswith(word)] for word in wanted}


def _corrected(
    query: Query, unknown: list[str], endings: Endings, documents: DocumentQuerySet
) -> Query | None:
    """`query` with misspelt words replaced, each by the likeliest that something visible holds.

    Misspelt is what nothing visible holds, not even as a beginning. None where there is nothing
    to replace, or nothing to replace it by.
    """
    begun = {word: any_form(word, endings) for word in unknown if endings.get(word)}
    frequency = _frequency(begun, documents)
    found = spelling.candidates(
        word for word in unknown if word in query.loose_words and not frequency.get(word)
    )
    proposed = {word for pairs in found.values() for _, word in pairs}
    frequency = _frequency({word: f"'{word}'" for word in sorted(proposed)}, documents)
    corrections: dict[str, str] = {}
    for word, pairs in found.items():
        visible = [
            (apart, other[0] != word[0], -frequency[other], other[-1] != word[-1], other)
            for apart, other in pairs
            if frequency[other]
        ]
        if visible:
            corrections[word] = min(visible)[-1]
    return query.corrected(corrections) if corrections else None


def _frequency(forms: dict[str, str], documents: DocumentQuerySet) -> dict[str, int]:
    """How many documents match each of `forms`, which are in PostgreSQL's syntax by any name;
    counted in 5,000 visible documents that match one of them."""
    if not forms:
        return {}
    any_of_them = " | ".join(f"({form})" for form in forms.values())
    some = documents.filter(vector=_raw(any_of_them)).order_by().values("pk")[:_SAMPLE]
    counts = Document.objects.filter(pk__in=some).aggregate(
        **{
            f"n{number}": Count("pk", filter=Q(vector=_raw(form)))
            for number, form in enumerate(forms.values())
        }
    )
    return {name: counts[f"n{number}"] for number, name in enumerate(forms)}


def _importance(words: list[str], documents: DocumentQuerySet) -> dict[str, float]:
    """How much each word tells: the rarer among what the person may see, the more."""
    frequency = _frequency({word: f"'{word}'" for word in words}, documents)
    most = max(frequency.values(), default=0)
    return {word: math.log(1 + (most + 1) / (n + 0.5)) for word, n in frequency.items()}


def _ranked(
    match: _Match, importance: dict[str, float], documents: DocumentQuerySet
) -> DocumentQuerySet:
    """The matches, best first.

    Each word adds its importance times how prominently and often the document holds it, damped
    by the document's length, and something for being there at all, so that two words of a query
    tell more than one of them often; words that stand close together add more. What holds all
    the words comes before what does not, and an exact reference or title before everything.
    """
    is_complete = Q(vector=_raw(match.all_words))
    relevance: Combinable = Value(0.0)
    for word, importance_of_word in importance.items():
        lexeme = f"'{word}'"
        held = _rank(lexeme) + _worth(Q(vector=_raw(lexeme)), _HELD)
        relevance = relevance + held * Value(importance_of_word)
    if len(match.query.words) > 1:
        relevance = relevance + _rank(match.all_words, close_together=True)
    score = _exactness(match.query) + _worth(is_complete, _COMPLETE) + relevance * _of_its_kind()
    return (
        documents.filter(vector=_raw(match.tsquery))
        .annotate(
            score=score,
            is_complete=Case(When(is_complete, then=True), default=False),
        )
        .order_by("-score", "-pk")
    )


def _of_its_kind() -> Case:
    """What happened comes before what to do, and that before what it is called.

    Playbooks and patterns are short and say little but the words they are found by, so they would
    else precede every incident; but an incident leads to its playbooks in one tap.
    """
    return Case(
        When(kind=Kind.PLAYBOOK, then=_PLAYBOOK),
        When(kind=Kind.PATTERN, then=_PATTERN),
        default=1.0,
        output_field=FloatField(),
    )


def _worth(condition: Q, worth: float) -> Case:
    return Case(When(condition, then=worth), default=0.0, output_field=FloatField())


def _rank(tsquery: str, *, close_together: bool = False) -> SearchRank:
    return SearchRank(
        F("vector"),
        _raw(tsquery),
        weights=_WEIGHTS,
        normalization=Value(1),  # divide by 1 + the logarithm of the length
        cover_density=close_together,
    )


def _exactness(query: Query) -> Case:
    is_exact = Q(title__iexact=query.text.strip())
    if query.incident_number is not None:
        is_exact |= Q(incident__number=query.incident_number)
    return _worth(is_exact, _EXACT)


def _hits(page: list[Any], match: _Match, importance: dict[str, float]) -> list[Hit]:
    if not page:
        return []
    marker = Marker(match.words, importance)
    return [
        Hit(
            document=document,
            score=round(document.score, 4),
            is_complete=document.is_complete,
            title=marker.pieces(document.title),
            snippet=marker.pieces(marker.best(document.passages.text)),
        )
        for document in page
    ]


def _raw(tsquery: str) -> SearchQuery:
    return SearchQuery(tsquery, config=CONFIGURATION, search_type="raw")
