"""Signed links in reminders, which act without signing in.

A link contains the keys of its recipient, message and item, the action, and the due date and owner
at that time; all of it is signed. It proves possession of the message, for this one item, and signs
nobody in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import User
from action_items.models import Answer
from action_items.permissions import can_progress
from action_items.reminders.policy import Policy
from incidents.models import ActionItem, ActionItemStatus
from messaging.models import Message

LASTS = timedelta(days=30)

_SALT = "action_items.reminders.links"
_SEPARATOR = "."


@dataclass(frozen=True)
class Link:
    """The content of a link. People, items and messages are primary keys.

    `day` and `owner` are those of the item when it was sent, as `day_of` and `owner_of` return
    them.
    """

    answer: Answer
    item: int
    person: int
    message: int
    day: date | None
    owner: str

    @property
    def label(self) -> str:
        is_nobodys = self.answer == Answer.REASSIGN and not self.owner
        return "Assign" if is_nobodys else str(self.answer.label)

    @property
    def token(self) -> str:
        facts = (self.answer, self.item, self.person, self.message)
        day = self.day.isoformat() if self.day else ""
        written = _SEPARATOR.join([*map(str, facts), day, self.owner])
        return signing.Signer(salt=_SALT).sign(written)

    @property
    def url(self) -> str:
        return f"{settings.SITE_URL}{reverse('reminder_answer', args=[self.token])}"

    def choices(self, item: ActionItem, *, policy: Policy, today: date) -> list[Link]:
        """Return the links about `item` to choose from, for the same recipient."""
        return [replace(self, answer=answer) for answer in _answers(item, policy, today)]


def choose(item: ActionItem, *, to: User, message: Message, today: date) -> Link | None:
    """Return the link in `message` to all answers that `to` may give about `item`.

    None if they may not change it, or if the links of the message have expired.
    """
    if today > expires_on(message) or not can_progress(to, item):
        return None
    return Link(Answer.CHOOSE, item.pk, to.pk, message.pk, day_of(item), owner_of(item))


def _answers(item: ActionItem, policy: Policy, today: date) -> Iterator[Answer]:
    """Yield the possible answers. While a decision is required, snoozing is not one."""
    if item.status == ActionItemStatus.WONT_DO:
        yield from (Answer.KEEP_DECLINED, Answer.REOPEN)
        return
    is_to_decide = item.days_overdue(today) >= policy.decision_after
    may_wait = item.snooze_count < policy.snoozes and not is_to_decide
    yield from (Answer.DONE, Answer.SNOOZE if may_wait else Answer.REDATE)
    if is_to_decide and item.parent_id is None:
        yield Answer.SPLIT
    yield from (Answer.REASSIGN, Answer.DECLINE)


def read(token: str) -> Link | None:
    """Parse `token`; None if we did not sign it."""
    try:
        written = signing.Signer(salt=_SALT).unsign(token).split(_SEPARATOR)
        answer, item, person, message, day, owner = written
        since = date.fromisoformat(day) if day else None
        return Link(Answer(answer), int(item), int(person), int(message), since, owner)
    except (signing.BadSignature, ValueError):
        return None


def expires_on(message: Message) -> date:
    """Return the last day, in the recipient's time zone, on which the links in `message` work."""
    return message.day + LASTS


def day_of(item: ActionItem) -> date | None:
    """Return the day from which reminders of `item` count: its due date, or that of its
    re-review.
    """
    return item.re_review_on if item.status == ActionItemStatus.WONT_DO else item.due_on


def owner_of(item: ActionItem) -> str:
    """Return a text that identifies the owner of `item`; empty for none."""
    if item.owner_id is not None:
        return f"person-{item.owner_id}"
    return f"team-{item.owner_team_id}" if item.owner_team_id is not None else ""
