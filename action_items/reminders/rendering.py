"""Reminder messages in the form that each channel needs."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from action_items.reminders import digest, immediate, sending_hours, summary
from action_items.reminders.content import Contents
from messaging import composing, outcomes, unsubscribing
from messaging.composing import Letter
from messaging.models import Message

_MOST_IN_CHAT = 10


def connect() -> None:
    """Register how messages of our topics are composed."""
    composing.connect(
        sending_hours.DIGEST,
        digest_letter,
        name="Reminder digest",
        replaces_earlier=True,
        postponer=sending_hours.postpone,
    )
    composing.connect(
        immediate.TOPIC, immediate_letter, name="Assigned to you", postponer=sending_hours.postpone
    )
    composing.connect(
        summary.TOPIC, summary_letter, name="Weekly team summary", postponer=sending_hours.postpone
    )


def digest_letter(message: Message, now: datetime) -> Letter | None:
    """Return the digest as of `now`; None if there is nothing left to say."""
    return _letter(message, digest.compose(message, now=now))


def immediate_letter(message: Message, now: datetime) -> Letter | None:
    """Return the urgent message as of `now`; None if the item is no longer assigned to its
    recipient.
    """
    return _letter(message, digest.compose(message, now=now, is_immediate=True))


def _letter(message: Message, contents: Contents | None) -> Letter | None:
    if contents is None:
        return None
    unsubscribe_url = unsubscribing.url_for(contents.recipient)
    context = {
        "letter": contents,
        "unsubscribe_url": unsubscribe_url,
        "why_by_mail": outcomes.why_by_mail(message),
    }
    in_chat = context | {"letter": contents.for_chat(_MOST_IN_CHAT)}
    return Letter(
        subject=contents.subject,
        text=render_to_string("mail/digest.txt", context),
        html=render_to_string("mail/digest.html", context),
        chat=render_to_string("mail/digest.md", in_chat),
        url=contents.list_url,
        unsubscribe_url=unsubscribe_url,
    )


def summary_letter(message: Message, now: datetime) -> Letter | None:
    """Return the weekly summary of a team as of `now`; None if there is nothing to say."""
    week = summary.compose(message, now=now)
    if week is None:
        return None
    unsubscribe_url = unsubscribing.url_for(week.reader) if week.reader else ""
    profile_url = f"{settings.SITE_URL}{reverse('profile')}"
    context = {
        "week": week,
        "unsubscribe_url": unsubscribe_url,
        "profile_url": profile_url,
        "why_by_mail": outcomes.why_by_mail(message),
    }
    return Letter(
        subject=week.subject,
        text=render_to_string("mail/weekly_summary.txt", context),
        html=render_to_string("mail/weekly_summary.html", context),
        chat=render_to_string("mail/weekly_summary.md", context),
        url=week.url,
        unsubscribe_url=unsubscribe_url,
    )
