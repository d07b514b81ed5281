"""Errors that stop a change to an action item, each with a sentence for the user."""

from __future__ import annotations

from core.errors import DomainError


class EvidenceMissing(DomainError):
    """Completion without a note or link as evidence."""


class VerifierRefused(DomainError):
    """A verifier who has left, or who may not open the incident."""


class ReasonMissing(DomainError):
    """“Won’t do”, or a later due date, without a reason."""


class RiskMissing(DomainError):
    """“Won’t do” without the risk that is accepted."""


class ReReviewRefused(DomainError):
    """A re-review day out of bounds."""


class DueRefused(DomainError):
    """A due date in the past."""


class SnoozeRefused(DomainError):
    """A snooze that is too long, one too many, or of no length."""


class OwnerMayNotSee(DomainError):
    """A new owner who may not open the incident."""


class ActionItemGone(DomainError):
    """An action item that somebody else deleted."""


class AlreadyClosed(DomainError):
    """An action item that somebody else closed."""


class NotDeclined(DomainError):
    """An action item that is no longer declined: it was reopened or completed."""


class StillWaits(DomainError):
    """Completion of an item that still waits for open ones, without saying so explicitly."""


class OpenParts(DomainError):
    """Closing an item whose parts are open, without saying that they stay open."""


class PartRefused(DomainError):
    """A parent that is not allowed: parts are one level deep, within one incident."""


class DependencyRefused(DomainError):
    """A dependency that is not allowed."""
