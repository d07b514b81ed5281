"""Channels on their pages, and the secrecy of their addresses."""

from __future__ import annotations

import io
import logging
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from messaging import operations, sealing
from messaging.models import Channel
from tests.factories import NOON, ChannelFactory, TeamFactory

pytestmark = pytest.mark.django_db
TOKEN = "3ccdd113474722377935511fc85d3dd4"
MINUTE = timedelta(minutes=1)
OLD_KEY, NEW_KEY = "old" * 20, "new" * 20


def form(address: str, **given: str) -> dict[str, str]:
    return {"kind": "mattermost", "name": "On-call", "address": address} | given


def add_room(person, receiver) -> Channel:
    return operations.add_channel(
        kind="mattermost",
        name="On-call",
        address=f"{receiver.url}/hooks/{TOKEN}",
        by=person,
        at=NOON,
    )


def test_a_channel_is_added_tried_and_removed(ana, signed_in, receiver):
    client = signed_in(ana)

    added = client.post("/channels/add/", form(f"{receiver.url}/hooks/{TOKEN}"))
    room = Channel.objects.get()
    tried = client.post(reverse("channel_test", args=[room.pk]), follow=True)
    asked = client.get(reverse("channel_remove", args=[room.pk]))
    client.post(reverse("channel_remove", args=[room.pk]))

    assert added.url == "/channels/"
    assert "accepted the message" in tried.content.decode()
    assert [posted.path for posted in receiver.posted] == [f"/hooks/{TOKEN}"]
    assert "On-call" in asked.content.decode()
    assert not Channel.objects.exists()


def test_a_test_that_fails_says_why_and_one_that_works_switches_it_on(ana, signed_in, receiver):
    room = add_room(ana, receiver)
    client, test = signed_in(ana), reverse("channel_test", args=[room.pk])
    receiver.status = 404
    failed = client.post(test, follow=True).content.decode()
    Channel.objects.update(is_active=False)
    receiver.status = 200
    client.post(test)

    room.refresh_from_db()
    assert "The address is gone (it answered 404)" in failed
    assert (room.is_active, room.failing_since) == (True, None)


def test_an_address_that_is_none_is_refused_on_the_page(ana, signed_in):
    answer = signed_in(ana).post("/channels/add/", form("https://chat.example.org/"))

    assert answer.status_code == 422
    assert "This is no address that Mattermost gives" in answer.content.decode()


def test_an_address_that_is_private_is_refused_on_the_page(ana, signed_in, settings):
    settings.CHANNEL_PRIVATE_HOSTS = []

    answer = signed_in(ana).post("/channels/add/", form(f"https://127.0.0.1/hooks/{TOKEN}"))

    assert answer.status_code == 422
    assert "This address is not on the public Internet" in answer.content.decode()
    assert not Channel.objects.exists()


def test_five_test_messages_in_ten_minutes_are_enough_through_whichever_channel(
    ana, ben, signed_in, receiver
):
    rooms = [add_room(ana, receiver), add_room(ana, receiver)]
    tests = [reverse("channel_test", args=[room.pk]) for room in rooms]
    client = signed_in(ana)
    for n in range(5):
        client.post(tests[n % 2])

    refused = client.post(tests[0], follow=True).content.decode()

    assert len(receiver.posted) == 5
    assert "5 test messages in ten minutes are the maximum. Try again in 10 minutes." in refused
    assert "did not accept" not in refused
    rooms[0].refresh_from_db()
    assert rooms[0].last_error == ""
    other = add_room(ben, receiver)
    signed_in(ben).post(reverse("channel_test", args=[other.pk]))
    assert len(receiver.posted) == 6


def test_after_ten_minutes_it_may_be_tried_again(ana, receiver):
    room = add_room(ana, receiver)
    for n in range(5):
        operations.test_channel(room, by=ana, at=NOON + n * MINUTE)

    with pytest.raises(operations.TooManyTrials, match="Try again in 1 minute"):
        operations.test_channel(room, by=ana, at=NOON + 9 * MINUTE)
    operations.test_channel(room, by=ana, at=NOON + 10 * MINUTE)

    assert len(receiver.posted) == 6


def test_five_channels_are_enough(ana, signed_in, receiver):
    ChannelFactory.create_batch(5, user=ana)

    answer = signed_in(ana).post("/channels/add/", form(f"{receiver.url}/hooks/{TOKEN}"))

    assert answer.status_code == 422
    assert Channel.objects.count() == 5


def test_a_channel_is_its_owners_alone(ana, ben, omar, signed_in):
    room = ChannelFactory(user=ana)

    for person in (ben, omar):
        client = signed_in(person)
        assert client.post(reverse("channel_test", args=[room.pk])).status_code == 404
        assert client.post(reverse("channel_remove", args=[room.pk])).status_code == 404
    assert Channel.objects.count() == 1


def test_a_teams_channels_are_for_its_lead_and_administrators(ana, ben, omar, signed_in):
    team = TeamFactory(lead=ana)
    team.members.add(ben)
    room = ChannelFactory(team=team)
    pages = [
        reverse("team_channel_list", args=[team.slug]),
        reverse("team_channel_add", args=[team.slug]),
    ]

    assert [signed_in(ben).get(page).status_code for page in pages] == [403, 403]
    assert [signed_in(ana).get(page).status_code for page in pages] == [200, 200]
    assert [signed_in(omar).get(page).status_code for page in pages] == [200, 200]
    assert signed_in(ben).get(reverse("channel_remove", args=[room.pk])).status_code == 404
    assert signed_in(ana).get(reverse("channel_remove", args=[room.pk])).status_code == 200


def test_the_secret_is_shown_nowhere(ana, omar, signed_in, receiver, caplog):
    """Not on any page, not in a log of any level, not in the database as it is."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("apprise").propagate = True  # the settings keep it silent; here we listen
    address = f"{receiver.url}/hooks/{TOKEN}"
    client = signed_in(ana)
    client.post("/channels/add/", form(address))
    client.post("/channels/add/", form(address, kind="slack"))  # refused
    room = Channel.objects.get()
    seen = []
    for status in (200, 500, 404):
        receiver.status = status
        answer = client.post(reverse("channel_test", args=[room.pk]), follow=True)
        seen.append(answer.content.decode())
    for person in (ana, omar):
        for page in ("/channels/", "/channels/summary/", "/profile/", "/messages/"):
            seen.append(signed_in(person).get(page).content.decode())
        seen.append(signed_in(ana).get(f"/channels/{room.pk}/remove/").content.decode())
    for page in ("", f"{room.pk}/change/"):
        seen.append(signed_in(omar).get(f"/admin/messaging/channel/{page}").content.decode())

    room.refresh_from_db()
    kept = [str(getattr(room, field.attname)) for field in Channel._meta.concrete_fields]
    ours = [record.getMessage() for record in caplog.records if "nevertwice" in record.name]
    assert TOKEN not in "".join(seen + kept + ours)
    assert "".join(seen).count("…3dd4") > 3
    assert sealing.unseal(room.sealed_address).rpartition("/")[2].startswith(TOKEN)


def test_logs_that_name_addresses_go_nowhere(settings):
    for name in ("apprise", "urllib3"):
        silenced = settings.LOGGING["loggers"][name]
        assert silenced["handlers"] == ["nowhere"]
        assert silenced["propagate"] is False


def test_keys_rotate_without_losing_an_address(ana, settings):
    settings.CHANNEL_KEYS = [OLD_KEY]
    room = ChannelFactory(user=ana, sealed_address=sealing.seal("mmost://a.example.com/token"))

    settings.CHANNEL_KEYS = [NEW_KEY, OLD_KEY]
    said = io.StringIO()
    call_command("reseal_channels", stdout=said)
    settings.CHANNEL_KEYS = [NEW_KEY]

    room.refresh_from_db()
    assert said.getvalue() == "1 encrypted again\n"
    assert sealing.unseal(room.sealed_address) == "mmost://a.example.com/token"


def test_a_lost_key_is_told_and_nothing_is_changed(ana, settings):
    settings.CHANNEL_KEYS = [OLD_KEY]
    room = ChannelFactory(user=ana, sealed_address=sealing.seal("mmost://a.example.com/token"))
    settings.CHANNEL_KEYS = [NEW_KEY]

    with pytest.raises(sealing.SealBroken, match="Enter the address again"):
        operations.test_channel(room, by=ana, at=NOON)
    with pytest.raises(CommandError, match="Put the older key back"):
        call_command("reseal_channels")

    before = room.sealed_address
    room.refresh_from_db()
    assert room.sealed_address == before


def test_lists_take_as_many_queries_whatever_they_hold(
    ana, omar, signed_in, django_assert_num_queries
):
    client = signed_in(ana)
    ChannelFactory(user=ana)
    with django_assert_num_queries(3):
        client.get("/channels/")
    ChannelFactory.create_batch(2, user=ana)
    with django_assert_num_queries(3):
        client.get("/channels/")
