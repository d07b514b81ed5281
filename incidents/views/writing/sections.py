"""Writing sections, one at a time, each where it stands."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import reswap, retarget

from accounts.requests import SignedInRequest
from core import drafts, text_diff
from incidents.forms.sections import SectionForm
from incidents.models import Incident, Section
from incidents.operations import sections
from incidents.operations.sections import StaleSection
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
    """Write a section. The second of two who save sees both texts, and chooses.

    `?version=n` opens it with the text of an earlier version.
    """
    incident = writable_incident(request, reference)
    section = _section(incident, pk)
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
        return _saved(request, incident, saved)
    return form_answer(request, "section_edit", form, incident=incident, **more)


def _earlier(section: Section, version: str) -> dict[str, str]:
    if not version.isdecimal():
        return {}
    kept = section.versions.filter(version=version[:9]).first()
    return {"title": kept.title, "body": kept.body} if kept else {}


def _save(request: SignedInRequest, section: Section, form: SectionForm) -> Section:
    said = form.cleaned_data
    return sections.save(
        section,
        title=said["title"],
        body=said["body"],
        kind=said["kind"],
        base_version=form.base_version(),
        by=request.user,
        at=timezone.now(),
    )


def _conflict(
    request: SignedInRequest, incident: Incident, stale: StaleSection, more: dict[str, Any]
) -> HttpResponse:
    """Both texts side by side, and below them the two put together, to edit and save."""
    current = stale.current
    form = SectionForm(
        incident=incident,
        section=current,
        initial={"title": stale.title, "body": stale.merge.text, "merged": True},
        auto_id=f"section-{current.pk}-%s",
    )
    kind = request.POST["kind"]
    theirs, yours = text_diff.sides(current.body, stale.body)
    more |= {"stale": stale, "kind": kind, "theirs": theirs, "yours": yours}
    return form_answer(request, "section_conflict", form, incident=incident, status=STALE, **more)


@require_POST
def section_keep_theirs(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Leave the section as somebody else saved it; one's own text goes into its history."""
    incident = writable_incident(request, reference)
    section = _section(incident, pk)
    form = SectionForm(request.POST, incident=incident, section=section)
    if form.is_valid():
        said = form.cleaned_data
        sections.set_aside(
            section, title=said["title"], body=said["body"], by=request.user, at=timezone.now()
        )
    address = request.path.replace("/keep-theirs/", "/edit/")
    section.refresh_from_db()
    answer = _saved(request, incident, section)
    answer.set_cookie(drafts.COOKIE, f"{request.user.pk}{address}", max_age=3600, samesite="Lax")
    return answer


@require_http_methods(FORM)
def section_delete(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Ask, then take the section out."""
    incident = writable_incident(request, reference)
    section = _section(incident, pk)
    if request.method == "POST":
        sections.delete(section, by=request.user, at=timezone.now())
        return redirect(incident)
    context = {"incident": incident, "section": section, "nav": "incidents"}
    return render(request, "incidents/section_delete.html", context)


@require_POST
def section_move(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Swap a section with the one above or below it."""
    incident = writable_incident(request, reference)
    section = _section(incident, pk)
    up = request.POST.get("direction") == "up"
    sections.move(section, up=up, by=request.user, at=timezone.now())
    return redirect(f"{incident.get_absolute_url()}#section-{pk}")


@require_GET
def section_history(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Every text that the section ever had, the newest first, to take up again."""
    incident = visible_incident(request.user, reference)
    section = _section(incident, pk)
    versions = section.versions.select_related("saved_by")[:50]
    context = {"incident": incident, "section": section, "versions": versions, "nav": "incidents"}
    return render(request, "incidents/section_history.html", context)
