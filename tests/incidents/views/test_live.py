"""The JSON that the writing page's script sends and is answered."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from incidents.models import Incident, Presence, Section, SectionClash, UnsavedText
from incidents.operations import incidents, live_upkeep, sections, timeline
from incidents.operations.incidents import IncidentFields
from incidents.operations.timeline import EventFields
from incidents.tasks import keep_up_live_text, search_live_text
from tests.clocks import begin
from tests.factories import NOON

pytestmark = pytest.mark.django_db

TAB = "00000000-0000-0000-0000-000000000001"
OTHER_TAB = "00000000-0000-0000-0000-000000000002"


@pytest.fixture
def incident(ana):
    return incidents.create(IncidentFields(title="Hub down"), by=ana, at=NOON)


@pytest.fixture
def section(incident, ana):
    body = "The pool ran dry. We restarted it."
    return sections.add(incident, title="Notes", body=body, kind="other", by=ana, at=NOON)


def send(client, address, **fields):
    return client.post(address, json.dumps(fields), content_type="application/json")


def write(client, section, text, *, pk=0, **more):
    address = f"/incidents/{section.incident.reference}/sections/{pk or section.pk}/live/"
    return send(client, address, **{"tab": TAB, "seq": 1, "base": 1, "text": text} | more)


def poll(client, incident, **more):
    fields = {"tab": TAB, "versions": {}, "revision": 0} | more
    return send(client, f"/incidents/{incident.reference}/live/", **fields)


def test_a_text_is_saved_and_acknowledged(ana, signed_in, section):
    answer = write(signed_in(ana), section, "The pool ran dry at noon.").json()

    assert answer["seq"] == 1
    assert answer["version"] == 2
    assert answer["text"] is None  # as it was sent
    assert answer["clashes"] == []
    assert Section.objects.get(pk=section.pk).body == "The pool ran dry at noon."


def test_the_answer_brings_what_others_wrote(ana, ben, signed_in, section):
    write(signed_in(ana), section, "The pool ran dry at noon. We restarted it.")

    answer = write(signed_in(ben), section, "The pool ran dry. We replaced it.", tab=OTHER_TAB)

    assert answer.json()["text"] == "The pool ran dry at noon. We replaced it."


def test_without_a_text_it_says_how_the_section_is(ana, signed_in, section):
    answer = write(signed_in(ana), section, None).json()

    assert (answer["version"], answer["title"], answer["text"]) == (1, "Notes", section.body)


def test_clashes_are_told_to_everybody_until_somebody_chooses(ana, ben, signed_in, section):
    write(signed_in(ana), section, "The pool ran empty. We restarted it.")
    answer = write(signed_in(ben), section, "The pool ran low. We restarted it.", tab=OTHER_TAB)
    [clash] = answer.json()["clashes"]
    assert (clash["base"], clash["mine"], clash["theirs"]) == ("dry", "low", "empty")
    assert (clash["by"], clash["theirs_by"]) == ("Ben Builder", "Ana Author")
    assert write(signed_in(ana), section, None).json()["clashes"] == [clash]

    address = (
        f"/incidents/{section.incident.reference}/sections/{section.pk}/clashes/{clash['id']}/"
    )
    chosen = send(signed_in(ana), address, keep="theirs").json()

    assert chosen["text"] == "The pool ran empty. We restarted it."
    assert chosen["clashes"] == []
    assert not SectionClash.objects.exists()


def test_a_wrong_choice_is_malformed(ana, signed_in, section):
    address = f"/incidents/{section.incident.reference}/sections/{section.pk}/clashes/1/"

    assert send(signed_in(ana), address, keep="none").status_code == 400


@pytest.mark.parametrize(
    ("more", "status", "error"),
    [
        ({"base": 7}, 409, "base_unknown"),
        ({"sum": 1}, 409, "base_unknown"),
        ({"text": "x" * 1_000_001}, 413, "too_long"),
        ({"title": "x" * 201, "base_title": "Notes"}, 413, "too_long"),
        ({"tab": "me"}, 400, "malformed"),
        ({"seq": -1}, 400, "malformed"),
        ({"seq": True}, 400, "malformed"),
        ({"base": "1"}, 400, "malformed"),
        ({"text": 5}, 400, "malformed"),
        ({"clashes": [{"start": 0, "end": 99}]}, 400, "malformed"),
        ({"clashes": [1]}, 400, "malformed"),
    ],
)
def test_refusals_have_a_word_for_the_script(ana, signed_in, section, more, status, error):
    answer = write(signed_in(ana), section, **{"text": "Text."} | more)

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert Section.objects.get(pk=section.pk).version == 1


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"tab": "\\ud800"}'])
def test_what_is_no_request_is_malformed(ana, signed_in, section, body):
    address = f"/incidents/{section.incident.reference}/sections/{section.pk}/live/"

    answer = signed_in(ana).post(address, body, content_type="application/json")

    assert answer.status_code == 400


def test_characters_that_cannot_be_stored_are_left_out(ana, signed_in, section):
    clash = {"start": 0, "end": 1, "base": "\0", "mine": "\ud800", "theirs": "b"}

    answer = write(signed_in(ana), section, "a\0b\ud800c\r\n👍", clashes=[clash]).json()

    assert answer["text"] == "abc\n👍"


def test_a_number_in_use_is_refused(ana, signed_in, section):
    write(signed_in(ana), section, "One.")

    answer = write(signed_in(ana), section, "Two.")

    assert (answer.status_code, answer.json()["error"]) == (409, "refused")


def test_the_words_for_a_removed_section_are_kept(ana, ben, signed_in, section):
    sections.delete(section, by=ben, at=NOON)
    client = signed_in(ana)

    answer = write(client, section, "My words.", title="Notes")
    write(client, section, "My words, and more.", seq=2, title="Notes")
    write(client, section, "My words.", title="Notes")

    assert (answer.status_code, answer.json()["error"]) == (410, "gone")
    [kept] = UnsavedText.objects.all()
    assert (kept.person, kept.incident) == (ana, section.incident)
    assert (kept.title, kept.body) == ("Notes", "My words, and more.")


def test_asking_about_a_removed_section_keeps_nothing(ana, signed_in, section):
    sections.delete(section, by=ana, at=NOON)

    assert write(signed_in(ana), section, None).status_code == 410
    assert not UnsavedText.objects.exists()


def test_a_section_of_another_incident_is_gone_and_nothing_is_kept(ana, signed_in, section):
    other = incidents.create(IncidentFields(title="Other"), by=ana, at=NOON)

    answer = write(signed_in(ana), section, "x", pk=other.sections.first().pk)

    assert answer.status_code == 410
    assert not UnsavedText.objects.exists()
    assert other.sections.first().body == ""


def test_a_viewer_may_not_write_and_may_ask(vera, signed_in, section):
    client = signed_in(vera)

    assert write(client, section, "x").json()["error"] == "forbidden"
    assert write(client, section, None).status_code == 403
    assert poll(client, section.incident, writing=True).status_code == 200
    assert not Presence.objects.exists()


def test_a_restricted_incident_is_not_there_for_others(ben, signed_in, section):
    Incident.objects.update(visibility="restricted")

    for answer in (write(signed_in(ben), section, "x"), poll(signed_in(ben), section.incident)):
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert not UnsavedText.objects.exists()


def test_an_archived_incident_is_refused(ana, signed_in, section):
    incidents.archive(section.incident, by=ana, at=NOON)

    assert write(signed_in(ana), section, "x").status_code == 404


def test_after_the_session_has_ended_the_script_is_told_so(client, section):
    headers = {"X-Requested-With": "XMLHttpRequest", "Accept": "application/json"}
    address = f"/incidents/{section.incident.reference}/sections/{section.pk}/live/"

    answer = client.post(address, "{}", content_type="application/json", headers=headers)

    assert (answer.status_code, answer.json()["error"]) == (401, "signed_out")


def test_a_page_from_before_signing_in_again_is_told_so(ana, section):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ana, backend="allauth.account.auth_backends.AuthenticationBackend")
    headers = {"X-Requested-With": "XMLHttpRequest", "Accept": "application/json"}
    address = f"/incidents/{section.incident.reference}/live/"

    answer = client.post(address, "{}", content_type="application/json", headers=headers)

    assert (answer.status_code, answer.json()["error"]) == (403, "csrf")


def test_nobody_saves_in_the_name_of_whoever_signed_in_meanwhile(ana, ben, signed_in, section):
    answer = write(signed_in(ben), section, "Ana's words.", person=ana.pk)

    assert (answer.status_code, answer.json()["error"]) == (403, "other_person")
    assert Section.objects.get(pk=section.pk).version == 1
    assert write(signed_in(ana), section, "Ana's words.", person=ana.pk).status_code == 200


# --- one poll for the page ---------------------------------------------------------------------


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


# --- what others see of it ---------------------------------------------------------------------


def test_the_history_says_who_is_writing_and_who_wrote(ana, ben, signed_in, section):
    client, page = signed_in(ana), f"/incidents/{section.incident.reference}/revisions/"
    write(client, section, "One.")
    write(signed_in(ben), section, "One. Two.", tab=OTHER_TAB, base=2)

    assert "Ana Author, Ben Builder are writing." in client.get(page).content.decode()
    poll(client, section.incident, leaving=True)

    listed = client.get(page).content.decode()
    assert "writing." not in listed
    assert "Ben Builder, Ana Author," in listed


def test_the_versions_of_a_section_are_those_that_a_stretch_ended_with(ana, signed_in, section):
    client = signed_in(ana)
    page = f"/incidents/{section.incident.reference}/sections/{section.pk}/history/"
    write(client, section, "First passing.")
    write(client, section, "Second passing.", seq=2, base=2)
    poll(client, section.incident, leaving=True)
    write(client, section, "Third, still open.", seq=3, base=3)

    listed = client.get(page).content.decode()

    assert "First passing." not in listed
    assert "Second passing." in listed
    assert "Third, still open." in listed


def test_search_finds_live_text_once_the_task_has_run(ana, signed_in, section):
    write(signed_in(ana), section, "A xylophone was heard.")
    assert live_upkeep.unsearched(at=timezone.now() + timedelta(seconds=31)) == [
        section.incident.pk
    ]

    search_live_text(section.incident.pk)

    page = signed_in(ana).get("/search/", {"q": "xylophone"}).content.decode()
    assert f"/incidents/{section.incident.reference}/" in page
    assert live_upkeep.unsearched(at=timezone.now() + timedelta(seconds=31)) == []


def test_the_task_of_every_minute_records_and_indexes_what_was_left(ana, signed_in, section):
    write(signed_in(ana), section, "A xylophone was heard.")
    begin(timezone.now() + timedelta(minutes=2, seconds=1))

    keep_up_live_text()

    assert section.incident.revisions.first().summary == "Edited “Notes”"
    assert "xylophone" in signed_in(ana).get("/search/", {"q": "xylophone"}).content.decode()
