"""Days, times, zones and durations as text."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import times

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
HAVANA, SAO_PAULO = ZoneInfo("America/Havana"), ZoneInfo("America/Sao_Paulo")
MOSCOW_LIKE = ZoneInfo("Asia/Dubai")
ANY_DAY = date(2026, 3, 3)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (None, "not recorded"),
        (timedelta(0), "0 min"),
        (timedelta(microseconds=1), "under 1 min"),
        (timedelta(seconds=59), "under 1 min"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=1, seconds=29), "1 min"),
        (timedelta(minutes=1, seconds=30), "2 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(minutes=59, seconds=29), "59 min"),
        (timedelta(minutes=59, seconds=30), "1 h"),
        (timedelta(minutes=60), "1 h"),
        (timedelta(minutes=61), "1 h 1 min"),
        (timedelta(hours=23, minutes=59), "23 h 59 min"),
        (timedelta(hours=23, minutes=59, seconds=30), "1 day"),
        (timedelta(hours=24), "1 day"),
        (timedelta(hours=24, minutes=29), "1 day"),
        (timedelta(hours=24, minutes=30), "1 day 1 h"),
        (timedelta(hours=25), "1 day 1 h"),
        (timedelta(hours=47, minutes=40), "2 days"),
        (timedelta(days=2, hours=4), "2 days 4 h"),
        (timedelta(days=13, hours=23, minutes=29), "13 days 23 h"),
        (timedelta(days=13, hours=23, minutes=30), "14 days"),
        (timedelta(days=14, hours=11), "14 days"),
        (timedelta(days=14, hours=12), "15 days"),
        (timedelta(days=402, hours=3), "402 days"),
        (timedelta(days=1043), "1,043 days"),
    ],
)
def test_a_duration_in_words(span, words):
    assert times.duration(span) == words


def test_a_negative_span_is_no_duration():
    with pytest.raises(ValueError, match="never negative"):
        times.duration(timedelta(hours=-14, minutes=-30))


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 days"), (1, "1 day"), (2, "2 days"), (43, "43 days"), (1043, "1,043 days")],
)
def test_a_number_of_days(count, words):
    assert times.days(count) == words
    assert times.overdue(count) == f"{words} overdue"


@pytest.mark.parametrize(
    ("count", "words"),
    [
        *((0, "1 day"), (1, "1 day"), (9, "9 days"), (44, "44 days"), (89, "89 days")),
        *((90, "3 months"), (425, "14 months")),
        *((729, "24 months"), (730, "2 years"), (800, "2 years")),
    ],
)
def test_a_span_in_the_unit_that_people_would_use(count, words):
    assert times.rough_span(count) == words
    assert times.rough_span(count, about=True) == f"about {words}"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (times.day, "3 Mar 2026"),
        (times.short_day, "3 Mar"),
        (times.weekday, "Tue 3 Mar 2026"),
        (times.short_weekday, "Tue 3 Mar"),
        (times.long_weekday, "Tuesday 3 March 2026"),
        (times.long_day, "3 March 2026"),
        (times.near_day, "Tuesday 3 March"),
        (times.weekday_name, "Tuesday"),
        (times.month, "Mar 2026"),
        (times.short_month, "Mar"),
        (times.long_month, "March 2026"),
    ],
)
def test_a_day_in_words(make, words):
    assert make(ANY_DAY) == words


def test_a_year_before_1000_is_not_filled_with_zeros():
    assert times.day(date(476, 9, 4)) == "4 Sep 476"


@pytest.mark.parametrize(
    ("moment", "clock", "zone"),
    [
        (datetime(2026, 3, 3, 11, 21, tzinfo=UTC), "11:21", "UTC"),
        (datetime(2026, 3, 3, 11, 21, 5, tzinfo=BERLIN), "11:21:05", "CET"),
        (datetime(2026, 7, 3, 0, 0, tzinfo=BERLIN), "00:00", "CEST"),
        (datetime(2026, 7, 3, 9, 5, tzinfo=MOSCOW_LIKE), "09:05", "UTC+04"),
        (datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN), "02:30", "CEST"),
        (datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1), "02:30", "CET"),
    ],
)
def test_a_time_with_its_zone(moment, clock, zone):
    assert (times.clock(moment), times.zone_name(moment)) == (clock, zone)
    assert times.clock_and_zone(moment) == f"{clock} {zone}"


@pytest.mark.parametrize(
    ("begins", "ends", "zone", "words", "zone_beside"),
    [
        ("2026-03-03T09:00", "2026-03-03T10:30", BERLIN, "10:00 – 11:30", "CET"),
        # Berlin goes forward on 29 March 2026 and back on 25 October.
        ("2026-03-29T00:30", "2026-03-29T01:30", BERLIN, "01:30 CET – 03:30", "CEST"),
        ("2026-10-25T00:30", "2026-10-25T01:30", BERLIN, "02:30 CEST – 02:30", "CET"),
        ("2026-10-24T20:00", "2026-10-25T20:00", BERLIN, "22:00 CEST – 25 Oct 21:00", "CET"),
        ("2026-03-08T06:30", "2026-03-08T07:30", NEW_YORK, "01:30 EST – 03:30", "EDT"),
        ("2025-12-31T22:00", "2026-01-01T01:00", BERLIN, "23:00 – 1 Jan 2026 02:00", "CET"),
        ("2026-03-03T09:00", "2026-03-05T09:00", UTC, "09:00 – 5 Mar 09:00", "UTC"),
    ],
)
def test_a_span_names_both_zones_where_the_clocks_changed(begins, ends, zone, words, zone_beside):
    first, last = (
        datetime.fromisoformat(moment).replace(tzinfo=UTC).astimezone(zone)
        for moment in (begins, ends)
    )

    assert times.span(first, last) == words
    assert times.zone_name(last) == zone_beside


@pytest.mark.parametrize(
    ("day", "zone", "start"),
    [
        (date(2026, 3, 3), BERLIN, datetime(2026, 3, 2, 23, tzinfo=UTC)),
        # In São Paulo the clocks went from 00:00 to 01:00; in Havana from 01:00 back to 00:00.
        (date(2018, 11, 4), SAO_PAULO, datetime(2018, 11, 4, 3, tzinfo=UTC)),
        (date(2019, 11, 3), HAVANA, datetime(2019, 11, 3, 4, tzinfo=UTC)),
    ],
)
def test_a_day_starts_also_where_clocks_change_at_midnight(day, zone, start):
    assert times.start_of_day(day, zone) == start
    assert times.starts_a_day(start.astimezone(zone))
    assert not times.starts_a_day((start + timedelta(hours=1)).astimezone(zone))
    assert not times.starts_a_day((start - timedelta(hours=1)).astimezone(zone))


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Europe/Dublin", "Europe/Dublin"),
        ("europe/dublin", "Europe/Dublin"),
        (" EUROPE/DUBLIN ", "Europe/Dublin"),
        ("america/new york", "America/New_York"),
        ("utc", "UTC"),
        ("us/eastern", "US/Eastern"),
        ("asia/calcutta", "Asia/Calcutta"),
        ("Dublin", None),
        ("", None),
    ],
)
def test_a_zone_is_read_in_any_case(written, name):
    assert times.canonical_zone(written) == name


@pytest.mark.parametrize(
    ("written", "suggested"),
    [
        ("Dublin", "Europe/Dublin"),
        ("Europe/Dubln", "Europe/Dublin"),
        ("newyork", "America/New_York"),
        ("europe/berlni", "Europe/Berlin"),
    ],
)
def test_what_is_no_zone_is_answered_with_the_nearest(written, suggested):
    assert suggested in times.similar_zones(written)
    assert suggested in times.no_such_zone(written)


def test_what_resembles_no_zone_is_answered_with_an_example():
    assert times.no_such_zone("q" * 9) == (
        "“qqqqqqqqq” is not a time zone. Write one such as Europe/Dublin."
    )
