"""The revision that an operation records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from accounts.models import User
from incidents.models import Incident


@contextmanager
def records(incident: Incident, summary: str, *, by: User | None, at: datetime) -> Iterator[None]:
    """Assert that the block records exactly one revision of `incident`, with these facts."""
    last = _last(incident)
    yield
    new = incident.revisions.filter(number__gt=last)
    assert [(each.summary, each.saved_by, each.saved_at) for each in new] == [(summary, by, at)]
    assert Incident.objects.get(pk=incident.pk).updated_at == at


@contextmanager
def records_nothing(incident: Incident) -> Iterator[None]:
    """Assert that the block records no revision of `incident`."""
    last = _last(incident)
    yield
    assert not incident.revisions.filter(number__gt=last).exists()


def _last(incident: Incident) -> int:
    newest = incident.revisions.first()
    return newest.number if newest else 0
