"""Hypothesis strategies for reminders: days, zones, calendars, policies, items."""

from __future__ import annotations

import zoneinfo
from datetime import date, timedelta

from hypothesis import strategies as st

from action_items.models import Assigned
from action_items.reminders.calendars import Calendar
from action_items.reminders.policy import ItemFacts, Policy

DAY = timedelta(days=1)
UTC_ZONE = zoneinfo.ZoneInfo("UTC")
WEEKDAYS = frozenset({1, 2, 3, 4, 5})
OFFICE = Calendar(zone=UTC_ZONE, hour=9, weekdays=WEEKDAYS)

days = st.dates(date(2024, 1, 1), date(2032, 12, 31))
zones = st.sampled_from(sorted(zoneinfo.available_timezones() - {"localtime", "Factory"})).map(
    zoneinfo.ZoneInfo
)


@st.composite
def calendars(draw: st.DrawFn, around: date) -> Calendar:
    """Draw calendars with any quiet days, holidays near `around`, any hour, daily or weekly."""
    off = draw(st.frozensets(st.integers(-20, 70), max_size=12))
    return Calendar(
        zone=draw(zones),
        hour=draw(st.integers(0, 23)),
        weekdays=draw(st.frozensets(st.integers(1, 7), min_size=1)),
        holidays=frozenset(around + days_on * DAY for days_on in off),
        weekly_on=draw(st.none() | st.integers(1, 7)),
        steps_on=draw(st.integers(1, 7)),
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    perhaps = st.none() | st.integers(0, 40)
    return Policy(
        due_soon=draw(st.integers(0, 14)),
        overdue=tuple(draw(st.lists(st.integers(1, 60), max_size=5))),
        overdue_every=draw(st.integers(1, 30)),
        lead_after=draw(perhaps),
        decision_after=draw(st.integers(1, 90)),
        unassigned_after=draw(perhaps),
        assigned=draw(st.sampled_from(Assigned)),
        draft_after=draw(perhaps),
        review_after=draw(perhaps),
    )


@st.composite
def open_items(draw: st.DrawFn, around: date) -> ItemFacts:
    near = st.integers(-60, 60).map(lambda offset: around + offset * DAY)
    return ItemFacts(
        due_on=draw(st.none() | near),
        owner_since=draw(near),
        snoozed_until=draw(st.none() | near),
        given_on=draw(st.none() | near),
    )
