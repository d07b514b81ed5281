"""The notice at the top of an incident page that a failure recurred, with earlier action items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from incidents.addresses import incident_url, pattern_url
from incidents.clock import occurred_day
from incidents.models import Incident, LinkState
from recurrence import analytics
from recurrence.analytics import History, PastActionItem
from recurrence.views.past_action_items import PastItemLine, fix_words, past_item_line

SHOWN = 3


@dataclass(frozen=True)
class Callout:
    """The notice: how often the failure occurred, when last, and the action items from then.

    `heading` describes `past_items`, or stands alone if there are none.
    """

    words: str
    pattern: str
    pattern_url: str
    last: str
    last_url: str
    last_day: str
    heading: str
    past_items: list[PastItemLine]
    more: int
    fix: str
    also: list[PastItemLine]


def callout(found: Sequence[History], incident: Incident, today: date) -> Callout | None:
    """Return the notice for the pattern with the most earlier incidents; None if there is none.

    Among equals, one with a failed fix or an overdue action item comes first.
    """
    again = [one for one in found if one.earlier and one.link.state == LinkState.CONFIRMED]
    if not again:
        return None
    again.sort(
        key=lambda one: (
            -one.ordinal,
            one.failed_fix(incident) is None,
            not any(item.days_overdue(today) for item in one.past_items),
            not one.open_action_items,
            one.link.name,
        )
    )
    history = again[0]
    last = history.earlier[0]
    heading, shown = _told(history)
    references = {past.pk: past.reference for past in history.earlier[1:]}
    return Callout(
        words=analytics.recurrence_words(history, incident),
        pattern=history.link.name,
        pattern_url=pattern_url(history.link.slug),
        last=f"{last.reference} {last.title}",
        last_url=incident_url(last.reference),
        last_day=occurred_day(last),
        heading=heading,
        past_items=[past_item_line(one, references, today) for one in shown[:SHOWN]],
        more=max(len(shown) - SHOWN, 0),
        fix=fix_words(history, incident),
        also=[_also(one) for one in again[1:]],
    )


def _told(history: History) -> tuple[str, Sequence[PastActionItem]]:
    """Return a heading and the most relevant action items.

    Open ones of the last incident, else of earlier ones, else declined ones.
    """
    last = history.earlier[0].pk
    of_last = [item for item in history.open_action_items if item.incident_id == last]
    if of_last:
        return "Action items of last time:", of_last
    if history.open_action_items:
        return "Earlier action items, still open:", history.open_action_items
    if history.declined:
        return "Earlier action items, declined:", history.declined
    if not history.past_items and history.is_whole and history.link.before == len(history.earlier):
        return "No earlier action items.", []
    return "", []


def _also(history: History) -> PastItemLine:
    count = f"{analytics.ordinal_words(history.ordinal)} time" if history.is_whole else "often"
    return PastItemLine(history.link.name, pattern_url(history.link.slug), count)
