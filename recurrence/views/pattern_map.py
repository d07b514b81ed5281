"""The map of patterns, their incidents and playbooks, as a chart and as a table."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from accounts.models import User
from accounts.requests import SignedInRequest
from core import times
from core.templatetags import ui
from incidents.addresses import incident_url, page_url, pattern_url, playbook_url
from incidents.analytics import state_of
from incidents.clock import occurred_day
from incidents.models import Incident, Severity
from incidents.models.write_mark import Topic
from incidents.views import filters
from recurrence.analytics import pattern_map as drawn
from recurrence.views.pattern_trends import KEPT

LISTED = 5  # incidents of a pattern shown at first in the table; the others fold
SORTS = {"incidents": "Incidents", "name": "Pattern", "last": "Last seen"}


@dataclass(frozen=True)
class MapLink:
    """An incident or a playbook in the table, with its URL and a short note."""

    title: str
    url: str
    words: str


@dataclass(frozen=True)
class MapRow:
    """One pattern in the table."""

    name: str
    url: str
    only: str
    total: int
    last: str
    incidents: tuple[MapLink, ...]
    folded: tuple[MapLink, ...]
    all_url: str
    playbooks: tuple[MapLink, ...]


@dataclass(frozen=True)
class SortLink:
    label: str
    url: str
    is_current: bool


def pattern_map(request: SignedInRequest) -> HttpResponse:
    """Show patterns × incidents × playbooks, for a period, services or patterns."""
    offered = filters.choices(request.GET, request.user)
    asked = filters.read(_narrowed(request.GET), offered, timezone.localdate())
    incidents = filters.apply(asked, Incident.objects.visible_to(request.user))
    there_are_more = False
    if "pattern" in asked.chosen:
        incidents, there_are_more = drawn.latest(request.user, incidents)
    found = drawn.pattern_map(request.user, incidents, _counted(request.user, asked, incidents))
    sort = request.GET.get("sort", "")
    sort = sort if sort in SORTS else "incidents"
    context = {
        "rows": _rows(found, asked, sort),
        "picture": _picture(found, asked),
        "words": _words(found),
        "by_quarter": bool(found.quarters),
        "left_out": found.left_out,
        "newest": drawn.NEWEST if there_are_more else 0,
        "filters": asked,
        "chips": filters.chips(asked, request.GET),
        "menu": filters.menu(asked, offered),
        "sorts": _sorts(request.GET, sort),
        "nav": "patterns",
    }
    return render(request, "recurrence/pattern_map.html", context)


def _counted(
    user: User, asked: filters.IncidentFilters, incidents: QuerySet[Incident]
) -> drawn.Counted:
    """Return the counts over the incidents, cached for this person until something is written."""
    chosen = {kind: [choice.value for choice in asked.chosen[kind]] for kind in asked.chosen}
    state = state_of(user, Topic.INCIDENTS)
    about = repr((*state, user.role, sorted(chosen.items()), asked.since, asked.until))
    key = f"pattern-map:{user.pk}:{hashlib.blake2b(about.encode(), digest_size=16).hexdigest()}"
    found = cache.get(key)
    if found is None:
        found = drawn.counted(incidents)
        cache.set(key, found, KEPT)
    return found


def _narrowed(query: QueryDict) -> QueryDict:
    """Return the part of the query that the map can filter by."""
    kept = QueryDict(mutable=True)
    for name in ("service", "pattern", "period", "since", "until"):
        kept.setlist(name, query.getlist(name))
    return kept


def _sorts(query: QueryDict, sort: str) -> list[SortLink]:
    links = []
    for value, label in SORTS.items():
        wanted = query.copy()
        wanted["sort"] = value
        links.append(SortLink(label, f"?{wanted.urlencode()}#as-table", value == sort))
    return links


def _words(found: drawn.PatternMap) -> str:
    """Return a text alternative for the chart, such as “7 patterns, met 24 times”."""
    times = sum(lane.total for lane in found.lanes)
    met = "once" if times == 1 else f"{times:,} times"
    return f"{ui.counted(len(found.lanes), 'pattern')}, seen {met}"


# --- table --------------------------------------------------------------------------------------


def _rows(found: drawn.PatternMap, asked: filters.IncidentFilters, sort: str) -> list[MapRow]:
    meetings: dict[int, list[drawn.Meeting]] = defaultdict(list)
    for meeting in found.meetings:
        meetings[meeting.pattern_id].append(meeting)
    remedies: dict[int, list[drawn.Remedy]] = defaultdict(list)
    for remedy in found.remedies:
        remedies[remedy.pattern_id].append(remedy)
    return [
        _row(lane, meetings[lane.pk], remedies[lane.pk], asked)
        for lane in _sorted(found.lanes, sort)
    ]


def _sorted(lanes: Iterable[drawn.Lane], sort: str) -> list[drawn.Lane]:
    """Sort by frequency, which is the given order, by name, or by the last date with undated
    ones last.
    """
    if sort == "name":
        return sorted(lanes, key=lambda lane: lane.name.casefold())
    if sort == "last":
        dated = [lane for lane in lanes if lane.last_at]
        dated.sort(key=lambda lane: lane.last_at or 0, reverse=True)
        return [*dated, *(lane for lane in lanes if not lane.last_at)]
    return list(lanes)


def _row(
    lane: drawn.Lane,
    meetings: list[drawn.Meeting],
    remedies: list[drawn.Remedy],
    asked: filters.IncidentFilters,
) -> MapRow:
    links = tuple(
        MapLink(f"{met.reference} {met.title}", incident_url(met.reference), occurred_day(met))
        for met in meetings
    )
    return MapRow(
        name=lane.name,
        url=pattern_url(lane.slug),
        only="?" + urlencode({"pattern": lane.slug}),
        total=lane.total,
        last=times.day(lane.last_at) if lane.last_at else "date not recorded",
        incidents=links[:LISTED],
        folded=links[LISTED:],
        all_url=_list_url(lane.slug, asked) if lane.slug in _listed(lane, asked) else "",
        playbooks=tuple(
            MapLink(remedy.title, playbook_url(remedy.slug), _helped(remedy)) for remedy in remedies
        ),
    )


def _listed(lane: drawn.Lane, asked: filters.IncidentFilters) -> list[str]:
    """Return the patterns that the incident list must be filtered by to show the same incidents.

    If patterns are chosen, the lanes of others show only incidents shared with these.
    """
    return [choice.value for choice in asked.chosen.get("pattern", [])] or [lane.slug]


def _helped(remedy: drawn.Remedy) -> str:
    if not remedy.uses:
        return "not used yet"
    return f"helped {remedy.helped} of {ui.counted(remedy.uses, 'time')}"


def _list_url(slug: str, asked: filters.IncidentFilters) -> str:
    """Return the URL of the incident list of a pattern, with the filters of the map."""
    days = [("since", asked.since), ("until", asked.until)]
    return _undated_list_url(slug, asked) + "".join(f"&{name}={day}" for name, day in days if day)


def _undated_list_url(slug: str, asked: filters.IncidentFilters) -> str:
    services = [("service", choice.value) for choice in asked.chosen.get("service", [])]
    return f"{page_url('incident_list')}?{urlencode([('pattern', slug), *services])}"


# --- chart --------------------------------------------------------------------------------------

_LANE_WIDTH = 500  # pixels, about
_SIZES = {
    Severity.SEV1: 18,
    Severity.SEV2: 15,
    Severity.SEV3: 12,
    Severity.SEV4: 10,
    Severity.SEV5: 8,
}


def _picture(found: drawn.PatternMap, asked: filters.IncidentFilters) -> dict[str, Any]:
    """Return the data for static/js/pattern_map.js: lanes, marks, playbooks, and links between
    them.

    Lanes, quarters and playbooks are referred to by their index in these lists.
    """
    places = {lane.pk: place for place, lane in enumerate(found.lanes)}
    playbooks = list(dict.fromkeys((remedy.slug, remedy.title) for remedy in found.remedies))
    firsts = sorted({quarter.first_on for quarter in found.quarters})
    return {
        "lanes": [
            {
                "name": lane.name,
                "url": pattern_url(lane.slug),
                "list": _undated_list_url(lane.slug, asked),
                "words": ui.counted(lane.total, "incident"),
            }
            for lane in found.lanes
        ],
        "marks": [{"lane": places[met.pattern_id], **_mark(met)} for met in found.meetings],
        "quarters": [_span(first, asked) for first in firsts],
        "bubbles": _bubbles(found, places, firsts),
        "playbooks": [{"name": title, "url": playbook_url(slug)} for slug, title in playbooks],
        "lines": [
            {
                "lane": places[remedy.pattern_id],
                "playbook": playbooks.index((remedy.slug, remedy.title)),
                "helped": remedy.helped,
                "words": _helped(remedy),
            }
            for remedy in found.remedies
        ],
    }


def _bubbles(
    found: drawn.PatternMap, places: dict[int, int], firsts: list[date]
) -> list[tuple[int, int, int, float]]:
    """Return (lane, quarter, incidents, size) for each quarter of a pattern.

    The area of a mark grows with its incidents. There may be a thousand marks, so the browser
    builds their labels and URLs.
    """
    most = max((quarter.incidents for quarter in found.quarters), default=1)
    # So that neighbours do not overlap.
    widest = min(max(_LANE_WIDTH / (len(firsts) or 1), 9), 26)
    quarters = {first: place for place, first in enumerate(firsts)}
    return [
        (
            places[one.pattern_id],
            quarters[one.first_on],
            one.incidents,
            round(max(widest * (one.incidents / most) ** 0.5, 3), 1),
        )
        for one in found.quarters
    ]


def _mark(met: drawn.Meeting) -> dict[str, Any]:
    severity = Severity(met.severity)
    return {
        "at": met.occurred_at.isoformat() if met.occurred_at else "",
        "size": _SIZES.get(severity, 10),
        "url": incident_url(met.reference),
        "words": f"{met.reference} {met.title}",
        "more": f"{occurred_day(met)} · {severity.label}",
    }


def _span(first: date, asked: filters.IncidentFilters) -> dict[str, str]:
    """Return the middle of the quarter that begins on `first`, its months, and its query
    parameters.

    Both are limited to the period chosen.
    """
    last = (first.replace(day=28) + timedelta(days=70)).replace(day=1) - timedelta(days=1)
    since, until = max(first, asked.since or first), min(last, asked.until or last)
    return {
        "at": (first + timedelta(days=45)).isoformat(),
        "more": f"{times.short_month(since)} to {times.month(until)}",
        "days": f"&since={since}&until={until}",
    }
