"""What came back: earlier incidents of a pattern, what they promised, and whether a fix held."""

from incidents.recurrence.history import (
    History,
    PastIncident,
    PlaybookLabel,
    earlier_incidents,
    histories,
)
from incidents.recurrence.neighbours import LOOKED_AT, Link
from incidents.recurrence.occurrences import (
    Fix,
    Occurrence,
    Occurrences,
    occurrences,
    of_pattern,
    services_hit,
)
from incidents.recurrence.promises import Promise
from incidents.recurrence.trends import (
    EVERYBODY,
    Trend,
    by_month,
    came_back,
    in_order,
    most_frequent,
    open_promises,
    trends,
)
from incidents.recurrence.words import (
    ordinal_words,
    promise_words,
    recurrence_words,
)

__all__ = [
    "EVERYBODY",
    "LOOKED_AT",
    "Fix",
    "History",
    "Link",
    "Occurrence",
    "Occurrences",
    "PastIncident",
    "PlaybookLabel",
    "Promise",
    "Trend",
    "by_month",
    "came_back",
    "earlier_incidents",
    "histories",
    "in_order",
    "most_frequent",
    "occurrences",
    "of_pattern",
    "open_promises",
    "ordinal_words",
    "promise_words",
    "recurrence_words",
    "services_hit",
    "trends",
]
