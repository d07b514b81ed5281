"""Importing: one incident per document, nothing lost, nothing overwritten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.exchange import parse, render_incident
from incidents.models import ActionItem, Edition, Incident, SectionVersion, Service
from incidents.operations import importing
from tests.factories import NOON, IncidentFactory, PatternFactory, SectionFactory
from tests.recorded import records

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)
FILE = """\
---
format: nevertwice/incident/1
reference: INC-7
title: Registry refused pulls
status: draft
severity: SEV2
environment: production
time_zone: UTC
visibility: internal
owner: ana
services:
- registry
---

## Summary

Pulls were refused.

## Impact

No deployment for an hour.

## Timeline

### 2019-07-01 11:21

*minute · milestone: started · observation*

The first pull failed.

### 2019-07-01 12:43

*minute · milestone: resolved · action*

The token was renewed.

## Action items

### Alert before tokens expire

*open · detect · P1*

- Owner: ana

### Write it down

*open · process · P2*
"""


def store(text: str = FILE, *, by=None, at=NOON, name="report.md") -> Incident:
    return importing.store(parse(text, name=name), by=by, at=at)


def test_a_new_file_becomes_an_incident_with_its_reference(ana):
    incident = store()

    assert render_incident(incident) == FILE
    assert (incident.reference, incident.owner) == ("INC-7", ana)
    assert incident.started_at.isoformat() == "2019-07-01T11:21:00+00:00"
    [revision] = incident.revisions.all()
    assert (revision.summary, revision.content) == ("Imported from report.md", FILE)
    assert SectionVersion.objects.filter(section__incident=incident).count() == 2


def test_the_same_file_again_writes_nothing(ana):
    store()

    with CaptureQueriesContext(connection) as queries:
        incident = store(at=LATER)

    assert Incident.objects.count() == 1
    assert incident.updated_at == NOON
    writes = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert writes == []


def test_a_changed_file_changes_only_what_differs(ana):
    incident = store()
    items = {item.title: item for item in incident.action_items.all()}
    summary, impact = incident.sections.all()

    store(
        FILE.replace("for an hour", "for two hours")
        .replace("- Owner: ana\n", "- Owner: ana\n- Due: 2019-08-01\n")
        .replace("### Write it down\n\n*open · process · P2*\n", ""),
        at=LATER,
    )

    [item] = incident.action_items.all()
    assert item.pk == items["Alert before tokens expire"].pk
    assert (item.version, item.created_at, item.updated_at) == (2, NOON, LATER)
    assert [(s.pk, s.version) for s in incident.sections.all()] == [(summary.pk, 1), (impact.pk, 2)]
    assert [v.body for v in impact.versions.all()] == [
        "No deployment for two hours.",
        "No deployment for an hour.",
    ]
    assert [event.version for event in incident.timeline.all()] == [1, 1]
    assert incident.revisions.count() == 2


def test_milestones_may_move_between_events(ana):
    incident = store()
    swapped = (
        FILE.replace("started", "x").replace("resolved", "started").replace("x ·", "resolved ·")
    )

    store(swapped, at=LATER)

    assert render_incident(incident) == swapped
    assert Incident.objects.get().started_at.isoformat() == "2019-07-01T12:43:00+00:00"


def test_a_new_reference_is_the_next_one(ana):
    IncidentFactory(number=41)

    assert store(FILE.replace("reference: INC-7\n", "")).reference == "INC-42"
    assert store(FILE).reference == "INC-7"


def test_a_reference_of_another_incident_is_not_overwritten(ana):
    SectionFactory(incident=IncidentFactory(number=7, title="Disk full"), body="Ours.")
    parsed = parse(FILE, name="report.md")
    [question] = [p for p in importing.problems_here(parsed, by=None) if "INC-7" in p.message]

    stored = importing.store(parsed, by=None, at=NOON)

    assert (stored.reference, Incident.objects.get(number=7).title) == ("INC-8", "Disk full")
    assert question.warning
    assert "INC-7 (“Disk full”) has the file’s reference but another text" in question.message


def test_without_a_reference_the_source_decides():
    text = "---\ntitle: Outage\nurl: https://example.com/a\n---\n\nIt broke.\n"
    first = store(text)

    again = store(text.replace("It broke.", "It broke, twice."))
    other = store(text.replace("/a", "/b"))

    assert (again.pk, other.pk == first.pk) == (first.pk, False)
    assert Incident.objects.count() == 2


def test_the_same_title_alone_never_matches():
    text = "# Post-mortem\n\n## Summary\n\nThe disk was full.\n\n## Lessons\n\nWatch it.\n"
    first = store(text)

    other = store(text.replace("Watch it.", "Watch it closely."))

    assert other.pk != first.pk
    assert (store(text).pk, Incident.objects.count()) == (first.pk, 2)


def test_two_write_ups_of_one_name_and_different_days_are_two_incidents():
    text = "# Server outage\n\nWe are looking into it.\n"

    first = store(text, name="2019-01-01-outage.md")
    second = store(text, name="2019-02-02-outage.md")

    assert first.pk != second.pk
    assert store(text, name="2019-01-01-outage.md").pk == first.pk


def test_an_archived_incident_is_not_brought_back(ana):
    incident = store()
    Incident.objects.filter(pk=incident.pk).update(archived_at=NOON)

    with pytest.raises(importing.ImportRefused, match="archived here"):
        store(FILE.replace("Pulls", "All pulls"))


def test_an_unknown_pattern_is_refused_and_nothing_is_saved(ana):
    text = FILE + "\n## Patterns\n\n### cert-credential\n\n*confirmed*\n"

    with pytest.raises(importing.ImportRefused) as caught:
        store(text)

    assert [(p.line, p.warning) for p in caught.value.problems] == [
        (text.split("\n").index("### cert-credential") + 1, False)
    ]
    assert not Incident.objects.exists()
    assert not Service.objects.exists()
    PatternFactory(slug="cert-credential")
    assert store(text).pattern_links.get().pattern.slug == "cert-credential"


def test_an_unknown_owner_is_kept_as_written(db):
    line = FILE.split("\n").index("### Alert before tokens expire") + 1
    problems = importing.problems_here(parse(FILE, name="x.md"), by=None)
    incident = store()

    assert [(p.line, p.warning) for p in problems] == [(None, True), (line, True)]
    item = incident.action_items.get(position=1)
    assert (item.owner, item.owner_as_written) == (None, "ana")
    assert incident.owner is None


def test_an_incident_imported_as_published_has_an_edition(ana):
    text = FILE.replace("draft", "published").replace(
        "- registry\n", "- registry\npublished_at: 2019-07-02T09:00:00Z\n"
    )

    store(text)
    store(text, at=LATER)

    edition = Edition.objects.get()
    assert edition.revision.content == text
    assert edition.published_at.isoformat() == "2019-07-02T09:00:00+00:00"


def test_a_viewer_may_not_import(vera, ana):
    with pytest.raises(PermissionDenied, match="Only authors"):
        store(by=vera)

    assert not Incident.objects.exists()


def test_an_author_may_not_publish_by_importing(ana):
    text = FILE.replace("draft", "published").replace(
        "owner: ana\n", "owner: ana\npublished_at: 2019-07-02T09:00:00Z\n"
    )

    with pytest.raises(PermissionDenied, match="Only reviewers"):
        store(text, by=ana)


def test_an_import_neither_shows_nor_changes_a_hidden_incident(ana, ben):
    incident = store(FILE.replace("internal", "restricted"))

    with pytest.raises(importing.ImportRefused) as caught:
        store(FILE.replace("Pulls", "All pulls"), by=ben)

    assert "Registry" not in str(caught.value)
    incident.refresh_from_db()
    assert incident.visibility == "restricted"


def test_changing_the_visibility_needs_permission_to_restrict(ana, ben):
    store()

    with pytest.raises(PermissionDenied, match="who may see"):
        store(FILE.replace("internal", "restricted"), by=ben)
    assert store(FILE.replace("internal", "restricted"), by=ana).is_restricted


def test_a_refused_document_is_not_stored():
    parsed = parse(FILE.replace("SEV2", "SEV9"), name="x.md")

    with pytest.raises(importing.ImportRefused, match="SEV9"):
        importing.store(parsed, by=None, at=NOON)


def test_a_change_of_the_title_alone_is_imported(ana):
    incident = store()

    importing.store(replace(parse(FILE, name="x"), title="Another name"), by=None, at=LATER)

    assert Incident.objects.get().pk == incident.pk
    assert Incident.objects.get().title == "Another name"


@pytest.mark.parametrize("count", [1, 3])
def test_an_import_takes_the_same_queries_for_few_and_many_parts(count, ana):
    events = "".join(
        f"\n### 2019-07-01 1{n}:00\n\n*minute · observation*\n\nEvent {n}.\n" for n in range(count)
    )
    with CaptureQueriesContext(connection) as queries:
        store(FILE.replace("\n### 2019-07-01 11:21", events + "\n### 2019-07-01 11:21"))

    assert len(queries) <= 60
    assert ActionItem.objects.count() == 2


def test_an_import_is_recorded_with_person_and_time(ana):
    incident = store()

    with records(incident, "Imported from report.md", by=ana, at=LATER):
        store(FILE.replace("for an hour", "for two hours"), by=ana, at=LATER)


def test_an_imported_change_of_an_action_item_is_in_its_history(ana, ben):
    incident = store()
    incident.action_items.update(given_by=ana, given_at=NOON)

    store(FILE.replace("- Owner: ana\n", "- Owner: ben\n"), by=ana, at=LATER)

    item = incident.action_items.first()
    assert [
        (each.what, each.before, each.after, each.by, each.at, each.via)
        for each in item.changes.all()
    ] == [("owner", "Ana Author", "Ben Builder", ana, LATER, "system")]
    assert (item.owner, item.given_by, item.given_at) == (ben, None, None)
