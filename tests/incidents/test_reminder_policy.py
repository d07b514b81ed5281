"""The reminder policy, over all the days, zones and weekends that hypothesis thinks of."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.reminders import policy
from incidents.reminders.policy import Step

DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2032, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from(sorted(zoneinfo.available_timezones() - {"localtime", "Factory"}))

WEDNESDAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("days_after_due", "step"),
    [
        (-3, None),
        (-2, Step.DUE_SOON),
        (-1, Step.DUE_SOON),
        (0, Step.DUE_TODAY),
        (1, Step.OVERDUE_1),
        (2, Step.OVERDUE_1),
        (3, Step.OVERDUE_3),
        (9, Step.OVERDUE_3),
        (10, Step.OVERDUE_10),
        (17, Step.OVERDUE_17),
        (24, Step.OVERDUE_24),
        (29, Step.OVERDUE_24),
        (30, Step.DECISION),
        (400, Step.DECISION),
    ],
)
def test_the_step_reached_follows_the_due_date(days_after_due, step):
    assert policy.step_for(WEDNESDAY, WEDNESDAY + timedelta(days=days_after_due)) == step


def test_what_is_due_on_monday_is_named_on_friday():
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)

    assert policy.step_for(monday, friday) == Step.DUE_SOON
    assert policy.step_for(monday, friday - timedelta(days=1)) is None
    assert policy.step_for(monday, monday) == Step.DUE_TODAY


def test_what_is_due_on_tuesday_is_named_on_monday():
    friday, monday, tuesday = date(2026, 3, 6), date(2026, 3, 9), date(2026, 3, 10)

    assert policy.step_for(tuesday, friday) is None
    assert policy.step_for(tuesday, monday) == Step.DUE_SOON


def test_what_was_due_on_saturday_is_said_on_monday_as_overdue():
    assert policy.step_for(date(2026, 3, 7), date(2026, 3, 9)) == Step.OVERDUE_1


def _business_days(start: date, count: int) -> list[date]:
    days = (start + timedelta(days=offset) for offset in range(count))
    return [day for day in days if policy.is_business_day(day)]


@given(due_on=DAYS)
def test_every_item_is_named_before_it_is_late_and_once_a_step(due_on):
    taken: list[str] = []
    days_of: dict[Step, date] = {}
    for day in _business_days(due_on - timedelta(days=14), 120):
        step = policy.step_for(due_on, day)
        if step and policy.comes_after(step, taken):
            taken.append(step)
            days_of[step] = day

    assert len(taken) == len(set(taken))
    assert taken == sorted(taken, key=list(Step).index)
    assert days_of[Step.DUE_SOON] < due_on
    assert days_of[Step.DUE_SOON] >= due_on - policy.LOOK_AHEAD
    assert Step.DECISION in taken
    assert 0 <= (days_of[Step.DECISION] - due_on).days - 30 <= 2
    assert len(taken) <= len(Step)


@given(due_on=DAYS, today=DAYS)
def test_steps_never_go_back_as_days_pass(due_on, today):
    order = [None, *Step]

    now = policy.step_for(due_on, today)
    later = policy.step_for(due_on, today + timedelta(days=1))

    # Friday's early notice of Monday is the one step that a weekend does not repeat.
    if policy.is_business_day(today) and policy.is_business_day(today + timedelta(days=1)):
        assert order.index(later) >= order.index(now)


@given(step=st.sampled_from(list(Step)))
def test_a_step_never_comes_after_itself_but_after_unknown_ones(step):
    assert not policy.comes_after(step, [step])
    assert policy.comes_after(step, ["a_step_of_long_ago"])


@given(now=MOMENTS, zone=ZONES)
def test_digests_go_out_from_nine_on_business_days_of_the_reader(now, zone):
    local = now.astimezone(zoneinfo.ZoneInfo(zone))

    assert policy.is_due_moment(now, zoneinfo.ZoneInfo(zone)) == (
        local.weekday() < 5 and local.hour >= 9
    )


@given(day=DAYS, zone=ZONES)
def test_every_business_day_of_every_zone_has_a_tick_in_its_morning(day, zone):
    tz = zoneinfo.ZoneInfo(zone)
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    ticks = [midnight + timedelta(hours=hour) for hour in range(-26, 50)]
    mornings = [
        tick.astimezone(tz)
        for tick in ticks
        if tick.astimezone(tz).date() == day and policy.is_due_moment(tick, tz)
    ]

    if not policy.is_business_day(day):
        assert mornings == []
    elif zone != "Pacific/Apia" and not zone.startswith(("Pacific/Kwaj", "Kwaj")):
        assert mornings[0].hour == 9


def test_the_clock_change_neither_skips_nor_doubles_the_morning():
    dublin = zoneinfo.ZoneInfo("Europe/Dublin")
    before = datetime(2026, 3, 27, 9, 0, tzinfo=UTC)  # Friday, GMT
    after = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)  # Monday, summer time

    assert policy.is_due_moment(before, dublin)
    assert not policy.is_due_moment(before - timedelta(minutes=1), dublin)
    assert policy.is_due_moment(after, dublin)
    assert not policy.is_due_moment(after - timedelta(minutes=1), dublin)


def test_a_zone_that_this_machine_does_not_know_counts_as_utc():
    assert policy.zone_named("Mars/Olympus_Mons").key == "UTC"


@given(written_at=MOMENTS, attempts=st.integers(0, 400))
def test_what_failed_is_tried_again_ever_later_and_at_least_daily(written_at, attempts):
    this = policy.next_attempt_at(written_at, attempts)
    following = policy.next_attempt_at(written_at, attempts + 1)

    assert policy.next_attempt_at(written_at, 0) == written_at
    assert this <= following <= this + timedelta(days=1)
