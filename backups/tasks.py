"""Background work: thin, and harmless when it runs twice."""

from __future__ import annotations

import logging

import psycopg
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from backups import operations
from core.errors import DomainError

log = logging.getLogger("nevertwice.backups")


@shared_task
def back_up_when_due() -> None:
    """Make the nightly backup if it is due. After a failure the next tick retries."""
    if not settings.BACKUP_NIGHTLY:
        return
    try:
        finished = operations.back_up_nightly(clock=timezone.now)
    except (DomainError, OSError, psycopg.Error) as error:
        log.error("The nightly backup failed: %s", operations.reason_of(error))
        return
    if finished:
        log.info("Backup written: %s (%d bytes)", finished.made.path, finished.made.size)
        if finished.made.warning:
            log.warning("%s", finished.made.warning)
