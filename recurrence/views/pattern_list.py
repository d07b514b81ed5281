"""The list of failure patterns: those with incidents here, and other known ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.requests import SignedInRequest
from core import times
from core.templatetags import ui
from incidents.addresses import pattern_url
from incidents.permissions import can_write
from playbooks.models import FailurePattern
from recurrence import analytics
from recurrence.views.pattern_trends import kept_trends

PAGE = 50
LONGEST = 200  # characters of the search text that are used, the length of a signal


@dataclass(frozen=True)
class PatternListRow:
    """A pattern in the list. `signal` is set if only a signal contains a word searched for."""

    name: str
    url: str
    definition: str
    incidents: str
    last_seen: str
    open_items: str
    is_met: bool
    signal: str


def pattern_list(request: SignedInRequest) -> HttpResponse:
    """List failure patterns that match the text, with the number of incidents and open action
    items.
    """
    typed = " ".join(request.GET.get("q", "").replace("\0", "").split())[:LONGEST]
    kept = kept_trends(request.user, timezone.localdate())
    patterns = sorted(
        _saying(
            FailurePattern.objects.current().only("slug", "name", "definition", "signals"), typed
        ),
        key=lambda pattern: (-_times(kept.trends.get(pattern.pk)), pattern.name),
    )
    page = Paginator(patterns, PAGE).get_page(request.GET.get("page"))
    rows = [
        _row(pattern, kept.trends.get(pattern.pk), kept.open_items.get(pattern.pk, 0), typed)
        for pattern in page
    ]
    context = {
        "page": page,
        "rows": rows,
        "met": [row for row in rows if row.is_met],
        "known": [row for row in rows if not row.is_met],
        "typed": typed,
        "can_write": can_write(request.user),
        "nav": "patterns",
    }
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "recurrence/_pattern_results.html", context)
    return render(request, "recurrence/pattern_list.html", context)


def _saying(patterns: Iterable[FailurePattern], typed: str) -> Iterable[FailurePattern]:
    """Return the patterns that contain every word, also within words, in name, definition or
    signals.
    """
    words = typed.casefold().split()
    for pattern in patterns:
        text = " ".join([pattern.slug, pattern.name, pattern.definition, *pattern.signals])
        if all(word in text.casefold() for word in words):
            yield pattern


def _times(trend: analytics.Trend | None) -> int:
    return trend.total if trend else 0


def _row(
    pattern: FailurePattern, trend: analytics.Trend | None, open_items: int, typed: str
) -> PatternListRow:
    last = trend.last_at if trend else None
    return PatternListRow(
        name=pattern.name,
        url=pattern_url(pattern.slug),
        definition=pattern.definition,
        incidents=ui.counted(_times(trend), "incident"),
        last_seen=f"last seen {times.day(last)}" if last else "",
        open_items=ui.counted(open_items, "open action item") if open_items else "",
        is_met=bool(_times(trend)),
        signal=_signal(pattern, typed),
    )


def _signal(pattern: FailurePattern, typed: str) -> str:
    """Return the signal that explains the match, if name and definition do not."""
    shown = f"{pattern.slug} {pattern.name} {pattern.definition}".casefold()
    unseen = [word for word in typed.casefold().split() if word not in shown]
    if not unseen:
        return ""
    return max(
        pattern.signals,
        key=lambda signal: sum(word in signal.casefold() for word in unseen),
        default="",
    )
