"""Validity of the links in reminders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from accounts.models import User
from action_items.models import Answer, ReminderAnswer
from action_items.permissions import can_progress
from action_items.reminders import links
from action_items.reminders.calendars import zone_named
from action_items.reminders.links import Link
from core import times
from core.errors import DomainError
from incidents.models import ActionItem, ActionItemStatus, Via
from messaging.models import Message, Route

_NOTHING = "This link no longer works."
_VIA = {Route.MAIL: Via.MAIL, Route.CHAT: Via.CHAT, Route.INBOX: Via.APP}


class LinkRefused(DomainError):
    """A link that does not work, for a reason that is not revealed.

    It is not one of ours, too old, belongs to somebody who has left or is not the signed-in user,
    or concerns an item that its recipient may not see or that does not exist.
    """


@dataclass(frozen=True)
class RequestedAction:
    """The action that a link requests, on an item that its recipient may see.

    `used_at` is when the same link was used before. `moved_on` says why it no longer applies.
    """

    link: Link
    item: ActionItem
    person: User
    message: Message
    used_at: datetime | None
    moved_on: str

    @property
    def via(self) -> str:
        return _VIA[Route(self.message.route)]

    @property
    def zone(self) -> ZoneInfo:
        return zone_named(self.person.time_zone)


def requested_action(link: Link | None, *, signed_in: User | None, at: datetime) -> RequestedAction:
    """Check `link` against the present state; `signed_in` is the user who opened it, if known.

    Raises LinkRefused.
    """
    if link is None or (signed_in is not None and signed_in.pk != link.person):
        raise LinkRefused(_NOTHING)
    message = _message(link, at)
    person = message.recipient
    if person is None:
        raise LinkRefused(_NOTHING)
    items = ActionItem.objects.visible_to(person).select_related(
        "incident", "owner", "owner_team", "closed_by"
    )
    item = items.filter(pk=link.item).first()
    if item is None:
        raise LinkRefused(_NOTHING)
    used = ReminderAnswer.objects.filter(message=message, action_item=item, answer=link.answer)
    used_at = used.values_list("at", flat=True).first()
    moved_on = "" if used_at else _moved_on(link, item, person)
    return RequestedAction(link, item, person, message, used_at, moved_on)


def _message(link: Link, at: datetime) -> Message:
    """Return the link's message, if its recipient is active and its links have not expired."""
    messages = Message.objects.select_related("recipient").filter(recipient__is_active=True)
    message = messages.filter(pk=link.message, recipient=link.person).first()
    if message is None or message.recipient is None:
        raise LinkRefused(_NOTHING)
    today = at.astimezone(zone_named(message.recipient.time_zone)).date()
    if today > links.expires_on(message):
        raise LinkRefused(_NOTHING)
    return message


def _moved_on(link: Link, item: ActionItem, person: User) -> str:
    """Explain why this link no longer applies to `item`; empty if it does."""
    if not can_progress(person, item):
        return "You can still view it, but no longer change it."
    if not item.is_open and not _is_about_declined(link, item):
        return f"It was closed in the meantime: {item.get_status_display().lower()}{_by(item)}."
    if item.is_open and link.answer in (Answer.KEEP_DECLINED, Answer.REOPEN):
        return "It was reopened in the meantime."
    if links.owner_of(item) != link.owner:
        return f"Reassigned to {item.owner or item.owner_team or 'nobody'} in the meantime."
    if links.day_of(item) != link.day:
        return f"Its date was changed in the meantime. {_now(item, links.day_of(item))}"
    return ""


def _is_about_declined(link: Link, item: ActionItem) -> bool:
    is_meant = link.answer in (Answer.KEEP_DECLINED, Answer.REOPEN, Answer.CHOOSE)
    return item.status == ActionItemStatus.WONT_DO and is_meant and link.day == item.re_review_on


def _by(item: ActionItem) -> str:
    return f", by {item.closed_by}" if item.closed_by else ""


def _now(item: ActionItem, day: date | None) -> str:
    if day is None:
        return "It has no due date now."
    what = "It is now due on" if item.is_open else "Its re-review is now on"
    return f"{what} {times.day(day)}."
