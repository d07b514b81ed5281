"""The state of the backups, for administrators."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from backups import status
from backups.models import BackupRun
from messaging.models import SendingPause

SHOWN = 30


def _require_administrator(request: SignedInRequest) -> None:
    if not request.user.is_administrator:
        raise PermissionDenied("Only administrators may see backups.")


@require_safe
def backup_list(request: SignedInRequest) -> HttpResponse:
    """The age of the last backup, and the latest attempts."""
    _require_administrator(request)
    context = {
        "status": status.current(timezone.now()),
        "runs": BackupRun.objects.newest_first()[:SHOWN],
        "pause": SendingPause.objects.active().first(),
        "shares_a_disk": status.shares_a_disk(),
        "nightly": settings.BACKUP_NIGHTLY,
        "hour": settings.BACKUP_HOUR,
        "folder": settings.BACKUP_DIR,
        "daily": settings.BACKUP_KEEP_DAILY,
        "weekly": settings.BACKUP_KEEP_WEEKLY,
        "with_keys": settings.BACKUP_KEYS,
    }
    return render(request, "backups/backup_list.html", context)


@require_safe
def backup_notice(request: SignedInRequest) -> HttpResponse:
    """A warning for the administrators' home page; an empty answer where all is well."""
    _require_administrator(request)
    context = {
        "status": status.current(timezone.now()),
        "pause": SendingPause.objects.active().first(),
    }
    return render(request, "backups/_notice.html", context)
