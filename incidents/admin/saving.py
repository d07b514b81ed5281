"""Saving through the admin with the same revisions, history and times as the product."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.db import models, transaction
from django.db.models import Max
from django.http import HttpRequest

from accounts.models import User
from incidents.models import ActionItem, Incident, Section, SectionVersion
from incidents.operations import action_item_changes, revisions
from incidents.operations.times import refresh_times

# An address without a scheme gets https.
ADDRESSES: dict[type[models.Field[Any, Any]], dict[str, Any]] = {
    models.URLField: {"assume_scheme": "https"}
}
_MOMENTS_OF_MAKING = ("created_at", "recorded_at", "decided_at", "used_at")
_MAKERS = ("author", "decided_by", "used_by", "created_by")


def signed_in(request: HttpRequest) -> User:
    """Return the signed-in administrator; the admin admits nobody else."""
    return cast(User, request.user)


def save_part(part: Any, *, by: User, at: datetime) -> None:
    """Save a part of an incident; fill in its position, times and people."""
    names = {field.name for field in part._meta.fields}
    if part._state.adding:
        if "position" in names and part.position is None:
            rows = type(part)._base_manager.filter(incident=part.incident)
            part.position = (rows.aggregate(last=Max("position"))["last"] or 0) + 1
        for name in names.intersection(_MOMENTS_OF_MAKING):
            setattr(part, name, at)
        for name in names.intersection(_MAKERS):
            setattr(part, name, by)
    if "updated_at" in names:
        part.updated_at = at
    if "updated_by" in names:
        part.updated_by = by
    if isinstance(part, ActionItem):
        stored = ActionItem.objects.filter(pk=part.pk).first()
        before = action_item_changes.owner_keys(stored) if stored else (None, None)
        action_item_changes.note_giver(part, before, by=by, at=at)
    part.save()
    if isinstance(part, Section):
        SectionVersion.objects.get_or_create(
            section=part,
            version=part.version,
            defaults={"title": part.title, "body": part.body, "saved_at": at, "saved_by": by},
        )


@transaction.atomic
def settle(incident: Incident | None, *, by: User, at: datetime) -> None:
    """Refresh the times copied from the timeline, record a revision, and update search.

    Does nothing without an incident: a playbook can be used outside of one.
    """
    if incident is None:
        return
    held = Incident.objects.select_for_update().get(pk=incident.pk)
    refresh_times(held)
    revisions.record(held, by=by, at=at, summary="Changed in the administration")
