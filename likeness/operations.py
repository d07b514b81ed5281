"""Verdicts on two similar incidents: the same failure or not, remembered for everyone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from core.errors import DomainError, StaleWrite
from core.prepared import Prepared
from incidents import permissions
from incidents.models import Incident
from likeness.models import SimilarityVerdict, Verdict

UNDECIDED = "undecided"
_WHO = "Only authors may decide whether incidents are the same failure."


@transaction.atomic
def decide(
    one: Incident,
    other: Incident,
    verdict: str,
    *,
    seen: str | None = None,
    by: User,
    at: datetime,
) -> SimilarityVerdict:
    """Record that the two are the same failure, or not. Repeating it changes nothing.

    The caller has checked that `by` may see both. Raises StaleWrite if `seen`, the verdict that
    `by` saw, or UNDECIDED if there was none, is not the current one.
    """
    permissions.require(permissions.can_write(by), _WHO)
    if verdict not in Verdict.values:
        raise DomainError("Choose whether the two incidents are the same failure.")
    if one.pk == other.pk:
        raise DomainError("An incident cannot be compared with itself.")
    first, second = sorted([one, other], key=lambda incident: incident.pk)
    # Locked in a fixed order, so that concurrent verdicts are saved one after the other.
    list(
        Incident.objects.select_for_update(no_key=True)
        .filter(pk__in=[first.pk, second.pk])
        .order_by("pk")
        .values_list("pk")
    )
    found = SimilarityVerdict.objects.filter(first=first, second=second).first()
    if found and found.verdict == verdict:
        return found
    _require_seen(found, seen)
    found = found or SimilarityVerdict(first=first, second=second)
    found.verdict, found.decided_by, found.decided_at = verdict, by, at
    found.save()
    return found


@transaction.atomic
def withdraw(one: Incident, other: Incident, *, seen: str | None = None, by: User) -> None:
    """Withdraw the verdict on the two. Raises StaleWrite as `decide` does."""
    permissions.require(permissions.can_write(by), _WHO)
    first, second = sorted([one.pk, other.pk])
    found = SimilarityVerdict.objects.select_for_update().filter(first=first, second=second).first()
    if found is None:
        return
    _require_seen(found, seen)
    found.delete()


def _require_seen(found: SimilarityVerdict | None, seen: str | None) -> None:
    if seen in (None, found.verdict if found else UNDECIDED):
        return
    who = found.decided_by if found and found.decided_by else "Somebody"
    now = found.get_verdict_display().lower() if found else "undecided"
    raise StaleWrite(f"{who} changed this since you opened the page: it is “{now}” now.")


def verdicts_of(incident: int) -> dict[int, str]:
    """Return the verdicts on the incident and others, by their keys. One query. The caller checks
    whether a person may see those others."""
    return {
        second if first == incident else first: verdict
        for first, second, verdict in _about(0, incident)
    }


_about = Prepared(
    lambda shape, pk: SimilarityVerdict.objects.filter(Q(first=pk) | Q(second=pk)).values_list(
        "first_id", "second_id", "verdict"
    )
)
