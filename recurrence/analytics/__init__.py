"""Recurrence: earlier incidents of a pattern, their action items, and whether fixes held."""

from recurrence.analytics.history import (
    History,
    PastIncident,
    PlaybookLabel,
    earlier_incidents,
    histories,
)
from recurrence.analytics.neighbours import LOOKED_AT, Link
from recurrence.analytics.occurrences import (
    Fix,
    Occurrence,
    Occurrences,
    occurrences,
    of_pattern,
    services_hit,
)
from recurrence.analytics.past_action_items import PastActionItem
from recurrence.analytics.playbooks import Success, success_of
from recurrence.analytics.trends import (
    EVERYBODY,
    Trend,
    by_month,
    came_back,
    in_order,
    most_frequent,
    open_action_items,
    trends,
)
from recurrence.analytics.words import action_item_words, ordinal_words, recurrence_words

__all__ = [
    "EVERYBODY",
    "LOOKED_AT",
    "Fix",
    "History",
    "Link",
    "Occurrence",
    "Occurrences",
    "PastActionItem",
    "PastIncident",
    "PlaybookLabel",
    "Success",
    "Trend",
    "action_item_words",
    "by_month",
    "came_back",
    "earlier_incidents",
    "histories",
    "in_order",
    "most_frequent",
    "occurrences",
    "of_pattern",
    "open_action_items",
    "ordinal_words",
    "recurrence_words",
    "services_hit",
    "success_of",
    "trends",
]
