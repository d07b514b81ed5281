"""What came back: earlier incidents of a pattern, what they promised, and whether a fix held."""

from incidents.recurrence.history import (
    NEIGHBOURS,
    History,
    Link,
    PastIncident,
    PlaybookLabel,
    Promise,
    earlier_incidents,
    histories,
)
from incidents.recurrence.trends import (
    Trend,
    by_month,
    came_back,
    most_frequent,
    open_promises,
    trends,
)
from incidents.recurrence.words import (
    ordinal_words,
    promise_words,
    recurrence_words,
    span_words,
)

__all__ = [
    "NEIGHBOURS",
    "History",
    "Link",
    "PastIncident",
    "PlaybookLabel",
    "Promise",
    "Trend",
    "by_month",
    "came_back",
    "earlier_incidents",
    "histories",
    "most_frequent",
    "open_promises",
    "ordinal_words",
    "promise_words",
    "recurrence_words",
    "span_words",
    "trends",
]
