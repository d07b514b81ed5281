"""The list of playbooks, and the page of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Min
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from core import times
from incidents.models import Incident, PostmortemStatus
from playbooks.exchange import playbook_of
from playbooks.models import FailurePattern, Playbook, Risk
from playbooks.operations import can_write
from recurrence.analytics import success_of
from recurrence.views.playbook_rows import RunRow, open_runs_of
from recurrence.views.playbook_sheet import is_review_due, sheet
from recurrence.views.playbook_uses import uses_context

PAGE = 50
MOST_WORDS = 12  # words of the search text that are used
ORDERS = {
    "": "by title",
    "pattern": "by failure pattern",
    "review": "first to be reviewed",
}


@dataclass(frozen=True)
class PlaybookCard:
    """A playbook in the list. `review` says if a review is due."""

    title: str
    url: str
    patterns: list[str]
    risk: str
    risk_label: str
    steps: int
    success: str
    reviewed_on: date | None
    review: str


@require_safe
def playbook_list(request: SignedInRequest) -> HttpResponse:
    """List playbooks, filtered by words, pattern and risk, or by a due review."""
    today = timezone.localdate()
    chosen = {
        name: request.GET.get(name, "").replace("\0", "")
        for name in ("q", "pattern", "risk", "review", "order")
    }
    chosen["q"] = " ".join(chosen["q"].split()[:MOST_WORDS])
    found = _narrowed(chosen, request.user, today)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "cards": _cards(list(page), request.user, today),
        "chosen": chosen,
        "orders": list(ORDERS.items()),
        "risks": Risk.choices,
        "reviews": [("due", "To be reviewed"), ("mine", "Mine to review")],
        "patterns": FailurePattern.objects.current().only("slug", "name"),
        "is_narrowed": any(chosen[name] for name in ("q", "pattern", "risk", "review")),
        "mine_due": Playbook.objects.to_review(today).filter(owner=request.user).count(),
        "can_write": can_write(request.user),
        "nav": "playbooks",
    }
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "recurrence/_playbook_results.html", context)
    return render(request, "recurrence/playbook_list.html", context)


def _narrowed(chosen: dict[str, str], user: User, today: date) -> Any:
    found = Playbook.objects.current().saying(chosen["q"])
    found = found.annotate(number_of_steps=Count("steps", distinct=True))
    if chosen["pattern"]:
        found = found.filter(patterns__slug=chosen["pattern"])
    if chosen["risk"] in Risk.values:
        found = found.filter(risk=chosen["risk"])
    if chosen["review"] in ("due", "mine"):
        found = found.to_review(today)
    if chosen["review"] == "mine":
        found = found.filter(owner=user)
    if chosen["order"] == "review":
        found = found.by_review()
    elif chosen["order"] == "pattern":
        found = found.alias(first_pattern=Min("patterns__name")).order_by("first_pattern", "title")
    else:
        found = found.order_by("title")
    return found.prefetch_related("patterns")


def _cards(playbooks: list[Playbook], user: User, today: date) -> list[PlaybookCard]:
    success = success_of([playbook.pk for playbook in playbooks], user)
    return [
        PlaybookCard(
            title=playbook.title,
            url=playbook.get_absolute_url(),
            patterns=[pattern.name for pattern in playbook.patterns.all()],
            risk=playbook.risk,
            risk_label=playbook.get_risk_display(),
            steps=playbook.number_of_steps,  # type: ignore[attr-defined]
            success=success[playbook.pk].words if playbook.pk in success else "",
            reviewed_on=playbook.last_reviewed_on,
            review=_review(playbook, today),
        )
        for playbook in playbooks
    ]


def _review(playbook: Playbook, today: date) -> str:
    if playbook.doubt:
        return "outdated"
    late = (today - playbook.review_due_on).days
    if late < 0:
        return ""
    return f"review {times.overdue(late)}" if late else "review due today"


@require_safe
def playbook_detail(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show a playbook to follow; ticking off the first step starts a run."""
    playbook = get_object_or_404(
        Playbook.objects.select_related("owner", "last_reviewed_by", "doubted_by").prefetch_related(
            "steps", "patterns"
        ),
        slug=slug,
    )
    today = timezone.localdate()
    incident = _incident(request)
    runs = open_runs_of(playbook, request.user)
    context = {
        "playbook": playbook,
        "sheet": sheet(playbook_of(playbook)),
        "patterns": playbook.patterns.all(),
        "incident": incident,
        "runs": runs,
        "going_on": _going_on(runs, incident),
        "is_review_due": is_review_due(playbook, today),
        "can_write": can_write(request.user),
        "nav": "playbooks",
        **uses_context(request.user, playbook),
    }
    return render(request, "recurrence/playbook_detail.html", context)


def _going_on(runs: list[RunRow], incident: Incident | None) -> RunRow | None:
    """Return the run that a tick on the page continues, as `playbook_runs.start` finds it."""
    for run in runs:
        if run.incident == incident.reference if incident else run.is_own and not run.incident:
            return run
    return None


def _incident(request: SignedInRequest) -> Incident | None:
    """Return the incident from which the person came, if they may see it and it is unresolved.

    A reader who comes from an old incident has a different one at hand.
    """
    reference = request.GET.get("incident", "").replace("\0", "")
    if not reference:
        return None
    going_on = Incident.objects.filter(status=PostmortemStatus.DRAFT, resolved_at=None)
    return going_on.visible_to(request.user).filter(reference=reference).first()
