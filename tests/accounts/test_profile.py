"""One's own page."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from tests.factories import ChannelFactory, TeamFactory

pytestmark = [pytest.mark.django_db, pytest.mark.clock]

FIELDS = {
    "full_name": "Ana A.",
    "email": "ana@example.org",
    "time_zone": "Asia/Tokyo",
    "theme": "dark",
    "density": "compact",
    "digest": "off",
    "digest_by": "mail",
}


def test_what_is_changed_is_kept(ana, signed_in):
    answer = signed_in(ana).post("/profile/", FIELDS)

    assert answer.url == "/profile/"
    ana.refresh_from_db()
    assert {name: getattr(ana, name) for name in FIELDS} == FIELDS


def test_nobody_changes_their_own_role(ana, signed_in):
    signed_in(ana).post("/profile/", FIELDS | {"role": "administrator", "is_superuser": "on"})

    ana.refresh_from_db()
    assert ana.role == "author"
    assert not ana.is_superuser


@pytest.mark.parametrize("written", ["europe/berlin", " Europe/Berlin ", "EUROPE/BERLIN"])
def test_a_time_zone_is_taken_in_any_case(ana, signed_in, written):
    signed_in(ana).post("/profile/", FIELDS | {"time_zone": written})

    ana.refresh_from_db()
    assert ana.time_zone == "Europe/Berlin"


def test_the_profile_does_not_promise_a_zone_that_timelines_do_not_use(ana, signed_in):
    page = signed_in(ana).get("/profile/").content.decode()

    assert "Every time is shown" not in page
    assert "a timeline keeps its incident’s own, with UTC beside it" in page


def test_an_unknown_time_zone_is_refused_and_nothing_is_changed(ana, signed_in):
    page = signed_in(ana).post("/profile/", FIELDS | {"time_zone": "Dublin"})

    assert "“Dublin” is not a time zone. Did you mean Europe/Dublin?" in page.content.decode()
    ana.refresh_from_db()
    assert ana.full_name == "Ana Author"


def test_somebody_elses_address_is_refused_in_any_case(ana, ben, signed_in):
    page = signed_in(ana).post("/profile/", FIELDS | {"email": "BEN@example.com"})

    assert "This e-mail address is already in use." in page.content.decode()


def test_an_address_one_no_longer_has_opens_nothing(ana, signed_in, client, mailoutbox):
    EmailAddress.objects.create(user=ana, email="ana@example.com", verified=True, primary=True)

    signed_in(ana).post("/profile/", FIELDS)
    client.post("/accounts/password/reset/", {"email": "ana@example.com"})

    assert not [mail for mail in mailoutbox if "reset/key" in mail.body]


def test_the_page_shows_ones_teams(ana, rita, signed_in):
    team = TeamFactory(name="Payments", lead=rita)
    team.members.add(ana)

    page = signed_in(ana).get("/profile/").content.decode()

    assert "Payments" in page
    assert "led by Rita Reviewer" in page


def test_the_number_of_queries_does_not_grow_with_teams(
    ana, rita, signed_in, django_assert_max_num_queries
):
    for _ in range(3):
        TeamFactory(lead=rita).members.add(ana)
    client = signed_in(ana)

    with django_assert_max_num_queries(10):
        client.get("/profile/")


def _save(client, person, **changed):
    kept = {
        **{"full_name": person.full_name, "email": person.email, "time_zone": person.time_zone},
        **{
            "theme": "auto",
            "density": "compact",
            "digest": "daily",
            "digest_by": "mail",
            "digest_hour": "",
        },
    }
    return client.post(reverse("profile"), kept | changed, follow=True)


def test_seven_quiet_days_are_refused_with_what_to_do_instead(ana, signed_in):
    answer = _save(signed_in(ana), ana, quiet_weekdays=["1", "2", "3", "4", "5", "6", "7"])

    ana.refresh_from_db()
    assert "With seven quiet days nothing would be sent" in answer.content.decode()
    assert ana.quiet_weekdays == []


def test_who_turns_reminders_off_may_keep_seven_quiet_days(ana, signed_in):
    days = ["1", "2", "3", "4", "5", "6", "7"]

    answer = _save(signed_in(ana), ana, digest="off", quiet_weekdays=days)

    ana.refresh_from_db()
    assert "Reminders are off: hour, route and quiet days have no effect." in (
        answer.content.decode()
    )
    assert ana.quiet_weekdays == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("changed", "warning"),
    [
        ({"digest_by": "chat"}, "You have no channel yet, so reminders come by e-mail"),
        ({"quiet_weekdays": ["1", "2", "3", "4", "5"]}, "so you get none"),
        ({"digest": "off", "digest_hour": "10"}, "Reminders are off"),
        ({"digest": "off"}, ""),
        ({"digest_hour": "10", "quiet_weekdays": ["5"]}, ""),
    ],
)
def test_what_has_no_effect_is_said_when_it_is_saved(ana, signed_in, changed, warning):
    page = _save(signed_in(ana), ana, **changed).content.decode()

    assert "Saved." in page
    assert ("alert-warning" in page) is bool(warning)
    assert warning in page


@pytest.mark.parametrize(("is_active", "is_warned"), [(True, False), (False, True)])
def test_by_chat_with_channels_warns_only_where_all_are_off(ana, signed_in, is_active, is_warned):
    ChannelFactory(user=ana, is_active=is_active)

    page = _save(signed_in(ana), ana, digest_by="chat").content.decode()

    assert ("All your channels are off" in page) is is_warned
