"""Storing the text of a section that is being written live."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from accounts.models import User
from incidents.models import Section, SectionVersion


def replace(pk: int, *, version: int, title: str, body: str, by: User, at: datetime) -> bool:
    """Replace the text of section `pk` if it is still at `version`; return False if it is not.

    The new text is kept as a passing version. The caller holds the lock on the incident.
    """
    found = Section.objects.filter(pk=pk, version=version).order_by()
    if not found.update(
        title=title, body=body, version=F("version") + 1, updated_at=at, updated_by=by
    ):
        return False
    SectionVersion.objects.create(
        section_id=pk,
        version=version + 1,
        title=title,
        body=body,
        saved_at=at,
        saved_by=by,
        is_passing=True,
    )
    return True
