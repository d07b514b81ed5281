"""The incident list: filtered, sorted, paged; and the archive."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from accounts.models import User
from accounts.requests import SignedInRequest
from incidents.models import Incident
from incidents.permissions import can_write, require
from incidents.views import filters
from incidents.views.incident_rows import IncidentRow, incident_rows

PAGE = 25
PAGES = 40  # and no further: whoever looks for more than a thousand filters
COUNTED = 1000  # then a list says “more than 1,000”
COUNTED_BY_LABEL = 100  # the same where services, tags or patterns have to be joined


@dataclass(frozen=True)
class Page:
    """A page of the list, and the addresses of its neighbours."""

    rows: list[IncidentRow]
    count: str
    first: int
    last: int
    previous: str
    next: str


def incident_list(request: SignedInRequest) -> HttpResponse:
    """Incidents by status, severity, service, tag, pattern, environment and period."""
    offered = filters.choices(request.GET, request.user)
    asked = filters.read(request.GET, offered, timezone.localdate())
    context = {
        "page": _page(request.user, asked, request.GET),
        "filters": asked,
        "chips": filters.chips(asked, request.GET),
        "can_write": can_write(request.user),
        "nav": "incidents",
    }
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "incidents/_incident_results.html", context)
    context["menu"] = filters.menu(asked, offered)
    return render(request, "incidents/incident_list.html", context)


def incident_archive_list(request: SignedInRequest) -> HttpResponse:
    """What was archived, for administrators to bring back."""
    require(request.user.is_administrator, "Only administrators see the archive.")
    archived = Incident.objects.archived_for(request.user)
    ids = archived.order_by("-archived_at").values_list("pk", flat=True)
    number = _page_number(request.GET)
    shown = list(ids[(number - 1) * PAGE : number * PAGE + 1])
    context = {
        "rows": incident_rows(request.user, shown[:PAGE], archived=True),
        "previous": _address(request.GET, number - 1) if number > 1 else "",
        "next": _address(request.GET, number + 1) if len(shown) > PAGE else "",
        "nav": "incidents",
    }
    return render(request, "incidents/incident_archive_list.html", context)


def _page(user: User, asked: filters.Filters, query: QueryDict) -> Page:
    found = filters.apply(asked, Incident.objects.visible_to(user))
    number = _page_number(query)
    ids = _ids(found, number)
    if not ids and number > 1:
        number, ids = 1, _ids(found, 1)
    most = COUNTED_BY_LABEL if asked.by_label else COUNTED
    total = _count(found, number, ids, most)
    return Page(
        rows=incident_rows(user, ids[:PAGE]),
        count=f"more than {most:,}" if total > most else f"{total:,}",
        first=(number - 1) * PAGE + 1,
        last=(number - 1) * PAGE + len(ids[:PAGE]),
        previous=_address(query, number - 1) if number > 1 else "",
        next=_address(query, number + 1) if len(ids) > PAGE and number < PAGES else "",
    )


def _ids(found: QuerySet[Incident], number: int) -> list[int]:
    """The keys of a page, and one more where another page follows."""
    return list(found.values_list("pk", flat=True)[(number - 1) * PAGE : number * PAGE + 1])


def _count(found: QuerySet[Incident], number: int, ids: list[int], most: int) -> int:
    """How many there are, up to one more than `most`. A last page has counted them already."""
    if len(ids) <= PAGE:
        return (number - 1) * PAGE + len(ids)
    return found.order_by()[: most + 1].count()


def _page_number(query: QueryDict) -> int:
    """Which page the address asks for; the first where it asks for none, or for nonsense."""
    raw = query.get("page", "1")
    return min(max(int(raw), 1), PAGES) if raw.isascii() and raw.isdigit() else 1


def _address(query: QueryDict, number: int) -> str:
    wanted = query.copy()
    wanted["page"] = str(number)
    return "?" + wanted.urlencode()
