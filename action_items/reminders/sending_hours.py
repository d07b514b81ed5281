"""The hours in which reminders are sent: what misses them is sent on the next working morning."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import DigestFrequency, User
from action_items.reminders import policy_store, recipients
from action_items.reminders.calendars import Calendar
from action_items.reminders.policy import ASSIGNED
from messaging.models import Message
from messaging.models.message import MessageQuerySet

DIGEST = "digest"
_LOOK_AGAIN = timedelta(minutes=10)
_NO_MORNING = timedelta(days=1)


def postpone(message: Message, now: datetime) -> datetime | None:
    """Return when `message` may be sent, if not `now`, by the hours of its recipient.

    A message of an earlier day leaves a digest day to that day's own digest, which says it anew.
    Where the recipient wants no reminders any more it is not postponed: it is dropped when it is
    composed.
    """
    calendar = _calendar(message, now)
    if calendar is None:
        return None
    if not calendar.is_open(now):
        return calendar.next_opening(now) or now + _NO_MORNING
    today = calendar.local_day(now)
    has_own = message.recipient is not None and message.topic in (DIGEST, ASSIGNED)
    is_said_anew = has_own and message.day < today and calendar.is_digest_day(today)
    return now + _LOOK_AGAIN if is_said_anew else None


def late(waiting: MessageQuerySet) -> MessageQuerySet:
    """Of the messages `waiting`, those to a person that a digest of a later day replaces."""
    return waiting.filter(topic__in=(DIGEST, ASSIGNED), requested_by=None)


def warnings_for(person: User) -> list[str]:
    """Return a warning if the quiet days of `person` leave no day for reminders, else ""."""
    if set(policy_store.current().weekdays) - set(person.quiet_weekdays):
        return []
    return [
        "Your quiet days are all the days on which reminders are sent here, so you get none. Leave "
        "one of them free, or choose “Never”."
    ]


def _calendar(message: Message, now: datetime) -> Calendar | None:
    policy = policy_store.current()
    person = message.recipient
    if person is not None:
        if not person.is_active or person.digest == DigestFrequency.OFF:
            return None
        return recipients.calendars_of([person], policy=policy, now=now)[person.pk]
    if message.team is None:
        return None
    [(_, calendar)] = recipients.calendars_of_teams([message.team], policy=policy, now=now)
    return calendar
