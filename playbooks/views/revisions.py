"""What playbooks said before, and letting them say it again."""

from __future__ import annotations

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
from playbooks.exchange import render_playbook
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
    """One saved state: what changed in it, what changed since, and the whole as it then read."""
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
        "changes": text_diff.changes(before.content, revision.content) if before else [],
        "since": text_diff.changes(revision.content, render_playbook(playbook)),
        "facts": facts,
        "text": text,
        "can_write": operations.can_write(request.user),
        "nav": "playbooks",
    }
    return render(request, "playbooks/playbook_revision_detail.html", context)


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
        messages.success(request, f"Revision {number} is restored. What stood before is kept.")
    return redirect(playbook)
