"""Shared answers of an incident's forms, in place and as a page."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django_htmx.http import reswap, retarget

from accounts.requests import SignedInRequest
from core import drafts
from core.errors import StaleWrite
from incidents import permissions
from incidents.forms.fields import WritingForm
from incidents.models import Incident
from incidents.views import page_parts
from incidents.views.page import root_causes_context, timeline_context, visible_incident
from incidents.views.page_parts import Fragment

FORM = ["GET", "POST"]
INVALID, STALE = 422, 409

_OWN_PARTS = {
    "timeline": Fragment("incidents/_timeline.html", timeline_context),
    "root-causes": Fragment("incidents/_root_causes.html", root_causes_context),
}


def writable_incident(request: SignedInRequest, reference: str) -> Incident:
    """Return the incident that this person is about to change.

    Raises Http404 if they may not see it, PermissionDenied if they may not write.
    """
    incident = visible_incident(request.user, reference)
    permissions.require(
        permissions.can_write(request.user),
        "You can read this incident but not edit it. Ask an administrator for the author role.",
    )
    return incident


def form_answer(
    request: SignedInRequest,
    name: str,
    form: Any,
    *,
    incident: Incident,
    place: str,
    back: str = "",
    status: int = 0,
    folder: str = "incidents",
    **more: Any,
) -> HttpResponse:
    """Render the form `name`: in the element `place` for htmx, else as a page.

    `folder` is that of its two templates. `back` is the anchor on the incident page for “Cancel”.
    The status tells if the data could not be saved.
    """
    context = {
        "form": form,
        "incident": incident,
        "place": place,
        "back": back or place,
        "in_place": bool(request.htmx),
        "draft_key": f"{request.user.pk}{request.path}",
        "nav": "incidents",
        **more,
    }
    status = status or (INVALID if form.is_bound else 200)
    if not request.htmx:
        return render(request, f"{folder}/{name}.html", context, status=status)
    answer = render(request, f"{folder}/_{name}.html", context, status=status)
    return reswap(retarget(answer, f"#{place}"), "outerHTML")


def saved_part(
    request: SignedInRequest, incident: Incident, part: str, **more: Any
) -> HttpResponse:
    """Answer a successful save: render the part of the page, or redirect to it.

    `more` is passed on to the function that returns the part's context.
    """
    if not request.htmx:
        return drafts.saved(request, redirect(f"{incident.get_absolute_url()}#{part}"))
    shown = _OWN_PARTS.get(part) or page_parts.fragment(part)
    answer = render(request, shown.template, shown.context_of(request.user, incident, **more))
    return drafts.saved(request, reswap(retarget(answer, f"#{part}"), "outerHTML"))


def clash(
    form: WritingForm, theirs: WritingForm, *, stale: StaleWrite, version: int
) -> dict[str, Any]:
    """Return the context of a conflict for the form, shown again; empty if nothing differs.

    `theirs` is an unbound form of the stored version, `version`.
    """
    form.now_upon(theirs, version)
    found = differences(form, theirs)
    return {"conflict": str(stale), "differences": found} if found else {}


def differences(form: WritingForm, theirs: WritingForm) -> list[dict[str, str]]:
    """Return the fields in which the stored values differ from those typed, as displayed.

    `theirs` is an unbound form of the stored version.
    """
    found = []
    for field in form:
        if field.is_hidden or field.field.disabled:
            continue
        now, typed = theirs[field.name].value(), field.value()
        if isinstance(now, bool):
            now, typed = ("Yes" if now else "No"), ("Yes" if typed else "No")
        shown = _shown(theirs, field.name, now), _shown(form, field.name, typed)
        if shown[0] != shown[1]:
            found.append({"label": str(field.label), "theirs": shown[0], "yours": shown[1]})
    return found


def _shown(form: WritingForm, name: str, value: Any) -> str:
    field = form.fields[name]
    prepared = field.prepare_value(value)
    widget = field.widget
    choices = {str(key): str(label) for key, label in getattr(field, "choices", [])}
    text = widget.format_value(prepared) if not choices else prepared
    text = "" if text is None else str(text)
    return choices.get(text, text).replace("\r\n", "\n").strip()
