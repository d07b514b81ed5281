"""Incidents of one pattern, their fixes, and requests for the page."""

from datetime import UTC, datetime

from django.urls import reverse

from action_items.models import FixCheck
from recurrence.operations.fix_checks import fix_version
from tests.factories import (
    DoneActionItemFactory,
    IncidentFactory,
    PatternLinkFactory,
)


def incident_of(pattern, day=None, precision="day", state="confirmed", **more):
    at = datetime(*day, 12, tzinfo=UTC) if day else None
    incident = IncidentFactory(
        occurred_at=at, occurred_precision=precision if at else "unknown", **more
    )
    PatternLinkFactory(incident=incident, pattern=pattern, state=state)
    return incident


def fix_of(incident, day, **more):
    return DoneActionItemFactory(incident=incident, closed_at=datetime(*day, tzinfo=UTC), **more)


def page_of(client, incident):
    answer = client.get(incident.get_absolute_url())
    assert answer.status_code == 200
    return answer.context


def answer(client, incident, item, said, **more):
    address = reverse("fix_check_answer", args=[incident.reference])
    asked = FixCheck.objects.filter(action_item=item.pk, incident=incident).first()
    done_at = asked.done_at if asked else getattr(item, "closed_at", None)
    posted = {"item": item.pk, "answer": said, "note": "", "version": fix_version(done_at)}
    return client.post(address, posted, **more)
