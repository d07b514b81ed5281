"""Writing sections, one at a time, in place or as pages."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import reswap, retarget

from accounts.requests import SignedInRequest
from core import drafts, text_diff
from core.errors import StaleWrite, domain_errors_as_messages
from core.seen_version import seen_version
from incidents.forms.sections import SectionForm
from incidents.models import Incident, Section
from incidents.operations import sections
from incidents.operations.sections import SectionGone, StaleSection
from incidents.views.page import section_context, visible_incident
from incidents.views.writing.answers import FORM, STALE, form_answer, writable_incident


def _section(incident: Incident, pk: int) -> Section:
    section = get_object_or_404(Section, incident_id=incident.pk, pk=pk)
    section.incident = incident
    return section


def _saved(request: SignedInRequest, incident: Incident, section: Section) -> HttpResponse:
    place = f"section-{section.pk}"
    if not request.htmx:
        return drafts.saved(request, redirect(f"{incident.get_absolute_url()}#{place}"))
    context = section_context(request.user, incident, section)
    answer = render(request, "incidents/_section.html", context)
    return drafts.saved(request, reswap(retarget(answer, f"#{place}"), "outerHTML"))


@require_http_methods(FORM)
def section_new(request: SignedInRequest, reference: str) -> HttpResponse:
    """Add a section after the others."""
    incident = writable_incident(request, reference)
    form = SectionForm(request.POST or None, incident=incident, auto_id="new-section-%s")
    if form.is_valid():
        said = form.cleaned_data
        section = sections.add(
            incident,
            title=said["title"],
            body=said["body"],
            kind=said["kind"],
            by=request.user,
            at=timezone.now(),
        )
        return drafts.saved(
            request, redirect(f"{incident.get_absolute_url()}#section-{section.pk}")
        )
    return form_answer(request, "section_new", form, incident=incident, place="section-new")


@require_http_methods(FORM)
def section_edit(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Edit a section. Another person's save is merged; on a conflict both texts are shown.

    `?version=n` opens it with the text of an earlier version.
    """
    incident = writable_incident(request, reference)
    section = incident.sections.filter(pk=pk).first()
    if section is None:
        return _gone(request, incident, pk)
    section.incident = incident
    form = SectionForm(
        request.POST or None,
        incident=incident,
        section=section,
        initial=_earlier(section, request.GET.get("version", "")),
        auto_id=f"section-{pk}-%s",
    )
    more: dict[str, Any] = {"section": section, "place": f"section-{pk}"}
    if form.is_valid():
        try:
            saved = _save(request, section, form)
        except StaleSection as stale:
            return _conflict(request, incident, stale, more)
        except SectionGone:
            return _gone(request, incident, pk)
        return _saved(request, incident, saved)
    return form_answer(request, "section_edit", form, incident=incident, **more)


def _gone(request: SignedInRequest, incident: Incident, pk: int) -> HttpResponse:
    """Offer the text for a removed section as a new section. Raises Http404 if there is none."""
    if request.method != "POST":
        raise Http404
    form = SectionForm(
        incident=incident,
        initial={name: request.POST.get(name, "") for name in ("title", "kind", "body")},
        auto_id="new-section-%s",
    )
    more: dict[str, Any] = {
        "action": reverse("section_new", args=[incident.reference]),
        "warning": "Somebody removed this section while you were writing. Your text is below: "
        "save it as a new section.",
        "unsaved": True,
    }
    place = f"section-{pk}"
    return form_answer(
        request, "section_new", form, incident=incident, place=place, status=STALE, **more
    )


def _earlier(section: Section, version: str) -> dict[str, str]:
    if not version.isdecimal():
        return {}
    kept = section.versions.filter(version=version[:9]).first()
    return {"title": kept.title, "body": kept.body} if kept else {}


def _save(request: SignedInRequest, section: Section, form: SectionForm) -> Section:
    said = form.cleaned_data
    saved = sections.save(
        section,
        title=said["title"],
        body=said["body"],
        kind=said["kind"],
        base_version=form.base_version(),
        by=request.user,
        at=timezone.now(),
    )
    if (saved.title, saved.body) != (said["title"], said["body"]):
        messages.info(
            request,
            "Somebody else saved this section while you were writing. Both changes are in it now.",
        )
    return saved


def _conflict(
    request: SignedInRequest, incident: Incident, stale: StaleSection, more: dict[str, Any]
) -> HttpResponse:
    """Show both texts side by side, and below them the merged one, to edit and save."""
    current = stale.current
    form = SectionForm(
        incident=incident,
        section=current,
        initial={"title": stale.title, "body": stale.merge.text},
        auto_id=f"section-{current.pk}-%s",
    )
    kind = request.POST["kind"]
    theirs, yours = text_diff.sides(current.body, stale.body)
    more |= {"stale": stale, "kind": kind, "theirs": theirs, "yours": yours, "unsaved": True}
    return form_answer(request, "section_conflict", form, incident=incident, status=STALE, **more)


@require_POST
def section_keep_theirs(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Keep somebody else's text; the person's own is stored in the section's history."""
    incident = writable_incident(request, reference)
    section = _section(incident, pk)
    form = SectionForm(request.POST, incident=incident, section=section)
    if form.is_valid():
        said = form.cleaned_data
        try:
            sections.set_aside(
                section, title=said["title"], body=said["body"], by=request.user, at=timezone.now()
            )
        except SectionGone:
            return _gone(request, incident, pk)
    address = request.path.replace("/keep-theirs/", "/edit/")
    section.refresh_from_db()
    answer = _saved(request, incident, section)
    answer.set_cookie(drafts.COOKIE, f"{request.user.pk}{address}", max_age=3600, samesite="Lax")
    return answer


@require_http_methods(FORM)
def section_delete(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Delete a section after confirmation."""
    incident = writable_incident(request, reference)
    section = _section(incident, pk)
    context = {"incident": incident, "section": section, "nav": "incidents"}
    if request.method == "POST":
        try:
            sections.delete(
                section, version=seen_version(request), by=request.user, at=timezone.now()
            )
        except StaleWrite as stale:
            context |= {"section": _section(incident, pk), "stale": stale}
        else:
            return redirect(incident)
    status = STALE if "stale" in context else 200
    return render(request, "incidents/section_delete.html", context, status=status)


@require_POST
def section_move(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Swap a section with the one above or below it."""
    incident = writable_incident(request, reference)
    section = _section(incident, pk)
    up = request.POST.get("direction") == "up"
    with domain_errors_as_messages(request):
        sections.move(section, up=up, by=request.user, at=timezone.now())
    return redirect(f"{incident.get_absolute_url()}#section-{pk}")


@require_GET
def section_history(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """List the versions of the section, the newest first, for restoring one.

    Those that were saved while somebody was still writing are left out, except for the current one.
    """
    incident = visible_incident(request.user, reference)
    section = _section(incident, pk)
    kept = section.versions.filter(Q(is_passing=False) | Q(version=section.version))
    versions = kept.select_related("saved_by")[:50]
    context = {"incident": incident, "section": section, "versions": versions, "nav": "incidents"}
    return render(request, "incidents/section_history.html", context)
