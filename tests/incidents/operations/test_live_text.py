"""Live writing: every word once, whatever the network does, and one revision per stretch."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from core.errors import DomainError
from incidents.exchange import parse, render_incident
from incidents.models import AnsweredTab, Incident, SectionClash, SectionVersion, WritingStretch
from incidents.operations import (
    clashes,
    incidents,
    live_text,
    live_upkeep,
    postmortems,
    revisions,
    sections,
    turns,
)
from incidents.operations.clashes import Keep
from incidents.operations.importing import ChangedHere, problems_here, store
from incidents.operations.incidents import IncidentFields
from incidents.operations.live_text import BaseUnknown, Refused, Sent
from incidents.operations.sections import SectionGone
from tests.factories import NOON
from tests.incidents.operations.test_two_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)

TAB, OTHER_TAB = UUID(int=1), UUID(int=2)


@pytest.fixture
def incident(ana):
    return incidents.create(IncidentFields(title="Hub down"), by=ana, at=NOON)


@pytest.fixture
def section(incident, ana):
    body = "The pool ran dry. We restarted it."
    return sections.add(incident, title="Notes", body=body, kind="other", by=ana, at=NOON)


def write(section, text, *, by, base=1, seq=1, tab=TAB, seconds=0, **more):
    sent = Sent(tab=tab, seq=seq, base=base, text=text, **more)
    at = NOON + timedelta(seconds=seconds)
    return live_text.write(section.pk, sent, incident=section.incident, by=by, at=at)


def body(section):
    section.refresh_from_db()
    return section.body


def summaries(incident):
    return [revision.summary for revision in incident.revisions.all()]


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


# --- clashes -----------------------------------------------------------------------------------


def clashing(section, ana, ben):
    write(section, "The pool ran empty. We restarted it.", by=ana)
    return write(section, "The pool ran low. We restarted it.", by=ben, tab=OTHER_TAB)


def test_where_both_changed_the_same_words_both_stay_until_one_is_chosen(section, ana, ben):
    answer = clashing(section, ana, ben)

    [clash] = section.clashes.all()
    assert answer.body == "The pool ran empty low. We restarted it."
    assert answer.has_clashes
    assert (clash.base, clash.mine, clash.theirs) == ("dry", "low", "empty")
    assert (clash.by, clash.theirs_by) == (ben, ana)
    assert answer.body[clash.start : clash.end] == clash.passage == "empty low"


def test_a_clash_moves_with_its_words(section, ana, ben):
    clashing(section, ana, ben)

    answer = write(section, "So the pool ran empty low. We did.", by=ana, base=3, seq=2)

    [clash] = section.clashes.all()
    assert answer.body[clash.start : clash.end] == "empty low"


def test_a_clash_that_the_browser_found_is_kept(section, ana):
    clash = live_text.Clash(13, 22, "dry", "low", "empty")

    write(section, "The pool ran empty low. We restarted it.", by=ana, clashes=(clash,))

    [kept] = section.clashes.all()
    assert (kept.passage, kept.mine, kept.theirs) == ("empty low", "low", "empty")


def test_a_clash_that_leaves_the_text_as_it_was_is_news_for_the_others(section, ana):
    clash = live_text.Clash(13, 16, "wet", "", "dry")

    answer = write(section, section.body, by=ana, clashes=(clash,))

    assert answer.version == 2
    assert section.clashes.get().passage == "dry"


@pytest.mark.parametrize(
    ("keep", "text"),
    [("mine", "low"), ("theirs", "empty"), ("both", "empty low"), ("base", "dry")],
)
def test_one_of_the_texts_is_chosen(section, ana, ben, keep, text):
    clashing(section, ana, ben)
    [clash] = section.clashes.all()

    clashes.choose(clash.pk, Keep(keep), incident=section.incident, by=ana, at=NOON)

    assert body(section) == f"The pool ran {text}. We restarted it."
    assert section.version == 4  # so that the others hear of it
    assert not SectionClash.objects.exists()


def test_a_passage_that_was_edited_meanwhile_is_not_replaced(section, ana, ben):
    clashing(section, ana, ben)
    [clash] = section.clashes.all()
    write(section, "The pool ran empty very low. We restarted it.", by=ana, base=3, seq=2)

    with pytest.raises(DomainError):
        clashes.choose(clash.pk, Keep.MINE, incident=section.incident, by=ana, at=NOON)
    clashes.choose(clash.pk, Keep.BOTH, incident=section.incident, by=ana, at=NOON)

    assert body(section) == "The pool ran empty very low. We restarted it."
    assert not SectionClash.objects.exists()


# --- revisions ---------------------------------------------------------------------------------


def test_a_stretch_of_work_becomes_one_revision(section, ana):
    for number in range(1, 6):
        write(section, "word " * number, by=ana, base=number, seq=number, seconds=2 * number)
    assert summaries(section.incident)[0] == "Added “Notes”"

    live_upkeep.end_quiet_stretches(at=NOON + timedelta(minutes=3))

    revision = section.incident.revisions.first()
    assert summaries(section.incident)[:2] == ["Edited “Notes”", "Added “Notes”"]
    assert "word word word word word" in revision.content
    assert (revision.saved_by, revision.saved_at) == (ana, NOON + timedelta(seconds=10))
    assert not WritingStretch.objects.exists()


def test_somebody_who_still_writes_is_not_interrupted(section, ana):
    write(section, "One.", by=ana, seconds=100)

    live_upkeep.end_quiet_stretches(at=NOON + timedelta(seconds=130))

    assert summaries(section.incident)[0] == "Added “Notes”"


def test_leaving_ends_the_stretch(section, ana):
    write(section, "One.", by=ana)

    live_upkeep.leave(section.incident, by=ana)

    assert summaries(section.incident)[0] == "Edited “Notes”"


def test_somebody_else_takes_a_turn(section, ana, ben):
    write(section, "One.", by=ana)

    write(section, "One. Two.", by=ben, tab=OTHER_TAB, base=2, seconds=30)
    live_upkeep.leave(section.incident, by=ben)

    by_ben, by_ana, *_ = section.incident.revisions.all()
    assert (by_ana.saved_by, by_ben.saved_by) == (ana, ben)
    assert "Two." in by_ben.content
    assert "Two." not in by_ana.content


def test_people_who_write_at_the_same_time_share_a_revision(section, ana, ben):
    write(section, "One.", by=ana)
    write(section, "One. Two.", by=ben, tab=OTHER_TAB, base=2, seconds=2)
    write(section, "Zero. One. Two.", by=ana, base=3, seq=2, seconds=4)

    live_upkeep.leave(section.incident, by=ana)

    revision = section.incident.revisions.first()
    assert revision.saved_by == ana
    assert list(revision.written_with.all()) == [ben]
    assert len(summaries(section.incident)) == 3


def test_a_long_stretch_becomes_a_revision_every_ten_minutes(section, ana):
    for number in range(1, 22):
        write(section, "word " * number, by=ana, base=number, seq=number, seconds=60 * number)

    assert summaries(section.incident).count("Edited “Notes”") == 2


def test_what_was_written_live_is_a_revision_before_anything_else_is_written(section, ana, rita):
    write(section, "One.", by=ana)

    edition = postmortems.publish(section.incident, by=rita, at=NOON + timedelta(seconds=5))

    assert summaries(section.incident)[:2] == ["Published", "Edited “Notes”"]
    assert "One." in edition.revision.content
    assert section.incident.revisions.all()[1].saved_by == ana


def test_a_reviewer_does_not_publish_words_that_were_written_live_meanwhile(section, ana, rita):
    seen = section.incident.revisions.first().number
    write(section, "One.", by=ana)
    write(section, "One. Two.", by=rita, tab=OTHER_TAB, base=2, seconds=1)

    with pytest.raises(DomainError):
        postmortems.publish(section.incident, seen=seen, by=rita, at=NOON)


def test_a_write_that_records_without_ending_the_stretch_names_who_wrote(section, ana, ben):
    write(section, "One.", by=ana)

    revision = revisions.record(
        Incident.objects.get(pk=section.incident.pk), by=ben, at=NOON, summary="Something"
    )

    assert "One." in revision.content
    assert list(revision.written_with.all()) == [ana]
    assert not WritingStretch.objects.exists()


def test_a_form_saved_upon_a_passing_version_is_merged(section, ana, ben):
    write(section, "The pool ran dry at noon. We restarted it.", by=ana)
    write(section, "The pool ran dry at noon. We restarted it. Twice.", by=ana, base=2, seq=2)

    sections.save(
        section,
        title="Notes",
        body="The pool ran dry at noon. We replaced it.",
        kind="other",
        base_version=2,
        by=ben,
        at=NOON,
    )

    assert body(section) == "The pool ran dry at noon. We replaced it. Twice."
    assert summaries(section.incident)[:2] == ["Edited “Notes”", "Edited “Notes”"]


def test_search_is_told_once_until_it_has_read(section, ana, ben):
    first = write(section, "One.", by=ana)
    second = write(section, "Two.", by=ana, base=2, seq=2)
    other = write(section, "Two. Three.", by=ben, tab=OTHER_TAB, base=3)
    live_upkeep.refresh_search(section.incident.pk)
    later = write(section, "Four.", by=ana, base=4, seq=3)

    told = [answer.tells_search for answer in (first, second, other, later)]
    assert told == [True, False, False, True]


def test_an_import_does_not_replace_what_somebody_is_writing(section, ana):
    parsed = parse(render_incident(section.incident).replace("restarted", "broke"), name="a.md")
    write(section, "The pool ran dry. We restarted it.\n\nAt noon.", by=ana)

    assert str(ChangedHere(section.incident.reference)) in [
        problem.message for problem in problems_here(parsed, by=ana)
    ]
    with pytest.raises(ChangedHere):
        store(parsed, by=ana, at=NOON)
    assert body(section) == "The pool ran dry. We restarted it.\n\nAt noon."


# --- what is kept ------------------------------------------------------------------------------


def test_passing_versions_are_kept_for_an_hour_and_the_others_for_good(section, ana):
    for number in range(1, 5):
        write(section, "word " * number, by=ana, base=number, seq=number, seconds=number)
    live_upkeep.leave(section.incident, by=ana)

    live_upkeep.prune(at=NOON + timedelta(minutes=59))
    assert section.versions.count() == 5
    live_upkeep.prune(at=NOON + timedelta(minutes=61))

    assert [kept.version for kept in section.versions.all()] == [5, 1]


def test_the_version_of_an_open_stretch_is_kept(section, ana):
    write(section, "One.", by=ana)

    live_upkeep.prune(at=NOON + timedelta(days=1))

    assert [kept.version for kept in section.versions.all()] == [2, 1]


def test_the_last_request_of_a_tab_is_known_for_a_month(section, ana):
    write(section, "One.", by=ana)

    live_upkeep.prune(at=NOON + timedelta(days=29))
    assert AnsweredTab.objects.exists()
    live_upkeep.prune(at=NOON + timedelta(days=31))

    assert not AnsweredTab.objects.exists()
