"""Acting on a link in a reminder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from action_items.models import ReminderAnswer
from action_items.reminders import link_checks
from action_items.reminders.link_checks import RequestedAction
from incidents.models import ActionItem, Incident


class LinkSpent(link_checks.LinkRefused):
    """A link that was used already, or whose item has changed since it was sent."""


@transaction.atomic
def answer(
    asked: RequestedAction, *, change: Callable[..., ActionItem], at: datetime
) -> ActionItem:
    """Carry out the action of a link, once, as the recipient of the message.

    `change` is an operation on an action item with its terms filled in, such as
    `partial(redate, due_on=…)`. The conditions of the link are checked again under the lock. Raises
    LinkSpent or LinkRefused, and whatever `change` raises; the link is unused then.
    """
    Incident.objects.select_for_update().get(pk=asked.item.incident_id)
    now = link_checks.requested_action(asked.link, signed_in=asked.person, at=at)
    if now.used_at or now.moved_on:
        raise LinkSpent(now.moved_on)
    ReminderAnswer.objects.create(
        message=now.message, action_item=now.item, answer=now.link.answer, at=at
    )
    return change(now.item, by=now.person, at=at, via=now.via)
