"""Conversion of clock times to moments, including clock changes."""

from datetime import UTC, date, datetime, time

import pytest

from incidents.forms.clock import ClockGap, ClockTwice, clock_of, moment_of

pytestmark = pytest.mark.clock

AUTUMN, SPRING = date(2026, 10, 25), date(2026, 3, 29)
DUBLIN = "Europe/Dublin"


def test_a_clock_time_is_read_in_its_zone():
    assert moment_of(date(2026, 7, 1), time(10), DUBLIN) == datetime(2026, 7, 1, 9, tzinfo=UTC)


def test_clock_times_without_a_zone_are_stored_as_utc():
    assert moment_of(date(2026, 7, 1), time(10), "") == datetime(2026, 7, 1, 10, tzinfo=UTC)


def test_a_repeated_clock_time_asks_which_one_is_meant():
    with pytest.raises(ClockTwice, match="00:30 UTC, then at 01:30 UTC"):
        moment_of(AUTUMN, time(1, 30), DUBLIN)

    first = moment_of(AUTUMN, time(1, 30), DUBLIN, second=False)
    second = moment_of(AUTUMN, time(1, 30), DUBLIN, second=True)
    assert (first, second) == (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    )
    assert (clock_of(first, DUBLIN).fold, clock_of(second, DUBLIN).fold) == (0, 1)


def test_a_skipped_clock_time_is_refused():
    with pytest.raises(ClockGap, match="did not exist"):
        moment_of(SPRING, time(1, 30), DUBLIN)
