"""The administrators’ page of what was sent, is due and failed."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from messaging import operations
from messaging.models import Message
from tests.factories import NOON, ChannelFactory, MessageFactory

pytestmark = pytest.mark.django_db


def test_it_is_for_administrators(ana, rita, omar, signed_in):
    pk = MessageFactory(recipient=ana).pk
    pages = ["/messages/", f"/messages/{pk}/", f"/messages/{pk}/send-again/"]

    for person in (ana, rita):
        client = signed_in(person)
        assert [client.get(page).status_code for page in pages] == [403, 403, 403]
        assert client.post(pages[2]).status_code == 403
    assert [signed_in(omar).get(page).status_code for page in pages] == [200, 200, 200]
    assert Message.objects.count() == 1


def test_it_counts_and_narrows(ana, ben, omar, signed_in):
    now = timezone.now()
    MessageFactory(recipient=ana, written_at=now)
    MessageFactory(recipient=ben, sent_at=None, failed_at=now, written_at=now, last_error="Gone.")
    MessageFactory(recipient=ben, sent_at=None, written_at=now)
    client = signed_in(omar)

    everything = client.get("/messages/").context
    failed = client.get("/messages/", {"state": "failed"}).context
    to_ana = client.get("/messages/", {"to": "Ana"}).context

    assert everything["counts"] == {"sent": 1, "due": 1, "failed": 1}
    assert len(everything["rows"]) == 3
    assert [message.last_error for message, _ in failed["rows"]] == ["Gone."]
    assert [message.recipient for message, _ in to_ana["rows"]] == [ana]


def test_a_channel_that_fails_is_named_with_the_reason(ana, omar, signed_in):
    ChannelFactory(user=ana, name="Ops", failing_since=NOON, last_error="It answered 500.")

    page = signed_in(omar).get("/messages/").content.decode()

    assert "Ops" in page
    assert "It answered 500." in page


def test_sending_again_asks_first_and_is_logged(ana, omar, signed_in):
    message = MessageFactory(recipient=ana)
    client, page = signed_in(omar), reverse("message_send_again", args=[message.pk])

    asked = client.get(page).content.decode()
    assert "Send this message again?" in asked
    assert "a new Message-ID" in asked
    assert Message.objects.count() == 1
    client.post(page)
    second = client.post(page, follow=True).content.decode()

    again = Message.objects.get(instead_of=message)
    assert again.requested_by == omar
    assert again.message_id != message.message_id
    assert "already being sent" in second
    detail = client.get(reverse("message_detail", args=[message.pk])).content.decode()
    assert "asked for by Omar Operator" in detail


def test_it_takes_as_many_queries_for_three_as_for_one(
    ana, ben, omar, signed_in, django_assert_num_queries
):
    client = signed_in(omar)
    operations.write(key="1", topic="note", day=NOON.date(), at=NOON, recipient=ana)
    with django_assert_num_queries(9):
        client.get("/messages/")
    MessageFactory(recipient=ben)
    MessageFactory(recipient=ana)
    with django_assert_num_queries(9):
        client.get("/messages/")
