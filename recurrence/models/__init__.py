"""Models of recurrence: playbook runs."""

from recurrence.models.playbook_run import PlaybookRun, PlaybookTick

__all__ = [
    "PlaybookRun",
    "PlaybookTick",
]
