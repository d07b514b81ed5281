"""Rows of failures that come back: runs of playbooks."""

from recurrence.models.playbook_run import PlaybookRun, PlaybookTick

__all__ = [
    "PlaybookRun",
    "PlaybookTick",
]
