"""Calendar feeds of due dates, as read by a calendar program."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from action_items.models import CalendarFeed
from tests.factories import (
    NOON,
    ActionItemFactory,
    CalendarFeedFactory,
    DoneActionItemFactory,
    IncidentFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def events(feed) -> list:
    """Return the events that an anonymous client reads at the address of `feed`."""
    answer = Client().get(feed.feed_url)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def test_each_due_date_is_an_all_day_event(ana, settings):
    settings.SITE_URL = "https://nevertwice.example.com"
    item = ActionItemFactory(
        owner=ana,
        title="Alert; early, often",
        due_on=date(2026, 3, 9),
        priority="P1",
        kind="detect",
        incident__number=990071,
        incident__title="It expired",
    )

    [event] = events(CalendarFeedFactory(owner=ana))

    assert str(event["SUMMARY"]) == "Alert; early, often"
    assert event["DTSTART"].dt == date(2026, 3, 9)
    assert str(event["UID"]) == f"action-item-{item.pk}@nevertwice.example.com"
    assert str(event["URL"]) == f"https://nevertwice.example.com/action-items/{item.pk}/"
    assert str(event["STATUS"]) == "CONFIRMED"
    assert "INC-990071 It expired" in str(event["DESCRIPTION"])
    assert event["CATEGORIES"].cats == ["P1", "Detect"]


def test_it_contains_ones_own_dated_items_except_old_ones(ana, ben):
    today = timezone.localdate()
    ActionItemFactory(owner=ana, title="Open", due_on=today - 400 * DAY)
    ActionItemFactory(owner=ana, title="Loose")
    ActionItemFactory(owner=ben, title="Ben’s", due_on=today)
    DoneActionItemFactory(owner=ana, title="Kept", due_on=today - DAY)
    DoneActionItemFactory(owner=ana, title="Old", due_on=today - 200 * DAY)
    ActionItemFactory(
        owner=ana,
        title="Not to be",
        due_on=today,
        status="wont_do",
        closing_note="Superseded.",
        closed_at=NOON,
    )

    found = {
        str(event["SUMMARY"]): str(event["STATUS"])
        for event in events(CalendarFeedFactory(owner=ana))
    }

    assert found == {
        "Open": "CONFIRMED",
        "Done: Kept": "CONFIRMED",
        "Won’t do: Not to be": "CANCELLED",
    }


def test_a_teams_calendar_contains_items_of_team_and_members(ana, ben):
    team = TeamFactory()
    team.members.add(ben)
    due = {"due_on": timezone.localdate()}
    ActionItemFactory(owner_team=team, title="The team’s", **due)
    ActionItemFactory(owner=ben, title="Ben’s", **due)
    ActionItemFactory(owner=ana, title="Ana’s", **due)

    found = {str(event["SUMMARY"]) for event in events(CalendarFeedFactory(owner=ana, team=team))}

    assert found == {"The team’s", "Ben’s"}


def test_a_restricted_incident_shows_only_that_something_is_due(ana):
    secret = IncidentFactory(visibility="restricted", owner=ana, title="Merger leaked")
    ActionItemFactory(incident=secret, owner=ana, title="Hush", due_on=timezone.localdate())
    feed = CalendarFeedFactory(owner=ana)

    [event] = events(feed)

    assert str(event["SUMMARY"]) == "An action item is due (restricted)"
    written = Client().get(feed.feed_url).content
    assert b"Hush" not in written
    assert b"Merger" not in written


def test_items_hidden_from_its_owner_disappear_at_once(ana):
    item = ActionItemFactory(owner=ana, due_on=timezone.localdate())
    feed = CalendarFeedFactory(owner=ana)
    assert len(events(feed)) == 1

    item.incident.visibility = "restricted"
    item.incident.save()

    assert events(feed) == []


def test_an_unchanged_calendar_is_not_sent_again(ana):
    item = ActionItemFactory(owner=ana, due_on=timezone.localdate())
    feed = CalendarFeedFactory(owner=ana)
    first = Client().get(feed.feed_url)

    again = Client().get(feed.feed_url, headers={"If-None-Match": first["ETag"]})
    item.delete()
    changed = Client().get(feed.feed_url, headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304
    assert changed.status_code == 200


def test_it_ends_with_its_owners_account(ana):
    feed = CalendarFeedFactory(owner=ana)
    ana.is_active = False
    ana.save()

    assert Client().get(feed.feed_url).status_code == 404
    assert Client().get("/calendars/guessed.ics").status_code == 404


def test_a_calendar_is_subscribed_once_renewed_and_deleted(ana, signed_in):
    team = TeamFactory(slug="payments", name="Payments")
    client = signed_in(ana)
    for slug in ("", "", "payments"):
        client.post("/action-items/calendars/new/", {"team": slug})
    mine, teams = CalendarFeed.objects.of(ana)
    page = client.get("/action-items/calendars/").content.decode()

    assert (mine.team, teams.team) == (None, team)
    assert mine.feed_url in page
    assert teams.feed_url in page

    client.post(f"/action-items/calendars/{mine.pk}/renew/")
    client.post(f"/action-items/calendars/{teams.pk}/delete/")

    assert Client().get(mine.feed_url).status_code == 404
    assert Client().get(teams.feed_url).status_code == 404
    mine.refresh_from_db()
    assert Client().get(mine.feed_url).status_code == 200


def test_calendars_of_others_cannot_be_seen_or_changed(ana, ben, signed_in):
    feed = CalendarFeedFactory(owner=ben)
    client = signed_in(ana)

    assert feed.key not in client.get("/action-items/calendars/").content.decode()
    for what in ("renew", "delete"):
        assert client.post(f"/action-items/calendars/{feed.pk}/{what}/").status_code == 404
    assert client.get(f"/action-items/calendars/{feed.pk}/renew/").status_code == 405
