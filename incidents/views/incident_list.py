"""The incident list, filtered, sorted and paged; and the archive."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.requests import SignedInRequest
from incidents.models import Incident
from incidents.permissions import can_write, require
from incidents.views import filters
from incidents.views.incident_rows import IncidentRow, incident_rows
from incidents.views.paging import PAGE, Page, address, page_number, page_of


@dataclass(frozen=True)
class ListPage(Page):
    """A page of the list."""

    rows: list[IncidentRow]


def incident_list(request: SignedInRequest) -> HttpResponse:
    """List incidents by status, severity, service, tag, pattern, environment and period."""
    today = timezone.localdate()
    offered = filters.choices(request.GET, request.user)
    asked = filters.read(request.GET, offered, today)
    found = filters.apply(asked, Incident.objects.visible_to(request.user))
    page = page_of(found, request.GET, by_label=asked.by_label)
    context = {
        "page": ListPage(**vars(page), rows=incident_rows(request.user, page.pks, today)),
        "filters": asked,
        "chips": filters.chips(asked, request.GET),
        "headings": filters.headings(asked, request.GET),
        "order": filters.SORTS[asked.sort],
        "can_write": can_write(request.user),
        "nav": "incidents",
    }
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "incidents/_incident_results.html", context)
    context["menu"] = filters.menu(asked, offered)
    return render(request, "incidents/incident_list.html", context)


def incident_archive_list(request: SignedInRequest) -> HttpResponse:
    """List archived incidents, for administrators to restore."""
    require(request.user.is_administrator, "Only administrators see the archive.")
    archived = Incident.objects.archived_for(request.user)
    ids = archived.order_by("-archived_at").values_list("pk", flat=True)
    number = page_number(request.GET)
    shown = list(ids[(number - 1) * PAGE : number * PAGE + 1])
    context = {
        "rows": incident_rows(request.user, shown[:PAGE], timezone.localdate(), archived=True),
        "previous": address(request.GET, number - 1) if number > 1 else "",
        "next": address(request.GET, number + 1) if len(shown) > PAGE else "",
        "nav": "incidents",
    }
    return render(request, "incidents/incident_archive_list.html", context)
