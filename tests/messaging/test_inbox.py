"""The inbox: what has come, and what was opened."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from messaging import delivery, operations
from messaging.models import Message
from tests.factories import NOON, ActionItemFactory, IncidentFactory, MessageFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def send(person, key: str, *, topic="note", at=NOON) -> Message:
    message = operations.write(key=key, topic=topic, day=at.date(), at=at, recipient=person)
    delivery.deliver([message.pk], clock=lambda: at)
    person.refresh_from_db()
    return message


@pytest.mark.parametrize("way", ["mail", "inbox"])
def test_what_was_sent_by_any_way_is_there_and_counted(ana, signed_in, way):
    ana.digest_by = way
    ana.save()
    send(ana, "1")
    send(ana, "2")

    page = signed_in(ana).get("/inbox/").content.decode()

    assert ana.unread == 2
    assert page.count("Note") == 2
    assert 'aria-label="Inbox, 2 unread"' in page


def test_each_row_has_the_subject_that_was_sent_and_what_is_unread_is_told_apart(ana, signed_in):
    sent = send(ana, "1")
    operations.read(sent, by=ana, at=NOON)
    send(ana, "2")
    MessageFactory(recipient=ana, topic="note", sent_at=None, failed_at=NOON)

    page = signed_in(ana).get("/inbox/").content.decode()

    rows = page.split('class="inbox-row')[1:]
    assert ["2 overdue" in row for row in rows] == [False, True, True]
    assert ["is-unread" in row for row in rows] == [True, True, False]
    assert "Note, by e-mail" in rows[1]
    assert "the mail could not be sent" in rows[0]


def test_what_is_on_its_way_or_dropped_is_not_there(ana):
    MessageFactory(recipient=ana, sent_at=None)
    MessageFactory(recipient=ana, sent_at=None, dropped_at=NOON)

    assert not Message.objects.inbox_of(ana).exists()


def test_a_newer_bulletin_takes_the_place_of_an_unread_one(ana):
    first = send(ana, "1", topic="bulletin")
    second = send(ana, "2", topic="bulletin", at=NOON + DAY)
    send(ana, "3", topic="note", at=NOON + DAY)

    assert ana.unread == 2
    assert first not in Message.objects.inbox_of(ana).unread()
    assert second in Message.objects.inbox_of(ana).unread()


def test_looking_writes_nothing_and_pressing_marks_as_read(ana, signed_in):
    message = send(ana, "1")
    client, page = signed_in(ana), reverse("inbox_message", args=[message.pk])

    shown = client.get(page).content.decode()
    ana.refresh_from_db()
    assert ana.unread == 1
    assert "2 overdue" in shown
    assert "Rotate the secret" in shown
    assert 'hx-trigger="load, submit"' in shown

    for _ in range(2):  # twice is once
        assert client.post(reverse("inbox_message_read", args=[message.pk])).url == page
    ana.refresh_from_db()
    assert ana.unread == 0
    assert "Mark as read" not in client.get(page).content.decode()


def test_with_htmx_the_count_changes_in_place(ana, signed_in):
    message = send(ana, "1")

    answer = signed_in(ana).post(
        reverse("inbox_message_read", args=[message.pk]), headers={"HX-Request": "true"}
    )

    assert 'id="inbox-link"' in answer.content.decode()
    assert "unread" not in answer.content.decode()


def test_all_can_be_marked_as_read(ana, ben, signed_in):
    send(ana, "1")
    send(ana, "2")
    send(ben, "3")

    signed_in(ana).post("/inbox/read-all/")

    ana.refresh_from_db()
    ben.refresh_from_db()
    assert (ana.unread, ben.unread) == (0, 1)
    assert not Message.objects.inbox_of(ana).unread().exists()


def test_somebody_elses_message_is_not_there(ana, ben, signed_in):
    message = send(ana, "1")
    client = signed_in(ben)

    assert client.get(reverse("inbox_message", args=[message.pk])).status_code == 404
    assert client.post(reverse("inbox_message_read", args=[message.pk])).status_code == 404
    ana.refresh_from_db()
    assert ana.unread == 1


def test_what_may_no_longer_be_seen_is_not_told_by_an_old_message(ana, ben, signed_in):
    incident = IncidentFactory(title="Quiet outage")
    item = ActionItemFactory(incident=incident, owner=ana, due_on=NOON.date(), title="Hush")
    message = operations.write(key="1", topic="digest", day=NOON.date(), at=NOON, recipient=ana)
    message.entries.create(action_item=item, step="due_today", due_on=NOON.date(), recipient=ana)
    delivery.deliver([message.pk], clock=lambda: NOON - timedelta(hours=2))
    incident.visibility, incident.owner = "restricted", ben
    incident.save()

    page = signed_in(ana).get(reverse("inbox_message", args=[message.pk])).content.decode()

    assert "Nothing left in this message" in page
    assert "Hush" not in page
    assert "Quiet outage" not in page


def test_a_page_takes_as_many_queries_for_three_as_for_one(
    ana, signed_in, django_assert_num_queries
):
    client = signed_in(ana)
    send(ana, "1")
    with django_assert_num_queries(4):
        client.get("/inbox/")
    send(ana, "2")
    send(ana, "3")
    with django_assert_num_queries(4):
        client.get("/inbox/")


def test_an_empty_inbox_says_what_will_come(ana, signed_in):
    assert "No messages yet" in signed_in(ana).get("/inbox/").content.decode()
