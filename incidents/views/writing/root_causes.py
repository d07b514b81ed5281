"""Writing causes."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from core.errors import StaleWrite
from core.seen_version import seen_version
from incidents.forms.root_causes import RootCauseForm
from incidents.models import Incident, RootCause
from incidents.operations import root_causes
from incidents.operations.root_causes import StaleCause
from incidents.views.writing.answers import (
    FORM,
    STALE,
    clash,
    form_answer,
    saved_part,
    writable_incident,
)


def _cause(incident: Incident, pk: int) -> RootCause:
    cause = get_object_or_404(RootCause, incident_id=incident.pk, pk=pk)
    cause.incident = incident
    return cause


def _initial(cause: RootCause) -> dict[str, Any]:
    names = ("role", "category", "text", "evidence", "origin", "version")
    return {name: getattr(cause, name) for name in names}


@require_http_methods(FORM)
def root_cause_new(request: SignedInRequest, reference: str) -> HttpResponse:
    """Add a cause."""
    incident = writable_incident(request, reference)
    form = RootCauseForm(request.POST or None, incident=incident, auto_id="new-cause-%s")
    if form.is_valid():
        root_causes.add(incident, form.fields_written(), by=request.user, at=timezone.now())
        return saved_part(request, incident, "root-causes")
    more: dict[str, Any] = {"place": "root-cause-new", "back": "root-causes"}
    return form_answer(request, "root_cause_new", form, incident=incident, **more)


@require_http_methods(FORM)
def root_cause_edit(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Edit a cause. A conflict with somebody else's save shows both versions."""
    incident = writable_incident(request, reference)
    cause = _cause(incident, pk)
    form = RootCauseForm(
        request.POST or None, incident=incident, initial=_initial(cause), auto_id=f"cause-{pk}-%s"
    )
    more: dict[str, Any] = {"cause": cause, "place": f"cause-{pk}"}
    if form.is_valid():
        try:
            root_causes.edit(
                cause,
                form.fields_written(),
                base_version=form.base_version(),
                by=request.user,
                at=timezone.now(),
            )
        except StaleCause as stale:
            theirs = RootCauseForm(incident=incident, initial=_initial(stale.current))
            clashing = clash(form, theirs, stale=stale, version=stale.current.version)
            if clashing:
                more |= clashing
                return form_answer(
                    request, "root_cause_edit", form, incident=incident, status=STALE, **more
                )
        return saved_part(request, incident, "root-causes")
    return form_answer(request, "root_cause_edit", form, incident=incident, **more)


@require_http_methods(FORM)
def root_cause_delete(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Delete a cause after confirmation."""
    incident = writable_incident(request, reference)
    cause = _cause(incident, pk)
    context: dict[str, Any] = {"incident": incident, "cause": cause, "nav": "incidents"}
    if request.method == "POST":
        version = seen_version(request)
        try:
            root_causes.delete(cause, version=version, by=request.user, at=timezone.now())
        except StaleWrite as stale:
            context |= {"cause": _cause(incident, pk), "stale": stale}
        else:
            return saved_part(request, incident, "root-causes")
    status = STALE if "stale" in context else 200
    return render(request, "incidents/root_cause_delete.html", context, status=status)
