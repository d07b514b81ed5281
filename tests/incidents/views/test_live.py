"""Saving a section live: the JSON that the writing page's script sends and is answered."""

from __future__ import annotations

import pytest
from django.test import Client

from incidents.models import Incident, Presence, Section, SectionClash, UnsavedText
from incidents.operations import incidents, sections
from incidents.operations.incidents import IncidentFields
from tests.factories import NOON
from tests.incidents.views.live import OTHER_TAB, poll, send, write

pytestmark = pytest.mark.django_db


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
