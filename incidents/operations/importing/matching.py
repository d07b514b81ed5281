"""Which incident a document is, if it is one that is here already."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from accounts.models import User
from core.exchange.problems import Problem
from incidents.exchange import ParsedPostmortem, document_of
from incidents.models import Incident

_MOST_CANDIDATES = 20
_IDENTICAL = 1_000_000


def existing(
    parsed: ParsedPostmortem, *, by: User | None, apart_from: Collection[int] = ()
) -> tuple[Incident | None, tuple[Problem, ...]]:
    """The incident that `parsed` is, and what keeps it from being changed.

    By its reference; a document without one by its source's address, or by title, source and
    some text in common. `by` finds only what they may see; None is the operator, who sees all.
    `apart_from` are incidents that other documents of the same import have just become.
    """
    visible = Incident.objects.all() if by is None else Incident.objects.visible_to(by)
    if parsed.number is None:
        found = _by_source(parsed, visible, apart_from)
    else:
        found = visible.filter(number=parsed.number).first()
        if found is None and Incident.objects.filter(number=parsed.number).exists():
            return None, (_taken(parsed),)
        if found is not None and not _same(parsed, document_of(found)):
            return None, (_taken(parsed, found),)
    if found is not None and found.is_archived:
        message = f"{found.reference} is archived here; restore it to import it again."
        return None, (Problem(None, message),)
    return found, ()


def _taken(parsed: ParsedPostmortem, other: Incident | None = None) -> Problem:
    what = f"another incident here, “{other.title}”" if other else "another incident here"
    return Problem(
        None,
        f"{parsed.reference} is {what}; remove the “reference” to import this one as a new one.",
    )


def _by_source(
    parsed: ParsedPostmortem, visible: QuerySet[Incident], apart_from: Collection[int]
) -> Incident | None:
    """The incident most like `parsed` among those of its source."""
    source = parsed.source
    if source.url:
        candidates = visible.filter(source_url=source.url)
    else:
        candidates = visible.filter(
            title=parsed.title,
            source_author=source.author,
            source_publication=source.publication,
            source_published_on=source.published_on,
            source_url="",
        )
    best, most = None, 0
    for candidate in candidates.order_by("number")[:_MOST_CANDIDATES]:
        likeness = _likeness(parsed, document_of(candidate))
        if likeness > most and (candidate.pk not in apart_from or likeness == _IDENTICAL):
            best, most = candidate, likeness
    return best


def _likeness(parsed: ParsedPostmortem, current: ParsedPostmortem) -> int:
    """How much of two documents of one source is the same; 0 for two different incidents."""
    if _texts(parsed) == _texts(current) and parsed.occurred_at == current.occurred_at:
        return _IDENTICAL
    in_common = len(_texts(parsed) & _texts(current))
    if parsed.source.url:
        return in_common + (parsed.title == current.title)
    other_day = (
        parsed.occurred_at and current.occurred_at and parsed.occurred_at != current.occurred_at
    )
    return 0 if other_day else in_common


def _same(parsed: ParsedPostmortem, current: ParsedPostmortem) -> bool:
    """Whether both tell of one incident: a new title alone, or new text alone, is an edit."""
    return (
        parsed.title == current.title
        or bool(parsed.source.url and parsed.source.url == current.source.url)
        or not _texts(parsed).isdisjoint(_texts(current))
    )


def _texts(document: ParsedPostmortem) -> set[object]:
    texts: set[object] = {section.body for section in document.sections}
    texts |= {(event.text, event.occurred_at) for event in document.timeline}
    texts |= {cause.text for cause in document.root_causes}
    texts |= {item.title for item in document.action_items}
    return texts - {""}
