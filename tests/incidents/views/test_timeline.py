"""The timeline: two time zones, days, gaps and folding."""

from datetime import UTC, datetime, timedelta

import pytest

from incidents.clock import ZONE_NOT_STATED, clock_named, occurred_words
from incidents.models import Incident, TimelineEvent
from incidents.views.timeline import FOLD_ABOVE, timeline

pytestmark = pytest.mark.clock

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def event(at=NOON, pk=1, **more):
    if at is None:
        more |= {"precision": "unknown"}
    return TimelineEvent(pk=pk, occurred_at=at, text="Seen.", **more)


def rows(time_zone, *events):
    made = timeline(Incident(number=1, time_zone=time_zone), events, can_edit=False)
    return [row for day in made.days for chunk in day.chunks for row in chunk.rows]


def test_the_incidents_own_time_is_first_and_utc_beside_it():
    [row] = rows("America/Los_Angeles", event())

    assert (row.time, row.zone, row.utc) == ("04:00", "PST", "12:00")


def test_utc_is_not_shown_twice():
    [row] = rows("UTC", event())

    assert (row.time, row.zone, row.utc) == ("12:00", "UTC", "")


def test_both_times_are_right_at_the_end_of_summer_time():
    """A Sunday in October on which 01:30 occurs twice in Dublin."""
    before = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    first, second = rows("Europe/Dublin", event(before), event(before + timedelta(hours=1)))

    assert (first.time, first.zone, first.utc) == ("01:30", "IST", "00:30")
    assert (second.time, second.zone, second.utc) == ("01:30", "GMT", "01:30")
    assert second.gap == "+1 h"


def test_a_utc_time_on_another_day_names_the_day():
    [row] = rows("America/Los_Angeles", event(datetime(2026, 3, 2, 6, 0, tzinfo=UTC)))

    assert (row.time, row.utc) == ("22:00", "2 Mar 06:00")


def test_a_range_over_a_clock_change_names_both_zones():
    before = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)

    [row] = rows("Europe/Berlin", event(before, ends_at=before + timedelta(hours=1)))

    assert (row.time, row.zone) == ("01:30 CET – 03:30", "CEST")
    assert row.utc == "00:30 – 01:30"


def test_a_range_that_ends_on_another_utc_day_names_it():
    start = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)

    [row] = rows("America/Los_Angeles", event(start, ends_at=start + timedelta(hours=2)))

    assert (row.time, row.utc) == ("15:00 – 17:00", "23:00 – 3 Mar 01:00")


def test_an_unstated_zone_is_neither_named_nor_converted():
    [row] = rows("", event())

    assert (row.time, row.zone, row.utc, row.iso) == ("12:00", "", "", "")
    assert clock_named("").label == ZONE_NOT_STATED


def test_days_are_those_of_the_incidents_zone():
    made = timeline(
        Incident(number=1, time_zone="America/Los_Angeles"),
        [event(datetime(2026, 3, 2, 6, 0, tzinfo=UTC)), event(NOON)],
        can_edit=False,
    )

    assert [day.heading for day in made.days] == ["Sunday 1 March 2026", "Monday 2 March 2026"]


def test_an_event_without_a_time_keeps_its_place():
    found = rows("UTC", event(pk=1), event(None, pk=2, as_written="later"), event(pk=3))

    assert [row.pk for row in found] == [1, 2, 3]
    assert found[1].time == "Time not recorded"
    assert found[1].as_written == "later"


def test_a_timeline_that_begins_without_a_time_says_so():
    made = timeline(Incident(number=1, time_zone="UTC"), [event(None), event()], can_edit=False)

    assert [day.heading for day in made.days] == ["Time not recorded", "Monday 2 March 2026"]


@pytest.mark.parametrize(
    ("minutes", "more", "gap"),
    [
        (12, {}, "+12 min"),
        (4, {}, ""),
        (-12, {}, ""),
        (12, {"precision": "approximate"}, ""),
        (90, {"ends_at": NOON + timedelta(minutes=95)}, "+1 h 30 min"),
    ],
)
def test_a_gap_is_shown_if_it_is_long_and_known(minutes, more, gap):
    later = event(NOON + timedelta(minutes=minutes), **more)

    assert rows("UTC", event(), later)[1].gap == gap


def test_a_gap_after_a_range_counts_from_its_end():
    ranged = event(ends_at=NOON + timedelta(minutes=10))

    assert rows("UTC", ranged, event(NOON + timedelta(minutes=30)))[1].gap == "+20 min"


@pytest.mark.parametrize(
    ("more", "time", "precision"),
    [
        ({"precision": "approximate"}, "≈ 12:00", "approximate"),
        ({"precision": "hour"}, "12:00", "known to the hour"),
        ({"precision": "day"}, "During the day", "known to the day"),
        ({"ends_at": NOON + timedelta(minutes=6)}, "12:00 – 12:06", ""),
        ({"ends_at": NOON + timedelta(hours=13)}, "12:00 – 3 Mar 01:00", ""),
    ],
)
def test_a_time_is_shown_as_precisely_as_it_is_known(more, time, precision):
    [row] = rows("UTC", event(**more))

    assert (row.time, row.precision) == (time, precision)


def test_seconds_are_shown_if_there_are_any():
    assert rows("UTC", event(NOON + timedelta(seconds=9)))[0].time == "12:00:09"


def test_a_long_timeline_folds_all_but_stars_and_milestones():
    events = [event(NOON + timedelta(minutes=n), pk=n) for n in range(FOLD_ABOVE + 1)]
    events[3].starred = True
    events[7].milestone = "detected"

    made = timeline(Incident(number=1, time_zone="UTC"), events, can_edit=False)

    shown = [row.pk for chunk in made.days[0].chunks if not chunk.folded for row in chunk.rows]
    assert shown == [3, 7]
    assert sum(len(chunk.rows) for chunk in made.days[0].chunks) == FOLD_ABOVE + 1


def test_a_timeline_of_ordinary_length_folds_nothing():
    events = [event(NOON + timedelta(minutes=n), pk=n) for n in range(FOLD_ABOVE)]

    made = timeline(Incident(number=1, time_zone="UTC"), events, can_edit=False)

    assert [chunk.folded for chunk in made.days[0].chunks] == [False]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"time_zone": "Europe/Dublin"}, "Mon 2 Mar 2026, 12:00 GMT"),
        (
            {"time_zone": ""},
            "Mon 2 Mar 2026, 12:00 (source’s local time, zone not stated)",
        ),
        ({"time_zone": "UTC", "occurred_precision": "day"}, "Mon 2 Mar 2026"),
        ({"time_zone": "UTC", "occurred_precision": "hour"}, "Mon 2 Mar 2026, about 12:00 UTC"),
        (
            {
                "time_zone": "",
                "occurred_at": datetime(2018, 12, 1, tzinfo=UTC),
                "occurred_precision": "approximate",
            },
            "about Sat 1 Dec 2018",
        ),
        ({"occurred_at": None, "occurred_precision": "unknown"}, "date not recorded"),
    ],
)
def test_the_time_of_an_incident_names_its_zone(more, words):
    incident = Incident(**{"occurred_at": NOON, "occurred_precision": "minute"} | more)

    assert occurred_words(incident) == words
