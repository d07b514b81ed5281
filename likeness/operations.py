"""Saying whether two incidents that look alike are the same failure; remembered for everyone."""

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
_WHO = "Only authors may say whether incidents are the same failure."


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
    """Say that the two are the same failure, or not. Saying the same again changes nothing.

    The caller made sure that `by` may see both. Raises StaleWrite where the verdict that `by`
    saw, UNDECIDED where there was none, is not the current one.
    """
    permissions.require(permissions.can_write(by), _WHO)
    if verdict not in Verdict.values:
        raise DomainError("Two incidents are the same failure, or they are not.")
    if one.pk == other.pk:
        raise DomainError("An incident is not compared with itself.")
    first, second = sorted([one, other], key=lambda incident: incident.pk)
    # Held in one order, so that two who decide at once do it one after the other.
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
    """Leave it open again whether the two are the same failure. Raises StaleWrite as `decide`."""
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
    """What was said about the incident and others, by their keys. One query. Whether a person
    may see those others is for the caller to ask."""
    return {
        second if first == incident else first: verdict
        for first, second, verdict in _about(0, incident)
    }


_about = Prepared(
    lambda shape, pk: SimilarityVerdict.objects.filter(Q(first=pk) | Q(second=pk)).values_list(
        "first_id", "second_id", "verdict"
    )
)
