"""Queries of a save: the whole request, from the session to the work after the commit."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.models import Incident
from incidents.operations import revisions
from tests.factories import (
    NOON,
    ActionItemFactory,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    PlaybookFactory,
    PlaybookUseFactory,
    RootCauseFactory,
    SectionFactory,
    ServiceFactory,
    TagFactory,
    TeamFactory,
    TimelineEventFactory,
)

MOST = 21  # two of them tell who is signed in
MARKS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")  # no queries, and more in tests
NEW = {
    "section_new": {"title": "More", "kind": "other", "body": "Some *more*."},
    "event_new": {"text": "Seen.", "precision": "unknown", "kind": "observation"},
    "root_cause_new": {"text": "A date passed.", "role": "root", "origin": "team"},
    "pattern_link_new": {"evidence": "The log."},
    "playbook_use_new": {"playbook": "fresh", "outcome": "helped", "note": ""},
    "action_item_new": {"title": "Renew it", "kind": "prevent", "priority": "P1", "size": ""},
    "incident_publish": {},
    "incident_request_review": {},
    "incident_not_required": {"reason": "A drill."},
    "incident_archive": {},
}
CHANGES = {
    "section_edit": {"title": "Summary", "kind": "summary", "body": "New words.", "version": 1},
    "section_move": {"direction": "up"},
    "section_delete": {"version": 1},
    "event_edit": {"text": "Seen.", "precision": "unknown", "kind": "action", "version": 1},
    "event_delete": {"version": 1},
    "root_cause_edit": {"text": "Another.", "role": "root", "origin": "team", "version": 1},
    "root_cause_delete": {"version": 1},
    "pattern_link_edit": {"evidence": "The log."},
    "pattern_link_decide": {"state": "dismissed"},
    "pattern_link_delete": {},
    "action_item_edit": {
        **{"title": "Renew it", "kind": "prevent", "priority": "P1", "size": ""},
        **{"status": "open", "version": 1},
    },
    "action_item_complete": {
        "version": 1,
        "evidence_url": "https://example.com/1",
        "verified_by": "rita",
    },
    "action_item_decline": {"version": 1, "reason": "Too dear.", "accepted_risk": "A night."},
    "action_item_reopen": {"version": 1},
    "action_item_reassign": {"version": 1, "owner": "rita", "note": "Please."},
    "action_item_redate": {"version": 1, "due_on": "2199-01-01", "reason": "The part is late."},
    "action_item_move": {"to": "blocked"},
    "action_item_delete": {"version": 1},
}
FACTS = {
    **{"title": "Renamed", "severity": "SEV1", "environment": "production", "version": 1},
    **{"time_zone": "Europe/Dublin", "visibility": "internal"},
}


# Additional queries: with another time zone, every event is read again; a new name is looked up,
# created, and looked up again.
CLOCKS = ("the timeline", "the milestones")
PERSON = ("the people named", "their roles")
LABELS = ("services", "tags")
WITH_IT = {"action_item_delete": ("its history", "what waits", "its parts")}


def incident_with(count: int, owner: Any) -> dict[str, Any]:
    """Create an incident with `count` rows of each part, indexed and cached; return rows by
    part.
    """
    incident = IncidentFactory(owner=owner)
    for _ in range(count):
        parts = {
            name: factory(incident=incident)
            for name, factory in {
                "section": SectionFactory,
                "event": TimelineEventFactory,
                "root_cause": RootCauseFactory,
                "pattern_link": PatternLinkFactory,
                "action_item": ActionItemFactory,
            }.items()
        }
        parts["action_item"].owner = owner
        parts["action_item"].save()
        PlaybookUseFactory(incident=incident, used_by=owner)
        PatternLinkFactory(incident=IncidentFactory(), pattern=parts["pattern_link"].pattern)
        incident.services.add(ServiceFactory())
        incident.tags.add(TagFactory())
        incident.readers.add(owner)
        incident.reader_teams.add(TeamFactory())
    incident.roles.create(user=owner, role="scribe")
    revisions.record(incident, by=owner, at=NOON, summary="First")
    return {"incident": incident, **parts}


@pytest.fixture
def cost(rita, signed_in, django_capture_on_commit_callbacks):
    """`cost(name, posted, count)`: return the number of queries for that POST."""
    client = signed_in(rita)
    fresh = PatternFactory()
    PlaybookFactory(slug="fresh")

    def of(name: str, posted: dict[str, Any], count: int, **headers: str) -> int:
        scene = incident_with(count, rita)
        incident: Incident = scene["incident"]
        part = next((part for part in scene if name.startswith(part) and name in CHANGES), None)
        about: dict[str, Any] = {"pk": scene[part].pk} if part else {}
        if part != "action_item" and name != "incident_new":
            about["reference"] = incident.reference
        if name == "incident_edit":
            posted = posted | {
                "services": ", ".join(service.name for service in incident.services.all()),
                "tags": ", ".join(tag.name for tag in incident.tags.all()),
                "reader_teams": ", ".join(team.name for team in incident.reader_teams.all()),
                **dict.fromkeys(("owner", "commanders", "scribes", "readers"), "rita"),
            }
        if name.startswith("pattern_link_") and part:
            posted = posted | {"version": scene[part].version}
        if name == "pattern_link_new":
            posted = posted | {"pattern": fresh.pk}
        address = reverse(name, kwargs=about)
        address += "?version=1" if name == "action_item_move" else ""
        with (
            CaptureQueriesContext(connection) as queries,
            django_capture_on_commit_callbacks(execute=True),
        ):
            answer = client.post(address, posted, headers=headers)
        assert answer.status_code in (200, 302), answer.content.decode()
        return sum(not query["sql"].startswith(MARKS) for query in queries)

    return of


PLACES = pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "in place"])


@PLACES
@pytest.mark.parametrize("name", [*NEW, *CHANGES])
def test_a_save_takes_few_queries_whatever_the_size(name, headers, cost):
    posted = (NEW | CHANGES)[name] | {"place": "incident"}

    one, three = cost(name, posted, 1, **headers), cost(name, posted, 3, **headers)

    assert one <= three <= MOST + len(WITH_IT.get(name, ()))


@PLACES
def test_saving_a_header_with_a_new_zone_and_person_takes_few_queries(headers, cost):
    one, three = (cost("incident_edit", FACTS, count, **headers) for count in (1, 3))

    assert one == three <= MOST + len((*CLOCKS, *PERSON, "the revision that was seen"))


def test_creating_an_incident_takes_few_queries(cost):
    posted = FACTS | {"services": "api, queue", "tags": "night"}

    assert cost("incident_new", posted, 1) <= MOST + len(LABELS)
