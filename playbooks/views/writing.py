"""Writing patterns and playbooks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from core import drafts
from core.seen_version import seen_version
from playbooks import operations
from playbooks.comparison import compare
from playbooks.content import pattern_fields, playbook_fields
from playbooks.forms import (
    BaseStepFormSet,
    PatternForm,
    PlaybookForm,
    steps_formset,
    steps_of,
)
from playbooks.models import FailurePattern, Playbook

_FORM = ["GET", "HEAD", "POST"]
_EMPTY_STEPS = 3


def require_author(request: SignedInRequest) -> None:
    """Raises PermissionDenied for somebody who may only read."""
    if not operations.can_write(request.user):
        raise PermissionDenied("Only authors may write playbooks and patterns.")


@require_http_methods(_FORM)
def pattern_new(request: SignedInRequest) -> HttpResponse:
    """Describe a failure pattern."""
    require_author(request)
    form = PatternForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            pattern = operations.create_pattern(form.said(), by=request.user, at=timezone.now())
            return drafts.saved(request, redirect(pattern))
        except operations.AlreadyThere as taken:
            form.add_error("name", str(taken))
    return render(request, "playbooks/pattern_new.html", {"form": form, "nav": "patterns"})


@require_http_methods(_FORM)
def pattern_edit(request: SignedInRequest, slug: str) -> HttpResponse:
    """Change a failure pattern; of two who write at once, the second sees both texts."""
    require_author(request)
    pattern = get_object_or_404(FailurePattern, slug=slug)
    form = PatternForm(request.POST) if request.method == "POST" else PatternForm.of(pattern)
    context: dict[str, Any] = {"pattern": pattern, "form": form, "nav": "patterns"}
    if request.method == "POST" and form.is_valid():
        try:
            operations.edit_pattern(
                pattern,
                form.said(),
                base_version=form.cleaned_data["version"] or 0,
                by=request.user,
                at=timezone.now(),
            )
            return drafts.saved(request, redirect(pattern))
        except operations.AlreadyThere as taken:
            form.add_error("name", str(taken))
        except operations.StalePattern as stale:
            theirs = pattern_fields(stale.current)
            context |= _conflict(stale, theirs, form.said())
            context["form"] = _at_version(form, stale.current.version)
    return render(request, "playbooks/pattern_edit.html", context)


@require_http_methods(_FORM)
def playbook_new(request: SignedInRequest) -> HttpResponse:
    """Write a playbook."""
    require_author(request)
    form, steps = _forms(request, None)
    if _is_to_be_saved(request, form, steps):
        try:
            said = form.said(steps.said(), before=None)
            playbook = operations.create_playbook(said, by=request.user, at=timezone.now())
            return drafts.saved(request, redirect(playbook))
        except operations.AlreadyThere as taken:
            form.add_error("title", str(taken))
    context = {"form": form, "steps": steps, "nav": "playbooks"}
    return render(request, "playbooks/playbook_new.html", context)


@require_http_methods(_FORM)
def playbook_edit(request: SignedInRequest, slug: str) -> HttpResponse:
    """Change a playbook; of two who write at once, the second sees both texts."""
    require_author(request)
    playbook = get_object_or_404(
        Playbook.objects.select_related("owner", "last_reviewed_by", "doubted_by"), slug=slug
    )
    form, steps = _forms(request, playbook)
    context: dict[str, Any] = {"playbook": playbook, "form": form, "steps": steps}
    if _is_to_be_saved(request, form, steps):
        said = form.said(steps.said(), before=playbook)
        try:
            operations.edit_playbook(
                playbook,
                said,
                base_version=form.cleaned_data["version"] or 0,
                by=request.user,
                at=timezone.now(),
            )
            if "is_true" in request.POST:
                _confirm(request, slug)
            return drafts.saved(request, redirect(playbook))
        except operations.AlreadyThere as taken:
            form.add_error("title", str(taken))
        except operations.StalePlaybook as stale:
            context |= _conflict(stale, playbook_fields(stale.current), said)
            context["last_change"] = stale.current.revisions.select_related("saved_by").first()
            context["form"] = _at_version(form, stale.current.version)
    return render(request, "playbooks/playbook_edit.html", context | {"nav": "playbooks"})


def _confirm(request: SignedInRequest, slug: str) -> None:
    """Mark what was just saved as reviewed, unless somebody doubted it meanwhile."""
    playbook = Playbook.objects.get(slug=slug)
    if seen_version(request, "is_true") != playbook.doubt_version:
        messages.warning(
            request,
            "Saved, but not confirmed: somebody reported this playbook since you opened the page.",
        )
        return
    operations.mark_reviewed(
        playbook,
        today=timezone.localdate(),
        seen=playbook.seen_version,
        by=request.user,
        at=timezone.now(),
    )


def _forms(
    request: SignedInRequest, playbook: Playbook | None
) -> tuple[PlaybookForm, BaseStepFormSet]:
    """The two forms of the page: as posted, with another empty step where that was asked for."""
    if request.method == "POST":
        posted = request.POST.copy()
        if "add_step" in posted:
            total = posted.get("steps-TOTAL_FORMS", "0")
            number = int(total) if total.isascii() and total.isdigit() else 0
            posted["steps-TOTAL_FORMS"] = str(min(number + 1, 1_000))
            posted[f"steps-{number}-ORDER"] = str(number + 1)
        form = PlaybookForm(posted)
        return form.also_for(playbook) if playbook else form, steps_formset(0)(
            posted, prefix="steps"
        )
    if playbook:
        initial = steps_of(playbook)
        steps = steps_formset(1 if initial else _EMPTY_STEPS)(prefix="steps", initial=initial)
        return PlaybookForm.of(playbook).also_for(playbook), steps
    return PlaybookForm(), steps_formset(_EMPTY_STEPS)(prefix="steps")


def _is_to_be_saved(request: SignedInRequest, form: PlaybookForm, steps: BaseStepFormSet) -> bool:
    if request.method != "POST" or "add_step" in request.POST:
        return False
    # Both, so that the person sees every mistake at once.
    return all([form.is_valid(), steps.is_valid()])


def _conflict(stale: Exception, theirs: Any, yours: Any) -> dict[str, Any]:
    left, right = compare(theirs, yours)
    return {"conflict": str(stale), "theirs": left, "yours": right}


def _at_version(form: Any, version: int) -> Any:
    """The same form, which now says that its writer has seen `version`."""
    posted = form.data.copy()
    posted["version"] = str(version)
    again = type(form)(posted)
    if "patterns" in form.fields:
        again.fields["patterns"].queryset = form.fields["patterns"].queryset
    return again
