"""Archiving playbooks and failure patterns, and taking them out of the archive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from core.errors import domain_errors_as_messages
from playbooks import archiving
from playbooks.models import FailurePattern, Playbook
from playbooks.views.writing import require_author


@require_POST
def playbook_archive(request: SignedInRequest, slug: str) -> HttpResponse:
    """Take a playbook out of lists, search and choices."""
    playbook = get_object_or_404(Playbook, slug=slug)
    return _changed(request, playbook, archiving.archive_playbook, "is archived")


@require_POST
def playbook_unarchive(request: SignedInRequest, slug: str) -> HttpResponse:
    """Bring a playbook back into use."""
    playbook = get_object_or_404(Playbook, slug=slug)
    return _changed(request, playbook, archiving.unarchive_playbook, "is in use again")


@require_POST
def pattern_archive(request: SignedInRequest, slug: str) -> HttpResponse:
    """Take a failure pattern out of lists, search and choices."""
    pattern = get_object_or_404(FailurePattern, slug=slug)
    return _changed(request, pattern, archiving.archive_pattern, "is archived")


@require_POST
def pattern_unarchive(request: SignedInRequest, slug: str) -> HttpResponse:
    """Bring a failure pattern back into use."""
    pattern = get_object_or_404(FailurePattern, slug=slug)
    return _changed(request, pattern, archiving.unarchive_pattern, "is in use again")


def _changed(
    request: SignedInRequest,
    row: Playbook | FailurePattern,
    change: Callable[..., Any],
    words: str,
) -> HttpResponse:
    require_author(request)
    seen = request.POST.get("version", "")
    version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0
    with domain_errors_as_messages(request):
        change(row, base_version=version, by=request.user, at=timezone.now())
        messages.success(request, f"“{row}” {words}.")
    return redirect(row)
