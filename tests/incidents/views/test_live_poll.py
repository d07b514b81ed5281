"""One poll for the whole page: what has changed, and who else is there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from incidents.operations import sections, timeline
from incidents.operations.timeline import EventFields
from tests.clocks import begin
from tests.factories import NOON
from tests.incidents.views.live import OTHER_TAB, poll, write

pytestmark = pytest.mark.django_db


def versions(incident):
    return {str(pk): version for pk, version in incident.sections.values_list("pk", "version")}


def last(incident):
    return incident.revisions.first().number


def test_a_page_where_nothing_changed_is_told_nothing(ana, signed_in, section):
    incident = section.incident

    answer = poll(
        signed_in(ana), incident, versions=versions(incident), revision=last(incident)
    ).json()

    assert answer == {
        "revision": last(incident),
        "people": [],
        "sections": [],
        "added": [],
        "removed": [],
    }


def test_a_page_is_told_which_sections_changed(ana, ben, signed_in, section):
    incident, known = section.incident, versions(section.incident)
    write(signed_in(ben), section, "New words.")
    gone, *_ = incident.sections.all()
    sections.delete(gone, by=ben, at=NOON)
    new = sections.add(incident, title="More", body="", kind="other", by=ben, at=NOON)

    answer = poll(signed_in(ana), incident, versions=known, revision=0).json()

    [changed] = answer["sections"]
    assert (changed["id"], changed["version"]) == (section.pk, 2)
    assert (changed["text"], changed["by"]) == ("New words.", "Ben Builder")
    assert (answer["added"], answer["removed"]) == ([new.pk], [gone.pk])


def test_a_page_is_told_which_rows_changed(ana, signed_in, incident):
    seen = last(incident)
    event = timeline.add(incident, EventFields(text="Seen.", precision="unknown"), by=ana, at=NOON)

    answer = poll(signed_in(ana), incident, revision=seen).json()

    assert answer["revision"] == seen + 1
    assert answer["rows"] == {
        "timeline": {str(event.pk): 1},
        "root_causes": {},
        "action_items": {},
        "header": {str(incident.pk): 1},
    }


def test_people_see_who_is_in_which_section(ana, ben, signed_in, section):
    incident = section.incident
    poll(signed_in(ben), incident, tab=OTHER_TAB, section=section.pk, writing=True)

    answer = poll(signed_in(ana), incident, writing=True).json()

    assert answer["people"] == [{"name": "Ben Builder", "person": ben.pk, "section": section.pk}]


def test_who_left_or_has_not_asked_for_a_while_is_not_there(ana, ben, signed_in, section):
    incident = section.incident
    poll(signed_in(ben), incident, tab=OTHER_TAB, writing=True)
    poll(signed_in(ben), incident, tab=OTHER_TAB, leaving=True)
    assert poll(signed_in(ana), incident).json()["people"] == []

    poll(signed_in(ben), incident, tab=OTHER_TAB, writing=True)
    begin(timezone.now() + timedelta(seconds=31))

    assert poll(signed_in(ana), incident).json()["people"] == []


def test_presence_is_written_every_ten_seconds_and_where_it_changes(ana, signed_in, section):
    client, incident = signed_in(ana), section.incident

    def writes(**more):
        with CaptureQueriesContext(connection) as captured:
            poll(client, incident, writing=True, **more)
        return sum("INSERT INTO incidents_presence" in query["sql"] for query in captured)

    assert writes() == 1
    assert writes() == 0
    assert writes(section=section.pk) == 1
    assert writes(section=section.pk) == 0
    begin(timezone.now() + timedelta(seconds=11))
    assert writes(section=section.pk) == 1


def test_leaving_records_what_was_written(ana, signed_in, section):
    write(signed_in(ana), section, "New words.")

    poll(signed_in(ana), section.incident, leaving=True)

    assert section.incident.revisions.first().summary == "Edited “Notes”"


def test_a_poll_without_news_needs_one_query_beside_knowing_who_asks(ana, signed_in, section):
    client, incident = signed_in(ana), section.incident
    fields = {"versions": versions(incident), "revision": last(incident), "writing": True}
    poll(client, incident, **fields)

    with CaptureQueriesContext(connection) as captured:
        poll(client, incident, **fields)

    assert len(captured) == 3


def test_an_autosave_needs_few_queries(ana, signed_in, section):
    client = signed_in(ana)
    write(client, section, "One.")

    with CaptureQueriesContext(connection) as captured:
        write(client, section, "Two.", seq=2, base=2)

    marks = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    asked = [query["sql"] for query in captured if not query["sql"].startswith(marks)]
    assert len(asked) <= 10, "\n".join(asked)
