"""Action items as a calendar: an all-day event on each due date (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from core.text import one_line, printable
from incidents.models import ActionItem, ActionItemStatus

CONTENT_TYPE = "text/calendar; charset=utf-8"
_REFRESHED_EVERY = timedelta(hours=4)


def render(items: Iterable[ActionItem], *, name: str, site: str) -> bytes:
    """Return `items`, each with a due date, its incident and its owner, as a calendar called
    `name`.

    `site` is the product's base URL without a trailing slash. The same items give the same bytes.
    Calendar addresses are passed on and their contents stored elsewhere, so for a restricted
    incident the event says only that something is due.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Nevertwice//Action items//EN")
    calendar.add("version", "2.0")
    calendar.add("name", _text(name))
    calendar.add("x-wr-calname", _text(name))
    calendar.add("refresh-interval", _REFRESHED_EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", _REFRESHED_EVERY)
    host = urlsplit(site).hostname or "nevertwice"
    for item in items:
        calendar.add_component(_event(item, host, site))
    return calendar.to_ical()


def _event(item: ActionItem, host: str, site: str) -> Event:
    event = Event()
    event.add("uid", f"action-item-{item.pk}@{host}")
    event.add("dtstart", item.due_on)
    event.add("dtstamp", item.updated_at)
    event.add("last-modified", item.updated_at)
    event.add("sequence", item.version)
    event.add("transp", "TRANSPARENT")  # a due date does not block the day
    event.add("url", site + item.get_absolute_url())
    declined = item.status == ActionItemStatus.WONT_DO
    event.add("status", "CANCELLED" if declined else "CONFIRMED")
    if item.incident.is_restricted:
        event.add("summary", _summary(item, "An action item is due (restricted)"))
        return event
    event.add("summary", _summary(item, item.title))
    event.add("description", _description(item))
    event.add("categories", [item.priority, str(item.get_kind_display())])
    return event


def _summary(item: ActionItem, title: str) -> str:
    return _text(title if item.is_open else f"{item.get_status_display()}: {title}")


def _description(item: ActionItem) -> str:
    owner = item.owner or item.owner_team or "nobody yet"
    return "\n".join(
        [
            _text(f"{item.incident.reference} {item.incident.title}"),
            _text(f"{item.get_status_display()}, {item.priority}, owned by {owner}"),
        ]
    )


def _text(text: str) -> str:
    return printable(one_line(text))
