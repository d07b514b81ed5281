"""Creating an incident, editing its header, archiving and restoring it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Team, User
from accounts.requests import SignedInRequest
from accounts.time_zones import TIME_ZONES
from core import drafts
from core.seen_version import seen_version
from incidents import permissions
from incidents.forms.incidents import IncidentForm, NewIncidentForm
from incidents.models import Incident, Service, Tag
from incidents.operations import incidents
from incidents.operations.incidents import StaleIncident
from incidents.operations.seen_revisions import ChangedSinceSeen
from incidents.views.page import header_context
from incidents.views.writing.answers import (
    FORM,
    STALE,
    clash,
    form_answer,
    writable_incident,
)
from incidents.views.writing.changes_since import last_revision, newer_context

OFFERED = 200  # suggestions per field


def _offers(user: User) -> dict[str, Any]:
    """Return the suggestions for `user`, without labels of incidents they may not see."""
    visible = Incident.objects.visible_to(user)
    return {
        "time_zones": TIME_ZONES,
        "services": Service.objects.offered_beside(visible).only("name")[:OFFERED],
        "tags": Tag.objects.offered_beside(visible).only("name")[:OFFERED],
    }


def _people_offers() -> dict[str, Any]:
    people = User.objects.filter(is_active=True).only("username", "full_name")
    return {"people": people[:OFFERED], "teams": Team.objects.only("name")[:OFFERED]}


@require_http_methods(FORM)
def incident_new(request: SignedInRequest) -> HttpResponse:
    """Create an incident from the few facts known."""
    permissions.require(permissions.can_write(request.user), "Only authors may create an incident.")
    form = NewIncidentForm(request.POST or None, initial={"time_zone": request.user.time_zone})
    if form.is_valid():
        with transaction.atomic():
            incident = incidents.create(
                form.fields_written(by=request.user),
                started_at=form.cleaned_data["started_at"],
                by=request.user,
                at=timezone.now(),
            )
        messages.success(request, f"{incident.reference} created. Write what you know so far.")
        return drafts.saved(request, redirect(incident))
    context = {
        "form": form,
        "nav": "incidents",
        "draft_key": f"{request.user.pk}{request.path}",
        **_offers(request.user),
    }
    return render(
        request, "incidents/incident_new.html", context, status=422 if form.is_bound else 200
    )


@require_http_methods(FORM)
def incident_edit(request: SignedInRequest, reference: str) -> HttpResponse:
    """Edit the header. A conflict with somebody else's save shows both versions."""
    incident = writable_incident(request, reference)
    may_restrict = permissions.can_restrict(request.user, incident)
    form = IncidentForm(request.POST or None, incident=incident, may_restrict=may_restrict)
    more: dict[str, Any] = {
        "place": "incident-header",
        "may_restrict": may_restrict,
        "revision": last_revision(incident),
    }
    status = 0
    if form.is_valid():
        try:
            saved = _save_header(request, incident, form)
        except StaleIncident as stale:
            theirs = IncidentForm(incident=stale.current, may_restrict=may_restrict)
            clashing = clash(form, theirs, stale=stale, version=stale.current.version)
            if not clashing:
                return _header_saved(request, incident)
            more |= clashing
            status = STALE
        except ChangedSinceSeen as changed:
            more |= newer_context(incident, changed)
            status = STALE
        else:
            return _header_saved(request, saved)
    more |= _offers(request.user) | _people_offers()
    return form_answer(request, "incident_edit", form, incident=incident, status=status, **more)


@transaction.atomic
def _save_header(request: SignedInRequest, incident: Incident, form: IncidentForm) -> Incident:
    """Save in one transaction, so that a refused save leaves no new service or tag."""
    return incidents.edit(
        incident,
        form.fields_written(by=request.user),
        base_version=form.base_version(),
        seen=seen_version(request, "revision"),
        by=request.user,
        at=timezone.now(),
    )


def _header_saved(request: SignedInRequest, incident: Incident) -> HttpResponse:
    visible = Incident.objects.visible_to(request.user).select_related("owner")
    seen = visible.filter(pk=incident.pk).first()
    if seen is None:
        messages.success(request, "Saved. You can no longer see this incident.")
        return drafts.saved(request, redirect("incident_list"))
    if not request.htmx:
        return drafts.saved(request, redirect(incident))
    context = header_context(request.user, seen)
    return drafts.saved(request, render(request, "incidents/_incident_header.html", context))


@require_http_methods(FORM)
def incident_archive(request: SignedInRequest, reference: str) -> HttpResponse:
    """Archive the incident after confirmation; whoever did it can undo it."""
    incident = writable_incident(request, reference)
    permissions.require(
        permissions.can_archive(request.user, incident),
        "Only the owner, reviewers and administrators may archive an incident.",
    )
    context: dict[str, Any] = {"incident": incident, "nav": "incidents"}
    context["revision"] = last_revision(incident)
    if request.method == "POST":
        seen = seen_version(request, "revision")
        try:
            incidents.archive(incident, seen=seen, by=request.user, at=timezone.now())
        except ChangedSinceSeen as changed:
            context |= newer_context(incident, changed)
        else:
            return redirect("incident_archived", incident.reference)
    context["open_items"] = incident.action_items.open().count()
    context["images"] = incident.attachments.exists()
    status = STALE if "changed" in context else 200
    return render(request, "incidents/incident_archive.html", context, status=status)


@require_GET
def incident_archived(request: SignedInRequest, reference: str) -> HttpResponse:
    """Show that an incident was archived, with a link to restore it."""
    incident = _archived(request, reference)
    context = {"incident": incident, "nav": "incidents"}
    return render(request, "incidents/incident_archived.html", context)


def _archived(request: SignedInRequest, reference: str) -> Incident:
    return get_object_or_404(
        Incident.objects.archived_readable_by(request.user), reference=reference
    )


@require_POST
def incident_restore(request: SignedInRequest, reference: str) -> HttpResponse:
    """Restore an archived incident, for people who may archive it and could see it."""
    incident = _archived(request, reference)
    incidents.restore(incident, by=request.user, at=timezone.now())
    messages.success(request, f"{incident.reference} is restored.")
    return redirect(incident)
