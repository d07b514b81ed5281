from playbooks.models.failure_pattern import FailurePattern
from playbooks.models.playbook import Playbook, PlaybookStep, Risk

__all__ = ["FailurePattern", "Playbook", "PlaybookStep", "Risk"]
