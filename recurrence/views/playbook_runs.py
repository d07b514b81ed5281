"""Playbook runs: steps are ticked off in place, or by one form each without JavaScript."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.models import User
from accounts.requests import SignedInRequest
from core import drafts
from core.errors import domain_errors_as_messages
from core.seen_version import seen_version
from incidents import permissions
from incidents.models import Incident, Outcome
from playbooks.exchange import parse_playbook
from playbooks.models import Playbook
from recurrence.forms.playbook_uses import OutcomeForm
from recurrence.models import PlaybookRun
from recurrence.operations import playbook_runs
from recurrence.operations.playbook_runs import RunChanged
from recurrence.permissions import can_discard
from recurrence.views.playbook_sheet import is_review_due, sheet

_OFFERED = 10  # latest incidents offered for attaching a run


@require_POST
def playbook_run_start(request: SignedInRequest, slug: str) -> HttpResponse:
    """Start a run of a playbook, optionally by ticking off a step."""
    playbook = get_object_or_404(Playbook, slug=slug)
    incident = None
    if reference := _posted(request, "incident"):
        visible = Incident.objects.visible_to(request.user)
        incident = get_object_or_404(visible, reference=reference)
    with domain_errors_as_messages(request):
        run = playbook_runs.start(playbook, incident=incident, by=request.user, at=timezone.now())
        place = ""
        if position := _number(_posted(request, "step")):
            if _posted(request, "version") == str(playbook.version):
                place = f"#step-{position}"
                _tick(request, run, position)
            else:
                messages.warning(
                    request,
                    "The playbook was changed since you opened it. "
                    "Nothing was ticked: read the steps again.",
                )
        return redirect(f"{run.get_absolute_url()}{place}")
    return redirect(playbook)


@require_safe
@vary_on_headers("HX-Request")
def playbook_run_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a run: the playbook as of its start, and the steps ticked off.

    For htmx only the steps, so that the page shows what others tick off.
    """
    run = _visible_run(request.user, pk)
    context = _run_context(run)
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "recurrence/_run_steps.html", context)
    context |= _page_context(request.user, run)
    return render(request, "recurrence/playbook_run_detail.html", context)


@require_POST
def playbook_run_tick(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mark a step as done, as skipped, or as not done."""
    run = _visible_run(request.user, pk)
    position = _number(_posted(request, "step"))
    with domain_errors_as_messages(request):
        _tick(request, run, position)
    if request.htmx:
        return render(request, "recurrence/_run_steps.html", _run_context(run))
    return redirect(f"{run.get_absolute_url()}#step-{position}")


def _tick(request: SignedInRequest, run: PlaybookRun, position: int) -> None:
    mark = _posted(request, "mark")
    if mark == "undo":
        playbook_runs.untick(run, position=position, by=request.user)
    elif mark == "skip":
        reason = _posted(request, "reason")
        playbook_runs.skip(
            run, position=position, reason=reason, by=request.user, at=timezone.now()
        )
    else:
        playbook_runs.tick(run, position=position, by=request.user, at=timezone.now())


@require_http_methods(["GET", "HEAD", "POST"])
def playbook_run_finish(request: SignedInRequest, pk: int) -> HttpResponse:
    """Record the outcome of the run and finish it."""
    run = _visible_run(request.user, pk)
    context: dict[str, Any] = {"run": run, "nav": "playbooks"}
    # Read first, so that the page is never older than its version.
    context["run_version"] = playbook_runs.run_version(run.ticks.all())
    form = context["form"] = OutcomeForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            with domain_errors_as_messages(request, but=RunChanged):
                playbook_runs.finish(
                    run,
                    outcome=Outcome(form.cleaned_data["outcome"]),
                    note=form.cleaned_data["note"],
                    seen=seen_version(request),
                    by=request.user,
                    at=timezone.now(),
                )
                messages.success(request, "Saved. The next person sees whether it helped.")
                return drafts.saved(request, redirect(run))
            return redirect(run)
        except RunChanged as stale:
            context |= {"stale": stale, "sheet": _run_context(run)["sheet"]}
            status = 409
    return render(request, "recurrence/playbook_run_finish.html", context, status=status)


@require_POST
def playbook_run_attach(request: SignedInRequest, pk: int) -> HttpResponse:
    """Attach the run to an incident."""
    run = _visible_run(request.user, pk)
    reference = _posted(request, "reference").strip().upper()
    visible = Incident.objects.visible_to(request.user)
    incident = visible.filter(reference=reference).first()
    if incident is None:
        messages.error(request, f"There is no incident “{reference[:40]}”.")
        return redirect(run)
    with domain_errors_as_messages(request):
        playbook_runs.attach(run, incident, by=request.user, at=timezone.now())
    return redirect(run)


@require_POST
def playbook_run_discard(request: SignedInRequest, pk: int) -> HttpResponse:
    """Discard an open run."""
    run = _visible_run(request.user, pk)
    with domain_errors_as_messages(request):
        playbook_runs.discard(run, seen=seen_version(request), by=request.user)
        messages.success(request, "Run deleted.")
        return redirect(run.playbook)
    return redirect(run)


def _visible_run(user: User, pk: int) -> PlaybookRun:
    """Return the run with all that its page needs. Raises Http404 if `user` may not see it."""
    runs = PlaybookRun.objects.visible_to(user).select_related(
        *("playbook__owner", "playbook__last_reviewed_by", "playbook__doubted_by"),
        *("revision", "incident", "started_by", "finished_by", "use"),
    )
    return get_object_or_404(runs, pk=pk)


def _run_context(run: PlaybookRun) -> dict[str, Any]:
    """Return the context of `_run_steps.html`."""
    ticks = list(run.ticks.select_related("ticked_by"))
    return {
        "run": run,
        "run_version": playbook_runs.run_version(ticks),
        "sheet": sheet(parse_playbook(run.revision.content), ticks),
    }


def _page_context(user: User, run: PlaybookRun) -> dict[str, Any]:
    """Return the context of the rest of the page."""
    offered: list[Incident] = []
    if run.incident is None:
        visible = Incident.objects.visible_to(user)
        offered = list(visible.order_by("-number").only("reference", "title")[:_OFFERED])
    playbook = run.playbook
    latest = playbook.revisions.defer("content").first()
    is_begun = run.ticks.exists() or not run.is_open
    return {
        # Asked at the beginning of a run, not in the middle of it.
        "is_review_due": not is_begun and is_review_due(playbook, timezone.localdate()),
        "can_write": permissions.can_write(user),
        "form": OutcomeForm(),
        "latest": latest if latest and latest.number != run.revision.number else None,
        "offered": offered,
        "can_discard": run.is_open and can_discard(user, run),
        "nav": "playbooks",
    }


def _posted(request: SignedInRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\0", "")


def _number(text: str) -> int:
    """Return the step number in `text`; 0, which no playbook has, if it is invalid."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
