"""Channels: added, tried, removed. Their addresses go in and never come out."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, Value
from django.db.models.functions import Coalesce

from accounts.models import Team, User
from core import times
from core.errors import DomainError
from messaging import chat, sealing
from messaging.composing import Letter
from messaging.models import Channel, ChannelKind, ChannelTrial

MOST_CHANNELS = 5
MOST_TRIALS, TRIALS_WITHIN = 5, timedelta(minutes=10)


class NotYours(DomainError):
    """A channel is for its owner, its team's lead and administrators to change."""


class TooManyChannels(DomainError):
    """More channels than anybody needs."""


class TooManyTrials(DomainError):
    """More test messages in a short time than anybody needs."""


@transaction.atomic
def add_channel(
    *,
    kind: str,
    name: str,
    address: str,
    by: User,
    at: datetime,
    team: Team | None = None,
) -> Channel:
    """Keep a channel of `by`, or of `team`. Nothing is sent.

    Raises BadAddress for what is no address of this kind, PrivateAddress for one to which nothing
    would be sent, NotYours for somebody else’s team and
    for a kind that only administrators may use, TooManyChannels for the sixth.
    """
    if team is not None and not (by.is_administrator or team.lead_id == by.pk):
        raise NotYours("Only the team’s lead and administrators may change its channels.")
    if kind == ChannelKind.OTHER and not by.is_administrator:
        raise NotYours("Only administrators may add other services.")
    owner = {"user": None, "team": team} if team else {"user": by, "team": None}
    if Channel.objects.filter(**owner).count() >= MOST_CHANNELS:
        raise TooManyChannels(f"{MOST_CHANNELS} channels are the maximum. Remove one first.")
    return Channel.objects.create(
        **owner,
        kind=kind,
        name=name,
        sealed_address=sealing.seal(chat.checked(kind, address)),
        hint=chat.hint_of(address),
        created_by=by,
        created_at=at,
    )


def test_channel(channel: Channel, *, by: User, at: datetime) -> None:
    """Say hello in this channel now, and keep whether that worked; one that works is on again.

    Raises TooManyTrials, and what `chat.send` raises, after it was kept.
    """
    _count_trial(by, at)
    letter = Letter(
        subject="Nevertwice can write here",
        text=f"{by} tested this channel. Reminders will look like any other message.",
        html="",
        chat=f"{by} tested this channel. It works.",
        url="",
    )
    try:
        chat.send(channel, letter)
    except DomainError as error:
        note_failure(channel, str(error), at=at)
        raise
    note_success(channel, at=at)


@transaction.atomic
def _count_trial(by: User, at: datetime) -> None:
    """Count another test message of `by`, through any channel. Raises TooManyTrials."""
    User.objects.select_for_update().get(pk=by.pk)  # two at once are two
    trials = ChannelTrial.objects.filter(by=by)
    trials.filter(at__lte=at - TRIALS_WITHIN).delete()
    first = trials.order_by("at").values_list("at", flat=True).first()
    if first is not None and trials.count() >= MOST_TRIALS:
        minutes = max(math.ceil((first + TRIALS_WITHIN - at) / timedelta(minutes=1)), 1)
        again = f"in {times.minutes(minutes)}"
        raise TooManyTrials(
            f"Nothing was sent: {MOST_TRIALS} test messages in ten minutes are the maximum. "
            f"Try again {again}."
        )
    ChannelTrial.objects.create(by=by, at=at)


@transaction.atomic
def remove_channel(channel: Channel, *, by: User, at: datetime) -> None:
    """Forget this channel with its address. What waits for it goes another way.

    Raises NotYours where `by` may not.
    """
    if not Channel.objects.manageable_by(by).filter(pk=channel.pk).exists():
        raise NotYours("This channel belongs to somebody else.")
    channel.delete()


def note_success(channel: Channel, *, at: datetime) -> None:
    """Keep that this channel took a message: it works, and is on."""
    Channel.objects.filter(pk=channel.pk).update(
        last_ok_at=at, last_error="", failing_since=None, is_active=True
    )


def note_failure(
    channel: Channel, reason: str, *, at: datetime, is_permanent: bool = False
) -> None:
    """Keep why this channel took nothing. One whose address is gone is off until it is tried
    again by hand."""
    since = Coalesce("failing_since", Value(at, output_field=DateTimeField()))
    off = {"is_active": False} if is_permanent else {}
    Channel.objects.filter(pk=channel.pk).update(last_error=reason, failing_since=since, **off)


@transaction.atomic
def reseal_channels() -> int:
    """Encrypt every address with the newest key; how many there were.

    Raises SealBroken, and changes none, where one cannot be opened.
    """
    channels = list(Channel.objects.select_for_update().order_by("pk"))
    for channel in channels:
        channel.sealed_address = sealing.seal(sealing.unseal(channel.sealed_address))
    Channel.objects.bulk_update(channels, ["sealed_address"], batch_size=500)
    return len(channels)
