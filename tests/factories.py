"""Test data. Every factory makes something valid with nothing given."""

from __future__ import annotations

from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from accounts.models import Role, Team, User
from action_items.models import CalendarFeed, FixCheck
from incidents.models import (
    ActionItem,
    Incident,
    PatternLink,
    PlaybookUse,
    RootCause,
    Section,
    Service,
    Tag,
    TimelineEvent,
)
from messaging import sealing
from messaging.models import Channel, Message
from playbooks import revisions
from playbooks.models import FailurePattern, Playbook, PlaybookStep
from recurrence.models import PlaybookRun
from search.models import SavedSearch

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    email = factory.LazyAttribute(lambda person: f"{person.username}@example.com")
    role = Role.AUTHOR


class TeamFactory(DjangoModelFactory[Team]):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")
    slug = factory.Sequence(lambda n: f"team-{n}")


class ServiceFactory(DjangoModelFactory[Service]):
    class Meta:
        model = Service

    name = factory.Sequence(lambda n: f"Service {n}")
    slug = factory.Sequence(lambda n: f"service-{n}")


class TagFactory(DjangoModelFactory[Tag]):
    class Meta:
        model = Tag

    name = factory.Sequence(lambda n: f"tag {n}")
    slug = factory.Sequence(lambda n: f"tag-{n}")


class PatternFactory(DjangoModelFactory[FailurePattern]):
    class Meta:
        model = FailurePattern

    slug = factory.Sequence(lambda n: f"pattern-{n}")
    name = factory.Sequence(lambda n: f"Pattern {n}")
    definition = "Something goes wrong in the same way again."
    created_at = NOON
    updated_at = NOON


class PlaybookFactory(DjangoModelFactory[Playbook]):
    class Meta:
        model = Playbook

    slug = factory.Sequence(lambda n: f"playbook-{n}")
    title = factory.Sequence(lambda n: f"Playbook {n}")
    use_when = "When it breaks."
    created_at = NOON
    updated_at = NOON


class PlaybookStepFactory(DjangoModelFactory[PlaybookStep]):
    class Meta:
        model = PlaybookStep

    playbook = factory.SubFactory(PlaybookFactory)
    position = factory.Sequence(lambda n: n + 1)
    title = "Look at it"


class IncidentFactory(DjangoModelFactory[Incident]):
    class Meta:
        model = Incident

    number = factory.Sequence(lambda n: n + 1)
    title = factory.Sequence(lambda n: f"Incident number {n + 1}")
    time_zone = "UTC"
    created_at = NOON
    updated_at = NOON

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        incident = super()._create(model_class, *args, **kwargs)
        incident.refresh_from_db(fields=["reference"])
        return incident


class SectionFactory(DjangoModelFactory[Section]):
    class Meta:
        model = Section

    incident = factory.SubFactory(IncidentFactory)
    kind = "summary"
    title = "Summary"
    position = factory.Sequence(lambda n: n + 1)
    updated_at = NOON


class TimelineEventFactory(DjangoModelFactory[TimelineEvent]):
    class Meta:
        model = TimelineEvent

    incident = factory.SubFactory(IncidentFactory)
    position = factory.Sequence(lambda n: n + 1)
    occurred_at = NOON
    text = "Something was seen."
    recorded_at = NOON


class RootCauseFactory(DjangoModelFactory[RootCause]):
    class Meta:
        model = RootCause

    incident = factory.SubFactory(IncidentFactory)
    position = factory.Sequence(lambda n: n + 1)
    text = "A certificate expired."


class ActionItemFactory(DjangoModelFactory[ActionItem]):
    class Meta:
        model = ActionItem

    incident = factory.SubFactory(IncidentFactory)
    position = factory.Sequence(lambda n: n + 1)
    title = factory.Sequence(lambda n: f"Promise number {n + 1}")
    created_at = NOON
    updated_at = NOON


class CalendarFeedFactory(DjangoModelFactory[CalendarFeed]):
    class Meta:
        model = CalendarFeed

    owner = factory.SubFactory(UserFactory)
    created_at = NOON


class DoneActionItemFactory(ActionItemFactory):
    """A promise that was kept at `NOON`."""

    status = "done"
    closing_note = "It is there."
    closed_at = NOON


class FixCheckFactory(DjangoModelFactory[FixCheck]):
    class Meta:
        model = FixCheck

    action_item = factory.SubFactory(DoneActionItemFactory)
    incident = factory.SubFactory(IncidentFactory)
    answer = "did_not_hold"
    done_at = NOON
    evidence = "It is there."
    answered_at = NOON


class PatternLinkFactory(DjangoModelFactory[PatternLink]):
    class Meta:
        model = PatternLink

    incident = factory.SubFactory(IncidentFactory)
    pattern = factory.SubFactory(PatternFactory)
    decided_at = NOON


class PlaybookUseFactory(DjangoModelFactory[PlaybookUse]):
    class Meta:
        model = PlaybookUse

    incident = factory.SubFactory(IncidentFactory)
    playbook = factory.SubFactory(PlaybookFactory)
    outcome = "helped"
    used_at = NOON


class PlaybookRunFactory(DjangoModelFactory[PlaybookRun]):
    """A run that nobody finished, of a playbook of one step."""

    class Meta:
        model = PlaybookRun

    incident = factory.SubFactory(IncidentFactory)
    playbook = factory.LazyAttribute(lambda _: PlaybookStepFactory(position=1).playbook)
    revision = factory.LazyAttribute(lambda run: revisions.current(run.playbook))
    started_at = NOON


class ChannelFactory(DjangoModelFactory[Channel]):
    """A Mattermost room; its address is on this machine, where nobody listens."""

    class Meta:
        model = Channel

    kind = "mattermost"
    name = factory.Sequence(lambda n: f"Room {n + 1}")
    sealed_address = factory.LazyFunction(lambda: sealing.seal("mmost://127.0.0.1:1/a-token"))
    hint = "127.0.0.1"
    created_at = NOON


class MessageFactory(DjangoModelFactory[Message]):
    """A digest that was sent by mail, and that nobody has opened."""

    class Meta:
        model = Message

    key = factory.Sequence(lambda n: f"message-{n}")
    topic = "digest"
    route = "mail"
    message_id = factory.Sequence(lambda n: f"<{n}@example.com>")
    thread = factory.LazyAttribute(lambda message: f"<{message.topic}@example.com>")
    day = NOON.date()
    written_at = NOON
    not_before = NOON
    sent_at = NOON


class SavedSearchFactory(DjangoModelFactory[SavedSearch]):
    class Meta:
        model = SavedSearch

    owner = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Saved search {n}")
    text = "proxy"
    created_at = NOON
    updated_at = NOON
