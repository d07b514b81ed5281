"""Saying whether two incidents that look alike are the same failure; remembered for everyone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from core.errors import DomainError
from core.prepared import Prepared
from incidents import permissions
from incidents.models import Incident
from search.models import Resemblance, Verdict

_WHO = "Only authors may say whether incidents are the same failure."


@transaction.atomic
def decide(one: Incident, other: Incident, verdict: str, *, by: User, at: datetime) -> Resemblance:
    """Say that the two are the same failure, or not; whoever says so last is right. Saying the
    same again changes nothing. The caller made sure that `by` may see both."""
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
    found = Resemblance.objects.filter(first=first, second=second).first()
    if found and found.verdict == verdict:
        return found
    found = found or Resemblance(first=first, second=second)
    found.verdict, found.decided_by, found.decided_at = verdict, by, at
    found.save()
    return found


@transaction.atomic
def take_back(one: Incident, other: Incident, *, by: User) -> None:
    """Leave it open again whether the two are the same failure."""
    permissions.require(permissions.can_write(by), _WHO)
    first, second = sorted([one.pk, other.pk])
    Resemblance.objects.filter(first=first, second=second).delete()


def about(incident: int) -> dict[int, str]:
    """What was said about the incident and others, by their keys. One query. Whether a person
    may see those others is for the caller to ask."""
    return {
        second if first == incident else first: verdict
        for first, second, verdict in _about(0, incident)
    }


_about = Prepared(
    lambda shape, pk: Resemblance.objects.filter(Q(first=pk) | Q(second=pk)).values_list(
        "first_id", "second_id", "verdict"
    )
)
