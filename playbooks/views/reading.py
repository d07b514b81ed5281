"""Playbooks, to be found and followed."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Count, F, Min, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from playbooks.models import FailurePattern, Playbook, Risk
from playbooks.operations import can_write

PAGE = 50
ORDERS = {
    "": "by title",
    "pattern": "by failure pattern",
    "reviewed": "longest not reviewed first",
}


@require_safe
def playbook_list(request: SignedInRequest) -> HttpResponse:
    """All playbooks, narrowed by pattern and risk."""
    pattern = request.GET.get("pattern", "").replace("\0", "")
    risk = request.GET.get("risk", "")
    order = request.GET.get("order", "")
    order = order if order in ORDERS else ""
    page = Paginator(_narrowed(pattern, risk, order), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "pattern": pattern,
        "risk": risk,
        "order": order,
        "orders": list(ORDERS.items()),
        "risks": Risk.choices,
        "patterns": FailurePattern.objects.only("slug", "name"),
        "is_narrowed": bool(pattern or risk),
        "can_write": can_write(request.user),
        "nav": "playbooks",
    }
    return render(request, "playbooks/playbook_list.html", context)


def _narrowed(pattern: str, risk: str, order: str) -> QuerySet[Playbook]:
    found = Playbook.objects.annotate(number_of_steps=Count("steps", distinct=True))
    found = found.order_by("title")
    if pattern:
        found = found.filter(patterns__slug=pattern)
    if risk in Risk.values:
        found = found.filter(risk=risk)
    if order == "reviewed":
        found = found.order_by(F("last_reviewed_on").asc(nulls_first=True), "title")
    elif order == "pattern":
        found = found.alias(first_pattern=Min("patterns__name")).order_by("first_pattern", "title")
    return found.select_related("last_reviewed_by").prefetch_related("patterns")


@require_safe
def playbook_detail(request: SignedInRequest, slug: str) -> HttpResponse:
    """One playbook, made to be followed at night."""
    playbook = get_object_or_404(
        Playbook.objects.select_related("owner", "last_reviewed_by").prefetch_related(
            "steps", "patterns"
        ),
        slug=slug,
    )
    context = {
        "playbook": playbook,
        "steps": playbook.steps.all(),
        "patterns": playbook.patterns.all(),
        "uses_url": reverse("playbook_uses_panel", args=[playbook.slug]),
        "can_write": can_write(request.user),
        "nav": "playbooks",
    }
    return render(request, "playbooks/playbook_detail.html", context)
