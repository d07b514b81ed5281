"""The hours in which reminders are sent; a reminder that misses them waits for the next working
morning.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import DigestFrequency, User
from action_items.reminders import policy_store, recipients
from action_items.reminders.calendars import Calendar
from action_items.steps import ASSIGNED
from messaging.models import Message
from messaging.models.message import MessageQuerySet

DIGEST = "digest"
_LOOK_AGAIN = timedelta(minutes=10)
_NO_MORNING = timedelta(days=1)


def postpone(message: Message, now: datetime) -> datetime | None:
    """Return when `message` may be sent by its recipient's hours; None if that is now.

    On a digest day, a message from an earlier day waits for today's digest, which repeats its
    contents. If the recipient no longer wants reminders it is not postponed: composing it drops it.
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
    """Return the waiting messages to people that a digest of a later day replaces."""
    return waiting.filter(topic__in=(DIGEST, ASSIGNED), requested_by=None)


def warnings_for(person: User) -> list[str]:
    """Return a warning if the quiet days of `person` leave no day for reminders, else nothing."""
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
