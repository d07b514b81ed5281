"""Failure patterns with the incidents they were met in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.models import User
from accounts.requests import SignedInRequest
from core.templatetags import ui
from incidents import recurrence
from incidents.models import ActionItem, PatternLink
from incidents.permissions import can_write
from incidents.views.action_item_rows import ActionItemRow, rows
from incidents.views.addresses import pattern_url
from incidents.views.pattern_page import pattern_page
from incidents.views.pattern_trends import kept_trends
from playbooks.models import FailurePattern, Playbook

PAGE = 50
PROMISES = 20


@dataclass(frozen=True)
class PatternListRow:
    """A pattern as the list shows it."""

    name: str
    url: str
    definition: str
    incidents: str
    last_seen: str
    promises: str


def pattern_list(request: SignedInRequest) -> HttpResponse:
    """Every failure pattern: how often it was met, when last, and what is still promised."""
    kept = kept_trends(request.user, timezone.localdate())
    found = kept.trends
    patterns = sorted(
        FailurePattern.objects.only("slug", "name", "definition"),
        key=lambda pattern: (-found[pattern.pk].total if pattern.pk in found else 0, pattern.name),
    )
    page = Paginator(patterns, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [
            _row(pattern, found.get(pattern.pk), kept.promises.get(pattern.pk, 0))
            for pattern in page
        ],
        "can_write": can_write(request.user),
        "nav": "patterns",
    }
    return render(request, "patterns/pattern_list.html", context)


def pattern_detail(request: SignedInRequest, slug: str) -> HttpResponse:
    """One failure pattern: how to recognise it, when it struck, what was fixed, what helps."""
    user, today = request.user, timezone.localdate()
    playbooks = Prefetch("playbooks", queryset=Playbook.objects.only("slug", "title", "risk"))
    pattern = get_object_or_404(FailurePattern.objects.prefetch_related(playbooks), slug=slug)
    context = {
        "pattern": pattern,
        "page": pattern_page(user, pattern),
        "promise_rows": _promise_rows(user, pattern, today),
        "can_write": can_write(user),
        "nav": "patterns",
    }
    return render(request, "patterns/pattern_detail.html", context)


def _promise_rows(user: User, pattern: FailurePattern, today: date) -> list[ActionItemRow]:
    """What is still promised after the pattern's incidents, due first. By key, then fetched."""
    linked = PatternLink.objects.confirmed().filter(pattern=pattern).values("incident")
    waiting = ActionItem.objects.visible_to(user).open().filter(incident__in=linked)
    pks = list(waiting.order_by("due_on", "pk").values_list("pk", flat=True)[:PROMISES])
    shown = ActionItem.objects.filter(pk__in=pks).order_by("due_on", "pk")
    return rows(shown, user, today, with_patterns=False)


def _row(pattern: FailurePattern, trend: recurrence.Trend | None, promises: int) -> PatternListRow:
    total = trend.total if trend else 0
    last = trend.last_at if trend else None
    return PatternListRow(
        name=pattern.name,
        url=pattern_url(pattern.slug),
        definition=pattern.definition,
        incidents=ui.counted(total, "incident"),
        last_seen=f"last seen {last:%-d %b %Y}" if last else "",
        promises=ui.counted(promises, "open promise") if promises else "",
    )
