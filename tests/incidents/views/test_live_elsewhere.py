"""Live writing as other pages and search show it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from incidents.operations import live_upkeep
from incidents.tasks import keep_up_live_text, search_live_text
from tests.clocks import begin
from tests.incidents.views.live import OTHER_TAB, poll, write

pytestmark = pytest.mark.django_db


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
