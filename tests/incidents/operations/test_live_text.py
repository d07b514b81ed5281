"""Live writing: every word once, whatever the network does."""

from __future__ import annotations

from uuid import UUID

import pytest

from core.errors import DomainError
from incidents.models import AnsweredTab, SectionVersion
from incidents.operations import (
    incidents,
    live_text,
    sections,
    turns,
)
from incidents.operations.live_text import BaseUnknown, Refused
from incidents.operations.sections import SectionGone
from tests.factories import NOON
from tests.incidents.operations.live import OTHER_TAB, body, write
from tests.incidents.operations.test_two_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_changes_of_two_tabs_are_merged(section, ana, ben):
    write(section, "The pool ran dry at noon. We restarted it.", by=ana)

    answer = write(section, "The pool ran dry. We replaced it.", by=ben, tab=OTHER_TAB)

    assert answer.body == body(section) == "The pool ran dry at noon. We replaced it."
    assert answer.version == section.version == 3


def test_the_same_request_again_changes_nothing(section, ana, ben):
    write(section, "The pool ran dry. We restarted it. Twice.", by=ana)
    write(section, "The pool ran dry. We restarted it.", by=ben, tab=OTHER_TAB, base=2)

    answer = write(section, "The pool ran dry. We restarted it. Twice.", by=ana)

    assert answer.body == body(section) == "The pool ran dry. We restarted it."
    assert section.version == 3


def test_a_number_that_was_used_for_another_text_is_refused(section, ana):
    write(section, "One.", by=ana)

    with pytest.raises(Refused):
        write(section, "Two.", by=ana)

    assert body(section) == "One."


def test_an_old_request_that_arrives_after_a_newer_one_writes_nothing(section, ana):
    write(section, "One.", by=ana)
    write(section, "Two.", by=ana, base=2, seq=2)

    with pytest.raises(Refused):
        write(section, "One.", by=ana)

    assert body(section) == "Two."


def test_a_request_that_is_answered_twice_at_once_is_written_once(section, ana):
    text = "The pool ran dry. We restarted it. Twice."

    answers = at_once(*[lambda: write(section, text, by=ana)] * 4)

    assert [answer.body for answer in answers] == [text] * 4
    assert (body(section), section.version) == (text, 2)


def test_many_tabs_that_write_at_once_lose_nothing(section, ana):
    def adding(number):
        text = f"word{number} {section.body}"
        return lambda: write(section, text, by=ana, tab=UUID(int=number))

    at_once(*[adding(number) for number in range(1, 9)])

    assert sorted(word for word in body(section).split() if word.startswith("word")) == [
        f"word{number}" for number in range(1, 9)
    ]
    assert section.version == 9


def test_nothing_is_acknowledged_that_was_rolled_back(section, ana, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError

    monkeypatch.setattr(live_text.clashes, "follow", fail)
    with pytest.raises(RuntimeError):
        write(section, "Lost.", by=ana)

    assert body(section) != "Lost."
    assert not AnsweredTab.objects.exists()


def test_a_base_that_is_not_kept_is_asked_for(section, ana, ben):
    write(section, "The pool ran dry at noon. We restarted it.", by=ana)
    SectionVersion.objects.filter(version=1).delete()
    text = "The pool ran dry. We replaced it."

    with pytest.raises(BaseUnknown):
        write(section, text, by=ben, tab=OTHER_TAB)
    write(section, text, by=ben, tab=OTHER_TAB, base_text="The pool ran dry. We restarted it.")

    assert body(section) == "The pool ran dry at noon. We replaced it."


def test_a_base_of_another_life_of_the_database_is_not_taken_for_ours(section, ana):
    with pytest.raises(BaseUnknown):
        write(section, "Two.", by=ana, checksum=live_text.checksum("Another text."))

    assert body(section) != "Two."


def test_blank_lines_stay_while_somebody_types(section, ana):
    answer = write(section, "One.\r\n\r\n", by=ana)

    assert answer.body == body(section) == "One.\n\n"


def test_a_section_that_was_removed_is_gone(section, ana):
    sections.delete(section, by=ana, at=NOON)

    with pytest.raises(SectionGone):
        write(section, "One.", by=ana)


@pytest.mark.parametrize("text", ["One.", "The pool ran dry. We restarted it."])
def test_a_section_that_is_removed_while_its_text_is_merged_is_gone(
    section, ana, monkeypatch, text
):
    """The removal takes effect between reading the section and locking the incident."""
    take = turns.take

    def remove_first(*args, **kwargs):
        at_once(lambda: sections.delete(section, by=ana, at=NOON))
        take(*args, **kwargs)

    monkeypatch.setattr(turns, "take", remove_first)
    with pytest.raises(SectionGone):
        write(section, text, by=ana)


def test_an_archived_incident_is_not_written(section, ana):
    incidents.archive(section.incident, by=ana, at=NOON)

    with pytest.raises(DomainError):
        write(section, "One.", by=ana)

    assert body(section) != "One."


# --- headings ----------------------------------------------------------------------------------


def test_a_heading_is_merged_by_words(section, ana, ben):
    def retitle(title, **more):
        return write(section, section.body, title=title, base_title="Notes", **more)

    retitle("Our notes", by=ana)
    answer = retitle("Notes of Monday", by=ben, tab=OTHER_TAB)

    assert answer.title == "Our notes of Monday"


def test_an_empty_heading_changes_nothing(section, ana):
    answer = write(section, section.body, by=ana, title="", base_title="Notes")

    assert answer.title == "Notes"
