"""Choice of a message's route from its recipient's preferences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from accounts.models import Team, User
from messaging.models import Channel, Message, Route


class Way(NamedTuple):
    route: Route
    channel: Channel | None = None


class Ways:
    """The ways to some people and teams, found out in two queries for any number of them."""

    def __init__(self, people: Iterable[User | None], teams: Iterable[Team | None]) -> None:
        chatting = [one.pk for one in people if one and one.digest_by == Route.CHAT]
        known_teams = [team for team in teams if team]
        active = Channel.objects.active()
        self._of_person = {
            channel.user_id: channel
            for channel in reversed(active.filter(user__in=chatting).best_first())
        }
        self._of_team = {
            channel.team_id: channel
            for channel in reversed(active.filter(team__in=known_teams).best_first())
        }

    def to(self, person: User | None, team: Team | None) -> Way:
        """The way to one of the two. Raises ValueError for neither."""
        if person is not None:
            return self.to_person(person)
        if team is None:
            raise ValueError("A message needs a person or a team as its recipient.")
        return self.to_team(team)

    def to_person(self, person: User) -> Way:
        """The way that `person` chose; without a channel by mail, without an address the inbox."""
        channel = self._of_person.get(person.pk)
        if person.digest_by == Route.CHAT and channel:
            return Way(Route.CHAT, channel)
        return Way(Route.INBOX) if person.digest_by == Route.INBOX else without_chat(person)

    def to_team(self, team: Team) -> Way:
        """The team's channel; without one, by mail to those who answer for it."""
        channel = self._of_team.get(team.pk)
        return Way(Route.CHAT, channel) if channel else Way(Route.MAIL)


def without_chat(person: User | None) -> Way:
    """The way that is left where no chat can be used."""
    return Way(Route.INBOX) if person is not None and not person.email else Way(Route.MAIL)


def next_channel(message: Message, *, most_tries: int) -> Channel | None:
    """The active channel of the recipient that failed least often to take `message`, the best of
    these; None where each had `most_tries`."""
    owner = {"user": message.recipient} if message.recipient else {"team": message.team}
    channels = Channel.objects.active().filter(**owner).best_first()
    left = [channel for channel in channels if message.tries_of(channel) < most_tries]
    return min(left, key=message.tries_of, default=None)


def warnings_for(person: User) -> list[str]:
    """Explain why reminders to somebody who wants chat are sent by mail, if they are."""
    if person.digest_by != Route.CHAT:
        return []
    channels = list(Channel.objects.filter(user=person))
    if any(channel.is_active for channel in channels):
        return []
    if channels:
        return ["All your channels are off, so reminders come by e-mail until one works again."]
    return ["You have no channel yet, so reminders come by e-mail until you add one."]
