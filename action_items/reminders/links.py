"""The links in a reminder that act without signing in: made, and read again.

A link names by keys whose it is, which message it stood in and what it does, and the due date and
owner that the item then had; all of it is signed. It proves that somebody holds the message, for
this one item, and nothing else: it signs nobody in.
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
    """What one link does. People, items and messages are keys.

    `day` and `owner` are what the item then had, as `day_of` and `owner_of` give them.
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
        """The links to choose from about `item`, for whom this one is."""
        return [replace(self, answer=answer) for answer in _answers(item, policy, today)]


def choose(item: ActionItem, *, to: User, message: Message, today: date) -> Link | None:
    """The link in `message` to everything that `to` may answer about `item`.

    None where they may not move it on, and where the links of the message have expired.
    """
    if today > expires_on(message) or not can_progress(to, item):
        return None
    return Link(Answer.CHOOSE, item.pk, to.pk, message.pk, day_of(item), owner_of(item))


def _answers(item: ActionItem, policy: Policy, today: date) -> Iterator[Answer]:
    """What may be answered. Where a decision is asked for, putting it off is none."""
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
    """The link that `token` stands for; None for one that we never made."""
    try:
        written = signing.Signer(salt=_SALT).unsign(token).split(_SEPARATOR)
        answer, item, person, message, day, owner = written
        since = date.fromisoformat(day) if day else None
        return Link(Answer(answer), int(item), int(person), int(message), since, owner)
    except (signing.BadSignature, ValueError):
        return None


def expires_on(message: Message) -> date:
    """The last day, where its reader lives, on which the links in `message` work."""
    return message.day + LASTS


def day_of(item: ActionItem) -> date | None:
    """The day that reminders of `item` count from: when it is due, or to be looked at again."""
    return item.re_review_on if item.status == ActionItemStatus.WONT_DO else item.due_on


def owner_of(item: ActionItem) -> str:
    """Who owns `item`, in a word that no other owner has; empty for nobody."""
    if item.owner_id is not None:
        return f"person-{item.owner_id}"
    return f"team-{item.owner_team_id}" if item.owner_team_id is not None else ""
