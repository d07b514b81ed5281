"""Writing the timeline."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from core.errors import DomainError, StaleWrite
from core.seen_version import seen_version
from incidents.clock import clock_named, utc_words
from incidents.forms.timeline import EventForm
from incidents.models import Incident, TimelineEvent
from incidents.operations import timeline
from incidents.operations.timeline import MilestoneTaken, StaleEvent
from incidents.views.writing.answers import (
    FORM,
    STALE,
    clash,
    form_answer,
    saved_part,
    writable_incident,
)


def _event(incident: Incident, pk: int) -> TimelineEvent:
    event = get_object_or_404(TimelineEvent, incident_id=incident.pk, pk=pk)
    event.incident = incident
    return event


def _refused(form: EventForm, error: DomainError) -> None:
    form.add_error("milestone" if isinstance(error, MilestoneTaken) else None, str(error))


@require_http_methods(FORM)
def event_new(request: SignedInRequest, reference: str) -> HttpResponse:
    """Add an event to the timeline."""
    incident = writable_incident(request, reference)
    form = EventForm(request.POST or None, incident=incident, auto_id="new-event-%s")
    if form.is_valid():
        try:
            timeline.add(incident, form.fields_written(), by=request.user, at=timezone.now())
        except DomainError as error:
            _refused(form, error)
        else:
            return saved_part(request, incident, "timeline")
    more: dict[str, Any] = {"place": "event-new", "back": "timeline"}
    more["clock"] = clock_named(incident.time_zone)
    return form_answer(request, "event_new", form, incident=incident, **more)


@require_http_methods(FORM)
def event_edit(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Edit an event. A conflict with somebody else's save shows both versions."""
    incident = writable_incident(request, reference)
    event = _event(incident, pk)
    form = EventForm(request.POST or None, incident=incident, event=event, auto_id=f"event-{pk}-%s")
    more: dict[str, Any] = {"event": event, "place": f"event-{pk}"}
    more["clock"] = clock = clock_named(incident.time_zone)
    more["utc_words"] = utc_words(event.occurred_at, event.ends_at, event.precision, clock)
    if form.is_valid():
        try:
            timeline.edit(
                event,
                form.fields_written(),
                base_version=form.base_version(),
                by=request.user,
                at=timezone.now(),
            )
        except StaleEvent as stale:
            theirs = EventForm(incident=incident, event=stale.current)
            clashing = clash(form, theirs, stale=stale, version=stale.current.version)
            if clashing:
                more |= clashing
                return form_answer(
                    request, "event_edit", form, incident=incident, status=STALE, **more
                )
        except DomainError as error:
            _refused(form, error)
        if not form.errors:
            return saved_part(request, incident, "timeline")
    return form_answer(request, "event_edit", form, incident=incident, **more)


@require_http_methods(FORM)
def event_delete(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Delete an event after confirmation."""
    incident = writable_incident(request, reference)
    event = _event(incident, pk)
    context: dict[str, Any] = {"incident": incident, "event": event, "nav": "incidents"}
    if request.method == "POST":
        version = seen_version(request)
        try:
            timeline.delete(event, version=version, by=request.user, at=timezone.now())
        except StaleWrite as stale:
            context |= {"event": _event(incident, pk), "stale": stale}
        else:
            return saved_part(request, incident, "timeline")
    status = STALE if "stale" in context else 200
    return render(request, "incidents/event_delete.html", context, status=status)
