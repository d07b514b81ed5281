"""The page of a failure pattern with its incidents."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.models import User
from accounts.requests import SignedInRequest
from action_items.views.rows import rows
from incidents.models import ActionItem
from incidents.permissions import can_write
from playbooks.models import FailurePattern, Playbook
from recurrence import analytics
from recurrence.views.pattern_page import pattern_page

PROMISES = 12
COUNTED = 100  # open action items are counted up to this


def pattern_detail(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show a failure pattern: signals, incidents, fixes and playbooks."""
    user, today = request.user, timezone.localdate()
    playbooks = Prefetch(
        "playbooks", queryset=Playbook.objects.current().only("slug", "title", "risk")
    )
    pattern = get_object_or_404(FailurePattern.objects.prefetch_related(playbooks), slug=slug)
    context = {
        "pattern": pattern,
        "page": pattern_page(user, pattern),
        **_promises(user, pattern, today),
        "can_write": can_write(user),
        "nav": "patterns",
    }
    return render(request, "recurrence/pattern_detail.html", context)


def _promises(user: User, pattern: FailurePattern, today: date) -> dict[str, Any]:
    """Return the open action items of the pattern's incidents, by due date. Found by key, then
    fetched.
    """
    of_pattern = analytics.of_pattern(pattern.pk, "incident")
    waiting = ActionItem.objects.visible_to(user).open().filter(of_pattern)
    pks = list(waiting.order_by("due_on", "pk").values_list("pk", flat=True)[: COUNTED + 1])
    first = ActionItem.objects.filter(pk__in=pks[:PROMISES]).order_by("due_on", "pk")
    shown = list(first.select_related("incident", "owner", "owner_team"))
    return {
        "open_rows": rows(shown, user, today, with_patterns=False),
        "open_count": f"more than {COUNTED}" if len(pks) > COUNTED else len(pks),
        "open_left": len(pks) > PROMISES,
    }
