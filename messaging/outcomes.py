"""The outcome of a message, in words for the people it concerns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from messaging.models import Message, Route

_NAMES = {Route.MAIL: "e-mail", Route.CHAT: "chat", Route.INBOX: "inbox"}
_SENT = {Route.MAIL: "sent by e-mail", Route.CHAT: "sent by chat", Route.INBOX: "in the inbox"}


@dataclass(frozen=True)
class Result:
    """The outcome of a message, and its moment if it is final."""

    words: str
    at: datetime | None = None


def outcome_of(message: Message, substitutes: Iterable[Message]) -> Result:
    """Return the outcome of `message`, for which these `substitutes` are sent."""
    latest = [each for each in substitutes if each.requested_by_id is None][-1:]
    if message.failed_at and latest:
        return _of_substitute(message, latest[0])
    return _of_one(message)


def _of_one(message: Message) -> Result:
    route = Route(message.route)
    if message.sent_at:
        return Result(_SENT[route], message.sent_at)
    if message.dropped_at:
        return Result("not sent: nothing was left to report, or a later message covers it")
    if message.failed_at:
        return Result(f"{_NAMES[route]} failed: in the inbox only", message.failed_at)
    tried = f", failed {message.attempts} times so far" if message.attempts > 1 else ""
    tried = ", failed once so far" if message.attempts == 1 else tried
    return Result(f"on its way by {_NAMES[route]}{tried}")


def _of_substitute(failed: Message, substitute: Message) -> Result:
    first, instead = Route(failed.route), Route(substitute.route)
    if substitute.sent_at:
        return Result(f"{_NAMES[first]} failed, {_SENT[instead]} instead", substitute.sent_at)
    if substitute.failed_at:
        words = f"{_NAMES[first]} and {_NAMES[instead]} failed: in the inbox only"
        return Result(words, substitute.failed_at)
    if substitute.dropped_at:
        return Result(f"{_NAMES[first]} failed, and a later message covers it")
    return Result(f"{_NAMES[first]} failed, on its way by {_NAMES[instead]}")


def why_by_mail(message: Message) -> str:
    """Return why a mail was sent to somebody who wants chat; empty if it is no such mail."""
    failed = message.instead_of
    if failed is None or message.requested_by_id is not None:
        return ""
    if failed.route != Route.CHAT or message.route != Route.MAIL:
        return ""
    reason = f" {failed.last_error}" if failed.last_error else ""
    count = len(failed.channel_tries)
    if count > 1:
        return f"This came by e-mail because none of {count} channels took it.{reason}"
    name = f"the channel “{failed.channel.name}”" if failed.channel else "the channel"
    return f"This came by e-mail because {name} did not take it.{reason}"
