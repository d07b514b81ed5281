"""The days and hours of reminders, in any time zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_items.reminders.calendars import WINDOW, Calendar, zone_named
from tests.action_items.reminders.days import DAY, OFFICE, UTC_ZONE, WEEKDAYS, calendars, days

DUBLIN = ZoneInfo("Europe/Dublin")
FRIDAY, MONDAY, TUESDAY = date(2026, 3, 6), date(2026, 3, 9), date(2026, 3, 10)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2032, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
QUARTER = timedelta(minutes=15)
WEEKLY = Calendar(zone=UTC_ZONE, hour=9, weekdays=WEEKDAYS, weekly_on=1)


@given(data=st.data(), now=moments)
def test_a_morning_is_three_hours_of_a_working_day(data, now):
    calendar = data.draw(calendars(now.date()))

    morning = calendar.morning(now)

    local = now.astimezone(calendar.zone)
    if morning is not None:
        assert morning.day == local.date()
        assert calendar.hour <= local.hour < calendar.hour + WINDOW
        assert local.isoweekday() in calendar.weekdays
        assert local.date() not in calendar.holidays
        assert morning.next_day is None or morning.next_day > morning.day


@given(data=st.data(), since=moments)
def test_urgent_news_is_sent_at_once_or_in_todays_digest_never_both(data, since):
    """Check hour by hour from the event: it is announced at the first chance on a working day."""
    calendar = data.draw(calendars(since.date()))

    for now in (since + timedelta(hours=n) for n in range(24 * 12)):
        local = now.astimezone(calendar.zone)
        says_now = calendar.is_to_hear_now(since, now)
        in_time = calendar.hour <= local.hour < calendar.hour + WINDOW
        missed = since >= calendar.opens_at(local.date())
        says_now_rightly = missed or not calendar.is_digest_day(local.date())
        assert says_now is (in_time and calendar.works_on(local.date()) and says_now_rightly)


@given(data=st.data(), day=days)
def test_a_digest_day_follows_after_any_holidays(data, day):
    calendar = data.draw(calendars(day))

    following = calendar.next_day(day)

    assert following is not None
    week = [day + ahead * DAY for ahead in range(1, 8)]
    if calendar.weekly_on is None and not calendar.holidays.intersection(week):
        assert following in week


@given(data=st.data(), day=days)
def test_a_weekly_digest_is_sent_once_a_week(data, day):
    calendar = data.draw(calendars(day).filter(lambda drawn: drawn.weekly_on is not None))
    start = day + ((calendar.weekly_on - day.isoweekday()) % 7) * DAY
    week = [start + ahead * DAY for ahead in range(7)]

    digests = [each for each in week if calendar.is_digest_day(each)]

    assert digests == [each for each in week if calendar.works_on(each)][:1]


@pytest.mark.parametrize(
    ("day", "is_it"), [(FRIDAY, False), (MONDAY, True), (TUESDAY, False), (MONDAY + 7 * DAY, True)]
)
def test_a_weekly_digest_is_sent_on_its_weekday(day, is_it):
    assert WEEKLY.is_digest_day(day) is is_it


def test_a_weekly_digest_moves_past_a_holiday():
    easter = Calendar(
        zone=UTC_ZONE, hour=9, weekdays=WEEKDAYS, holidays=frozenset({MONDAY}), weekly_on=1
    )

    assert not easter.is_digest_day(MONDAY)
    assert easter.is_digest_day(TUESDAY)


def test_a_weekly_digest_moves_past_a_quiet_day():
    no_fridays = Calendar(zone=UTC_ZONE, hour=9, weekdays=frozenset({1, 2, 3, 4}), weekly_on=5)

    assert no_fridays.next_day(FRIDAY) == MONDAY


def test_without_working_days_there_is_no_next_digest():
    assert Calendar(zone=UTC_ZONE, hour=9, weekdays=frozenset()).next_day(MONDAY) is None


@given(data=st.data(), day=days)
def test_every_digest_day_of_every_zone_has_a_tick_in_its_morning(data, day):
    calendar = data.draw(calendars(day))
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    ticks = [midnight + timedelta(hours=hour) for hour in range(-26, 50)]

    of_the_day = [tick for tick in ticks if calendar.local_day(tick) == day]
    mornings = [tick for tick in of_the_day if calendar.morning(tick)]

    # There is none if the clock skipped the rest of the day, or the zone skipped the day.
    hours = {tick.astimezone(calendar.zone).hour for tick in of_the_day}
    has_hour = bool(hours & set(range(calendar.hour, calendar.hour + WINDOW)))
    assert bool(mornings) == (calendar.is_digest_day(day) and has_hour)


def test_the_clock_change_neither_skips_nor_doubles_the_morning():
    dublin = Calendar(zone=DUBLIN, hour=9, weekdays=WEEKDAYS)
    winter = datetime(2026, 3, 27, 9, 0, tzinfo=UTC)  # a Friday
    summer = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)  # the Monday after the change
    minute = timedelta(minutes=1)

    assert dublin.morning(winter)
    assert not dublin.morning(winter - minute)
    assert dublin.morning(summer)
    assert not dublin.morning(summer - minute)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
@pytest.mark.parametrize("day", [FRIDAY, date(2026, 3, 8), date(2026, 3, 29), date(2026, 11, 1)])
def test_the_window_is_from_nine_to_twelve_on_the_clock_of_the_person(zone, day):
    every_day = Calendar(zone=ZoneInfo(zone), hour=9, weekdays=frozenset(range(1, 8)))
    local = datetime(day.year, day.month, day.day, tzinfo=every_day.zone)
    minutes = [local + timedelta(minutes=15 * n) for n in range(24 * 4)]

    is_open = [at.time() for at in minutes if every_day.is_open(at.astimezone(UTC))]

    assert (is_open[0], is_open[-1], len(is_open)) == (time(9), time(11, 45), 12)


@given(data=st.data(), now=moments)
def test_the_next_opening_is_the_first_moment_that_is_open(data, now):
    calendar = data.draw(calendars(now.date()))

    opening = calendar.next_opening(now)

    assert opening is not None
    if not calendar.is_open(now):
        quarters = (now + timedelta(minutes=15 * n) for n in range(int((opening - now) / QUARTER)))
        assert not any(map(calendar.is_open, quarters))
    # If the clock skips the hour or the day, the window opens after it.
    assert calendar.is_open(opening.astimezone(UTC)) or not _exists(opening)


def _exists(at: datetime) -> bool:
    return at.astimezone(UTC).astimezone(at.tzinfo).replace(fold=0) == at.replace(fold=0)


def test_late_in_the_evening_the_window_ends_at_midnight():
    late = Calendar(zone=UTC_ZONE, hour=23, weekdays=WEEKDAYS)

    assert late.morning(datetime(2026, 3, 2, 23, 45, tzinfo=UTC))
    assert not late.morning(datetime(2026, 3, 3, 0, 15, tzinfo=UTC))
    assert late.closes_at(MONDAY) == datetime(MONDAY.year, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("back_at", "missed"),
    [
        (datetime(2026, 3, 9, 11, 59, tzinfo=UTC), []),
        (datetime(2026, 3, 9, 12, 0, tzinfo=UTC), [MONDAY]),
        (datetime(2026, 3, 10, 16, 0, tzinfo=UTC), [MONDAY, TUESDAY]),
    ],
)
def test_a_weekly_digest_missed_in_an_outage_is_sent_the_next_morning(back_at, missed):
    """Reminders run until Sunday, and again from `back_at` on."""
    until_sunday = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC))
    now = back_at + timedelta(hours=12)

    found = WEEKLY.missed_of([until_sunday, (back_at, now)], now)

    assert found == set(missed)
    assert replace(WEEKLY, missed=found).is_digest_day(MONDAY + len(missed) * DAY)
    assert not replace(WEEKLY, missed=found).is_digest_day(MONDAY + (len(missed) + 1) * DAY)


def test_before_the_first_run_nothing_was_missed():
    began = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)

    assert WEEKLY.missed_of([(began, began + DAY)], began + DAY) == frozenset()


def test_an_hour_skipped_by_the_clock_change_becomes_the_next():
    nights = Calendar(zone=DUBLIN, hour=1, weekdays=frozenset({7}))

    # On 29 March 2026 01:00 in Dublin does not exist: 00:59 is followed by 02:00.
    assert not nights.morning(datetime(2026, 3, 29, 0, 59, tzinfo=UTC))
    assert nights.morning(datetime(2026, 3, 29, 1, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("since", "until", "passed"),
    [
        (FRIDAY, FRIDAY, 0),
        (FRIDAY, MONDAY, 1),
        (FRIDAY, TUESDAY, 2),
        (date(2026, 3, 7), TUESDAY, 2),
    ],
)
def test_working_days_are_counted_from_the_next_day(since, until, passed):
    assert OFFICE.have_passed(passed, since=since, until=until)
    assert not OFFICE.have_passed(passed + 1, since=since, until=until)


def test_an_unknown_zone_counts_as_utc():
    assert zone_named("Mars/Olympus_Mons").key == "UTC"
