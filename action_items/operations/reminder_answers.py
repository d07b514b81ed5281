"""Answering a reminder by a link in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from action_items.models import ReminderAnswer
from action_items.reminders import link_checks
from action_items.reminders.link_checks import RequestedAction
from incidents.models import ActionItem, Incident


class LinkSpent(link_checks.LinkRefused):
    """It was used already, or its item has moved on since it was sent."""


@transaction.atomic
def answer(
    asked: RequestedAction, *, change: Callable[..., ActionItem], at: datetime
) -> ActionItem:
    """Do what a link asks for, once, as the person whom it was sent to.

    `change` is an operation on an action item with its terms filled in, such as
    `partial(redate, due_on=…)`. What the link relies on is looked at again while nobody else can
    change it. Raises LinkSpent or LinkRefused, and what `change` raises; the link is unused then.
    """
    Incident.objects.select_for_update().get(pk=asked.item.incident_id)
    now = link_checks.requested_action(asked.link, signed_in=asked.person, at=at)
    if now.used_at or now.moved_on:
        raise LinkSpent(now.moved_on)
    ReminderAnswer.objects.create(
        message=now.message, action_item=now.item, answer=now.link.answer, at=at
    )
    return change(now.item, by=now.person, at=at, via=now.via)
