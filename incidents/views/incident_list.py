"""The incident list: filtered, sorted, paged; and the archive."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from incidents.models import Incident
from incidents.models.incident import IncidentQuerySet
from incidents.permissions import can_write, require
from incidents.views import filters
from incidents.views.incident_rows import IncidentRow, incident_rows

PAGE = 25
COUNTED = 1000  # a list says “more than 1,000”, and pages no further


@dataclass(frozen=True)
class Page:
    """A page of the list, and the addresses of its neighbours."""

    rows: list[IncidentRow]
    count: str
    first: int
    last: int
    previous: str
    next: str


def incident_list(request: HttpRequest) -> HttpResponse:
    """Incidents by status, severity, service, tag, pattern, environment and period."""
    offered = filters.choices(request.GET)
    asked = filters.read(request.GET, offered, timezone.localdate())
    visible = Incident.objects.visible_to(request.user)
    context = {
        "page": _page(visible, asked, request.GET),
        "filters": asked,
        "chips": filters.chips(asked, request.GET),
        "sorts": filters.SORTS.items(),
        "can_write": can_write(request.user),
        "nav": "incidents",
    }
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "incidents/_incident_results.html", context)
    context["menu"] = filters.menu(asked, offered)
    context["periods"] = filters.PERIODS.items()
    return render(request, "incidents/incident_list.html", context)


def incident_archive_list(request: HttpRequest) -> HttpResponse:
    """What was archived, for administrators to bring back."""
    require(request.user.is_administrator, "Only administrators see the archive.")
    archived = Incident.objects.archived_for(request.user)
    ids = archived.order_by("-archived_at").values_list("pk", flat=True)[:COUNTED]
    number = _page_number(request.GET)
    shown = list(ids[(number - 1) * PAGE : number * PAGE + 1])
    context = {
        "rows": incident_rows(archived, shown[:PAGE]),
        "previous": _address(request.GET, number - 1) if number > 1 else "",
        "next": _address(request.GET, number + 1) if len(shown) > PAGE else "",
        "nav": "incidents",
    }
    return render(request, "incidents/incident_archive_list.html", context)


def _page(visible: IncidentQuerySet, asked: filters.Filters, query: QueryDict) -> Page:
    found = filters.apply(asked, visible)
    total = found.order_by()[: COUNTED + 1].count()
    pages = max(-(-min(total, COUNTED) // PAGE), 1)
    number = min(_page_number(query), pages)
    start = (number - 1) * PAGE
    ids = list(found.values_list("pk", flat=True)[start : start + PAGE]) if total else []
    return Page(
        rows=incident_rows(visible, ids),
        count=f"more than {COUNTED:,}" if total > COUNTED else f"{total:,}",
        first=start + 1,
        last=start + len(ids),
        previous=_address(query, number - 1) if number > 1 else "",
        next=_address(query, number + 1) if number < pages else "",
    )


def _page_number(query: QueryDict) -> int:
    """Which page the address asks for; the first where it asks for none, or for nonsense."""
    raw = query.get("page", "1")
    return min(max(int(raw), 1), COUNTED // PAGE) if raw.isascii() and raw.isdigit() else 1


def _address(query: QueryDict, number: int) -> str:
    wanted = query.copy()
    wanted["page"] = str(number)
    return "?" + wanted.urlencode()
