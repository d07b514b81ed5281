"""When it is tried again, and when it is given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from messaging import retries

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_pauses_double_from_a_minute_to_an_hour():
    minutes = [retries.pause_after(n) // timedelta(minutes=1) for n in range(1, 10)]

    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60, 60]


@given(attempts=st.integers(0, 10_000))
def test_a_pause_is_never_shorter_than_the_one_before(attempts):
    this, following = retries.pause_after(attempts), retries.pause_after(attempts + 1)

    assert retries.FIRST_PAUSE <= this <= following <= retries.LONGEST_PAUSE


@given(attempts=st.integers(1, 1000), minutes=st.integers(0, 100_000), by_chat=st.booleans())
def test_what_cannot_succeed_is_given_up_at_once(attempts, minutes, by_chat):
    assert retries.is_hopeless(
        attempts,
        by_chat=by_chat,
        is_permanent=True,
        tried_since=NOON,
        now=NOON + timedelta(minutes=minutes),
    )


def test_a_chat_is_waited_for_for_half_an_hour():
    waited = sum((retries.pause_after(n) for n in range(1, retries.CHAT_ATTEMPTS)), timedelta())

    assert waited == timedelta(minutes=31)
    assert not _is_hopeless(retries.CHAT_ATTEMPTS - 1, by_chat=True, after=waited)
    assert _is_hopeless(retries.CHAT_ATTEMPTS, by_chat=True, after=waited)


def test_a_mail_server_is_waited_for_for_five_days():
    assert not _is_hopeless(100, by_chat=False, after=timedelta(days=4, hours=23))
    assert _is_hopeless(100, by_chat=False, after=timedelta(days=5))


def _is_hopeless(attempts: int, *, by_chat: bool, after: timedelta) -> bool:
    return retries.is_hopeless(
        attempts, by_chat=by_chat, is_permanent=False, tried_since=NOON, now=NOON + after
    )
