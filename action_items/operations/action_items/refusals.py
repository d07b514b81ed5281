"""What keeps an action item from being moved on, each with a sentence for the person."""

from __future__ import annotations

from core.errors import DomainError


class EvidenceMissing(DomainError):
    """Done was said without anything that shows it."""


class VerifierRefused(DomainError):
    """Whoever is said to have verified it has left, or could not even open the incident."""


class ReasonMissing(DomainError):
    """Won’t do, or a later date, was said without a reason."""


class RiskMissing(DomainError):
    """Won’t do was said without the risk that is accepted with it."""


class ReReviewRefused(DomainError):
    """The day on which a declined item is looked at again is not within bounds."""


class DueRefused(DomainError):
    """The new due date has passed already."""


class SnoozeRefused(DomainError):
    """It would be snoozed for too long, too often, or not at all."""


class OwnerMayNotSee(DomainError):
    """The owner chosen could not even open the incident."""


class ActionItemGone(DomainError):
    """Somebody deleted it meanwhile."""


class AlreadyClosed(DomainError):
    """Somebody closed it meanwhile."""


class NotDeclined(DomainError):
    """It was taken up again, or done, meanwhile."""


class StillWaits(DomainError):
    """Something that waits for open action items is not done by oversight."""


class OpenParts(DomainError):
    """Parts of it are still open, and nobody said that they stay so."""


class PartRefused(DomainError):
    """It cannot be part of that: one level, within one incident."""


class DependencyRefused(DomainError):
    """It cannot wait for that."""
