from playbooks.models.failure_pattern import FailurePattern
from playbooks.models.playbook import REVIEW_EVERY, Playbook, PlaybookStep, Risk
from playbooks.models.revision import PlaybookRevision

__all__ = [
    "REVIEW_EVERY",
    "FailurePattern",
    "Playbook",
    "PlaybookRevision",
    "PlaybookStep",
    "Risk",
]
