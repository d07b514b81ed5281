"""Which incident a document is, if it is one that is here already."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import User
from core.exchange.problems import Problem
from incidents.exchange import ParsedPostmortem, document_of
from incidents.models import Incident

_MOST_CANDIDATES = 20


def existing(
    parsed: ParsedPostmortem, *, by: User | None
) -> tuple[Incident | None, tuple[Problem, ...]]:
    """The incident that `parsed` is, and what keeps it from being changed.

    By its reference; a document without one by its source's address, or by title, source and
    some text in common. `by` finds only what they may see; None is the operator, who sees all.
    """
    visible = Incident.objects.all() if by is None else Incident.objects.visible_to(by)
    if parsed.number is None:
        found = _by_source(parsed, visible)
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


def _by_source(parsed: ParsedPostmortem, visible: QuerySet[Incident]) -> Incident | None:
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
    for candidate in candidates.order_by("number")[:_MOST_CANDIDATES]:
        if source.url and candidate.title == parsed.title:
            return candidate
        if _have_text_in_common(parsed, document_of(candidate)):
            return candidate
    return None


def _same(parsed: ParsedPostmortem, current: ParsedPostmortem) -> bool:
    """Whether both tell of one incident: a new title alone, or new text alone, is an edit."""
    return (
        parsed.title == current.title
        or bool(parsed.source.url and parsed.source.url == current.source.url)
        or _have_text_in_common(parsed, current)
    )


def _have_text_in_common(first: ParsedPostmortem, second: ParsedPostmortem) -> bool:
    return not _texts(first).isdisjoint(_texts(second))


def _texts(document: ParsedPostmortem) -> set[str]:
    texts = {section.body for section in document.sections}
    texts |= {event.text for event in document.timeline}
    texts |= {cause.text for cause in document.root_causes}
    texts |= {item.title for item in document.action_items}
    return texts - {""}
