"""The port through which higher packages give messages their words.

Messaging knows people and channels, nothing of incidents. Whoever writes messages of a topic
connects its composer here when Django starts. It is called when a message is sent, and again when
it is read in the inbox: it asks state and sight anew each time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from core.errors import DomainError
from messaging.models import Message


@dataclass(frozen=True)
class Letter:
    """A message in words, for each way it may go.

    The subject is kept and listed after it was sent: it counts, and names nothing that its reader
    may lose sight of.
    """

    subject: str
    text: str
    html: str
    chat: str  # Markdown; the inbox shows it too
    url: str  # where to act on it
    unsubscribe_url: str = ""


Composer = Callable[[Message, datetime], Letter | None]
# When a message that must not be sent now may be sent; None where it may be sent now.
Postponer = Callable[[Message, datetime], datetime | None]


def send_at_any_time(message: Message, now: datetime) -> datetime | None:
    """Postpone nothing."""
    return None


@dataclass(frozen=True)
class Topic:
    """A topic of messages: its name and its composer."""

    name: str
    composer: Composer
    # Each says all that the ones before it said, so that a new one makes them read.
    replaces_earlier: bool
    postponer: Postponer


class NobodyComposes(DomainError):
    """Raised when no package has registered a composer for this topic."""


_topics: dict[str, Topic] = {}


def connect(
    topic: str,
    composer: Composer,
    *,
    name: str = "",
    replaces_earlier: bool = False,
    postponer: Postponer = send_at_any_time,
) -> None:
    """Register `composer(message, now)` for messages of `topic`, called `name` in the inbox.

    The composer returns None where nothing is left to say to this recipient. `postponer` is asked
    before each attempt to send one.
    """
    words = name or topic.replace("_", " ").capitalize()
    _topics[topic] = Topic(words, composer, replaces_earlier, postponer)


def topic_named(topic: str) -> Topic:
    """Raises NobodyComposes for a topic that nobody has connected."""
    try:
        return _topics[topic]
    except KeyError as error:
        raise NobodyComposes(f"No composer is registered for “{topic}”.") from error


def name_of(topic: str) -> str:
    """Return the name of messages of `topic`, also when it has no composer."""
    known = _topics.get(topic)
    return known.name if known else topic.replace("_", " ").capitalize()


def compose(message: Message, now: datetime) -> Letter | None:
    """Compose `message` for its recipient as of `now`; None if nothing is left to say.

    Raises NobodyComposes for a topic that nobody has connected.
    """
    return topic_named(message.topic).composer(message, now)


def postponed_until(message: Message, now: datetime) -> datetime | None:
    """Return when `message` may be sent, if not `now`. Requested messages go out at any time."""
    if message.requested_by_id is not None:
        return None
    return topic_named(message.topic).postponer(message, now)
