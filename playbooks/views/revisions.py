"""Revisions of playbooks, and restoring them."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from core import text_diff
from core.errors import domain_errors_as_messages
from playbooks import operations
from playbooks.changes import steps_changed
from playbooks.exchange import parse_playbook, render_playbook
from playbooks.models import Playbook

ON_A_PAGE = 50


@require_safe
def playbook_revision_list(request: SignedInRequest, slug: str) -> HttpResponse:
    """Every saved state of the playbook, the newest first."""
    playbook = get_object_or_404(Playbook, slug=slug)
    kept = playbook.revisions.defer("content").select_related("saved_by")
    page = Paginator(kept, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"playbook": playbook, "page": page, "nav": "playbooks"}
    return render(request, "playbooks/playbook_revision_list.html", context)


@require_safe
def playbook_revision_detail(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Show a revision: what changed in it, what changed since, and its full text."""
    playbook = get_object_or_404(
        Playbook.objects.select_related("owner", "last_reviewed_by").prefetch_related(
            "steps", "patterns"
        ),
        slug=slug,
    )
    revision = get_object_or_404(playbook.revisions.select_related("saved_by"), number=number)
    around = playbook.revisions.filter(number__in=(number - 1, number + 1))
    beside = {other.number: other for other in around}
    before = beside.get(number - 1)
    facts, _, text = revision.content.removeprefix("---\n").partition("\n---\n")
    context = {
        "playbook": playbook,
        "revision": revision,
        "before": before,
        "after": beside.get(number + 1),
        **_compared(before.content if before else "", revision.content, "changes"),
        **_compared(revision.content, render_playbook(playbook), "since"),
        "facts": facts,
        "text": text,
        "can_write": operations.can_write(request.user),
        "nav": "playbooks",
    }
    return render(request, "playbooks/playbook_revision_detail.html", context)


_NUMBER = re.compile(r"^### \d+\. ", re.MULTILINE)


def _compared(old: str, new: str, name: str) -> dict[str, Any]:
    """The lines that differ, and in a sentence what became of the steps. Steps are compared by
    what they say: their numbers, which change with every step before them, are left out."""
    if not old:
        return {name: []}
    steps = steps_changed(parse_playbook(old).steps, parse_playbook(new).steps)
    lines = text_diff.changes(_NUMBER.sub("### ", old), _NUMBER.sub("### ", new))
    return {name: lines, f"{name}_of_steps": steps[:1].upper() + steps[1:]}


@require_POST
def playbook_revision_restore(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """The playbook says again what it said in this revision; what stood until now is kept too."""
    playbook = get_object_or_404(Playbook, slug=slug)
    revision = get_object_or_404(playbook.revisions, number=number)
    seen = request.POST.get("version", "")
    with domain_errors_as_messages(request):
        operations.restore(
            playbook,
            revision,
            base_version=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0,
            by=request.user,
            at=timezone.now(),
        )
        messages.success(request, f"Revision {number} is restored. The previous version is kept.")
    return redirect(playbook)
