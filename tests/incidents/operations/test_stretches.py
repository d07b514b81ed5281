"""Live writing becomes one revision per stretch of work, and leaves no rows behind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import DomainError
from incidents.exchange import parse, render_incident
from incidents.models import AnsweredTab, Incident, WritingStretch
from incidents.operations import (
    live_upkeep,
    postmortems,
    revisions,
    sections,
)
from incidents.operations.importing import ChangedHere, problems_here, store
from tests.factories import NOON
from tests.incidents.operations.live import OTHER_TAB, body, summaries, write

pytestmark = pytest.mark.django_db(transaction=True)


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

    told = [answer.needs_indexing for answer in (first, second, other, later)]
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
