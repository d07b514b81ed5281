"""Every address of the site, found by walking the URL map, and one object for each to be about."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import Any

from django.core.files.base import ContentFile
from django.core.mail import EmailMultiAlternatives
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from accounts import mailbox
from accounts.mailbox import MailboxBackend
from accounts.models import Holiday, SignInLink
from action_items.models import Answer
from action_items.reminders import links
from incidents.models import Attachment, Incident
from incidents.operations import revisions
from messaging import unsubscribing
from playbooks import revisions as playbook_revisions
from tests.factories import (
    NOON,
    ActionItemFactory,
    CalendarFeedFactory,
    ChannelFactory,
    FixCheckFactory,
    IncidentFactory,
    MessageFactory,
    PatternFactory,
    PatternLinkFactory,
    PlaybookRunFactory,
    PlaybookStepFactory,
    PlaybookUseFactory,
    RootCauseFactory,
    SavedSearchFactory,
    SectionFactory,
    TeamFactory,
    TimelineEventFactory,
)
from tests.packages import PACKAGES

# Whose `pk` an address holds, by the beginning of its name.
PARTS = {
    "section": SectionFactory,
    "event": TimelineEventFactory,
    "root_cause": RootCauseFactory,
    "pattern_link": PatternLinkFactory,
    "action_item": ActionItemFactory,
    "fix_check": FixCheckFactory,
    "playbook_run": PlaybookRunFactory,
}
# Addresses that somebody who is not signed in may open.
PUBLIC = {
    *("sign_in_link", "health", "account_login", "account_logout", "account_signup"),
    *("account_inactive", "account_email_verification_sent", "account_confirm_email"),
    *("account_request_login_code", "account_confirm_login_code"),
    *("account_reset_password", "account_reset_password_done", "account_reset_password_from_key"),
    *("account_reset_password_from_key_done", "saved_search_feed", "unsubscribe"),
    "reminder_answer",
    "calendar_feed",
}


@dataclass(frozen=True)
class Place:
    """One address of the URL map: its name, who answers it, and what it holds."""

    name: str
    module: str
    arguments: tuple[str, ...]

    @property
    def is_ours(self) -> bool:
        return self.module.split(".")[0] in PACKAGES

    @property
    def is_about_an_incident(self) -> bool:
        return "reference" in self.arguments or any(
            self.name.startswith(f"{part}_") and "pk" in self.arguments
            for part in [*PARTS, "attachment"]
        )


def places() -> list[Place]:
    """Every named address outside Django's administration, which has tests of its own."""

    def walk(patterns: list[Any], above: tuple[str, ...]) -> list[Place]:
        found = []
        for pattern in patterns:
            arguments = above + tuple(pattern.pattern.regex.groupindex)
            if isinstance(pattern, URLPattern):
                found.append(Place(str(pattern.name), pattern.callback.__module__, arguments))
            elif getattr(pattern, "app_name", None) != "admin":
                found += walk(pattern.url_patterns, arguments)
        return found

    found = walk(get_resolver().url_patterns, ())
    return sorted(set(found), key=lambda place: place.name)


class World:
    """One incident with one of every part, and whatever else an address may be about.

    With `beside`, what is not the incident's own is that other world's: the pattern, the playbook,
    the sign-in link and the mail. Then nothing new is in the database but the incident.
    """

    def __init__(self, reader: Any, *, beside: World | None = None, **incident: Any) -> None:
        if beside is None:
            self._surround(reader)
        else:
            self.pattern, self.playbook, self.token = beside.pattern, beside.playbook, beside.token
            self.saved, self.leaving = beside.saved, beside.leaving
            self.holiday = beside.holiday
            self.message, self.channel, self.team = beside.message, beside.channel, beside.team
            self.calendar = beside.calendar
        self.incident: Incident = IncidentFactory(**incident)
        self.parts = {name: self._part(name, make, beside) for name, make in PARTS.items()}
        self.answer = self._answer_of(reader)
        PlaybookUseFactory(incident=self.incident, playbook=self.playbook)
        playbook_revisions.current(self.playbook)
        self.attachment = Attachment.objects.create(
            incident=self.incident,
            name="graph.png",
            content_type="image/png",
            size=1,
            uploaded_at=NOON,
        )
        self.attachment.file.save("graph.png", _content())
        revisions.record(self.incident, by=None, at=NOON, summary="First")

    def _surround(self, reader: Any) -> None:
        """What would be there without the incident."""
        self.pattern = PatternFactory()
        self.playbook = PlaybookStepFactory().playbook
        self.playbook.patterns.add(self.pattern)
        self.token = SignInLink.objects.issue(reader, at=NOON)
        self.leaving = unsubscribing.token_for(reader)
        self.message = MessageFactory(recipient=reader, day=timezone.localdate())
        self.channel = ChannelFactory(user=reader)
        self.team = TeamFactory(lead=reader)
        self.saved = SavedSearchFactory(owner=reader, text="zanzibar")
        self.holiday = Holiday.objects.create(on=NOON.date(), name="Founders’ day")
        self.calendar = CalendarFeedFactory(owner=reader)
        MailboxBackend().send_messages([_mail()])

    def _answer_of(self, reader: Any) -> str:
        """What a reminder to the reader lets them answer about the incident's action item."""
        item, message = self.parts["action_item"], self.message
        link = links.choose(item, to=reader, message=message, today=message.day)
        return replace(link, answer=Answer.DONE).token if link else "x"

    def _part(self, name: str, make: Any, beside: World | None) -> Any:
        """A part of the incident; what it is about besides is this world's, or the other one's."""
        shared = {"pattern": self.pattern, "playbook": self.playbook}
        if beside and name != "action_item":
            shared["action_item"] = beside.parts["action_item"]
        fields = {field.name for field in make._meta.model._meta.concrete_fields}
        about = {name: thing for name, thing in shared.items() if name in fields}
        return make(incident=self.incident, **about)

    def address(self, place: Place) -> str:
        """The place's address, about this world's objects."""
        return reverse(
            place.name, kwargs={name: self._about(place, name) for name in place.arguments}
        )

    def address_of_nothing(self, place: Place) -> str:
        """The place's address, about an incident or a part that does not exist."""
        nothing = {"reference": "INC-999999", "pk": 999_999, "number": 1, "name": "graph.png"}
        if place.name.startswith("attachment") and "pk" in place.arguments:
            nothing["pk"] = uuid.uuid4()
        return reverse(place.name, kwargs={name: nothing[name] for name in place.arguments})

    def _keys(self) -> dict[str, str]:
        """Secret parts of addresses, by the name of the address."""
        return {"saved_search_feed": self.saved.feed_key, "calendar_feed": self.calendar.key}

    def _about(self, place: Place, argument: str) -> Any:
        simple = {
            "reference": self.incident.reference,
            "number": 1,
            "key": self._keys().get(place.name, "x-y"),
            "token": {"unsubscribe": self.leaving, "reminder_answer": self.answer}.get(
                place.name, self.token
            ),
            "uidb36": "1",
        }
        if argument in simple:
            return simple[argument]
        if argument == "name":
            return self.attachment.name if "attachment" in place.name else mailbox.names()[0]
        if argument == "slug":
            if place.name.startswith("team_"):
                return self.team.slug
            return (self.playbook if place.name.startswith("playbook") else self.pattern).slug
        if argument == "pk" and place.name.startswith("attachment"):
            return self.attachment.pk
        if argument == "pk" and (own := self._of_the_reader(place)):
            return own.pk
        if argument == "pk":
            for part in sorted(self.parts, key=len, reverse=True):
                if place.name.startswith(f"{part}_"):
                    return self.parts[part].pk
        raise AssertionError(
            f"The address “{place.name}” holds “{argument}”, of which this test knows nothing. "
            "Say in tests/safety/addresses.py which object that is, so that its safety is tested."
        )

    def _of_the_reader(self, place: Place) -> Any:
        """What an address is about that is no part of an incident, and of no use to others."""
        own = {"message": self.message, "inbox": self.message, "channel": self.channel}
        own |= {"saved_search": self.saved, "holiday": self.holiday}
        own["calendar_feed"] = self.calendar
        return next((it for name, it in own.items() if place.name.startswith(f"{name}_")), None)


def _content() -> Any:
    return ContentFile(b"\x89PNG")


def _mail() -> Any:
    mail = EmailMultiAlternatives("Hello", "Hello", "nt@localhost", ["ana@example.com"])
    mail.attach_alternative("<p>Hello</p>", "text/html")
    return mail
