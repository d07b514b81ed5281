"""Schedule of retries. Pure: no clock, no database."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
# After half an hour in which no chat took it, a message goes by mail instead. Each channel has so
# many attempts within that time.
CHAT_ATTEMPTS = 6
# A mail server may be away for as long as other mail servers would wait for it (RFC 5321, 4.5.4.1).
MAIL_DAYS = timedelta(days=5)


def pause_after(attempts: int) -> timedelta:
    """Return the wait after this many failed attempts: 1, 2, 4 … minutes, at most an hour."""
    doubled = min(max(attempts, 1) - 1, 10)
    return min(FIRST_PAUSE * 2**doubled, LONGEST_PAUSE)


def is_hopeless(
    attempts: int, *, by_chat: bool, is_permanent: bool, tried_since: datetime, now: datetime
) -> bool:
    """Tell whether a message that failed `attempts` times is given up."""
    if is_permanent:
        return True
    return attempts >= CHAT_ATTEMPTS if by_chat else now - tried_since >= MAIL_DAYS
