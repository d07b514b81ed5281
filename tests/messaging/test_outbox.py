"""Writing into the outbox: once, by the way that was chosen."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from messaging import operations
from messaging.models import Message
from tests.factories import NOON, ChannelFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


def write(person, key="note:1", **given) -> Message | None:
    return operations.write(
        key=key, topic="note", day=NOON.date(), at=NOON, recipient=person, **given
    )


def test_writing_twice_changes_nothing(ana):
    first = write(ana)

    assert write(ana) is None
    assert list(Message.objects.all()) == [first]


def test_of_many_those_that_are_new_are_told(ana, ben, rita):
    write(ana, key="note:ana")
    drafts = [
        operations.Draft(f"note:{person.username}", "note", NOON.date(), recipient=person)
        for person in (ana, ben, rita)
    ]

    written = operations.write_many(drafts, at=NOON)

    assert [message.recipient for message in written] == [ben, rita]
    assert Message.objects.count() == 3


def test_many_take_as_many_queries_as_one():
    def queries(count: int) -> int:
        people = [UserFactory(digest_by="chat") for _ in range(count)]
        drafts = [
            operations.Draft(f"note:{person.pk}", "note", NOON.date(), recipient=person)
            for person in people
        ]
        with CaptureQueriesContext(connection) as captured:
            operations.write_many(drafts, at=NOON)
        return len(captured)

    assert queries(1) == queries(30)


def test_mails_of_one_person_and_topic_are_one_thread(ana, ben):
    first, second = write(ana, key="1"), write(ana, key="2")
    another = write(ben, key="3")

    assert first.thread == second.thread
    assert first.message_id != second.message_id
    assert another.thread != first.thread


@pytest.mark.parametrize(
    ("wish", "has_channel", "email", "route"),
    [
        ("mail", True, "ana@example.com", "mail"),
        ("chat", True, "ana@example.com", "chat"),
        ("chat", False, "ana@example.com", "mail"),
        ("inbox", True, "ana@example.com", "inbox"),
        ("mail", False, "", "inbox"),
        ("chat", False, "", "inbox"),
    ],
)
def test_a_message_goes_the_way_that_its_reader_chose(ana, wish, has_channel, email, route):
    ana.digest_by, ana.email = wish, email
    ana.save()
    if has_channel:
        ChannelFactory(user=ana)

    message = write(ana)

    assert message.route == route
    assert (message.channel is not None) == (route == "chat")


def test_of_several_channels_the_first_that_works_is_used(ana):
    ana.digest_by = "chat"
    ana.save()
    ChannelFactory(user=ana, failing_since=NOON)
    ChannelFactory(user=ana, is_active=False)
    works = ChannelFactory(user=ana)
    ChannelFactory(user=ana)

    assert write(ana).channel == works


def test_a_team_hears_in_its_channel_or_by_mail():
    with_room, without = TeamFactory(), TeamFactory()
    room = ChannelFactory(team=with_room)

    def to(team):
        return operations.write(key=team.slug, topic="note", day=NOON.date(), at=NOON, team=team)

    assert (to(with_room).route, Message.objects.get(team=with_room).channel) == ("chat", room)
    assert to(without).route == "mail"


def test_a_message_is_for_a_person_or_a_team(ana):
    with pytest.raises(ValueError, match="a person or a team"):
        operations.write(key="1", topic="note", day=NOON.date(), at=NOON)
    message = write(ana)
    message.team = TeamFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        message.save()


def test_a_sent_message_can_be_sent_again_and_who_asked_is_kept(ana, omar):
    message = write(ana)
    Message.objects.update(sent_at=NOON)

    again = operations.send_again(message, by=omar, at=NOON)

    assert (again.instead_of, again.requested_by, again.route) == (message, omar, "mail")
    assert again.message_id != message.message_id
    assert again.thread == message.thread


def test_what_still_waits_is_not_sent_again(ana, omar):
    message = write(ana)
    with pytest.raises(operations.AlreadyOnItsWay):
        operations.send_again(message, by=omar, at=NOON)
    Message.objects.update(sent_at=NOON)
    again = operations.send_again(message, by=omar, at=NOON)

    with pytest.raises(operations.AlreadyOnItsWay):
        operations.send_again(again, by=omar, at=NOON)


def test_sending_again_twice_stands_for_the_same_message(ana, omar):
    message = write(ana)
    Message.objects.update(sent_at=NOON)
    first = operations.send_again(message, by=omar, at=NOON)
    Message.objects.update(sent_at=NOON)

    second = operations.send_again(first, by=omar, at=NOON)

    assert second.original == message
