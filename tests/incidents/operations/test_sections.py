"""Writing sections without losing anybody's text."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from core.errors import DomainError, StaleWrite
from incidents.models import Section
from incidents.operations import incidents, sections
from incidents.operations.sections import SectionGone, StaleSection
from tests.factories import NOON, IncidentFactory, SectionFactory
from tests.recorded import records, records_nothing

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def section(ana):
    incident = IncidentFactory(owner=ana)
    return sections.add(
        incident, title="Summary", body="one\ntwo\nthree", kind="summary", by=ana, at=NOON
    )


def save(section, body, *, base, by, at=NOON):
    return sections.save(
        section, title="Summary", body=body, kind="summary", base_version=base, by=by, at=at
    )


def test_each_save_is_kept_as_a_version_and_a_revision(section, ana):
    with records(section.incident, "Edited “Summary”", by=ana, at=LATER):
        save(section, "one\ntwo\nfour", base=1, by=ana, at=LATER)

    section.refresh_from_db()
    assert (section.body, section.version, section.updated_by) == ("one\ntwo\nfour", 2, ana)
    assert section.updated_at == LATER
    assert [kept.body for kept in section.versions.all()] == ["one\ntwo\nfour", "one\ntwo\nthree"]


def test_the_same_text_saved_again_writes_nothing(section, ana):
    with records_nothing(section.incident):
        save(section, "one\ntwo\nthree", base=1, by=ana)

    assert section.versions.count() == 1
    assert Section.objects.get(pk=section.pk).version == 1


def test_changes_to_different_words_are_merged(section, ana, ben):
    save(section, "ONE\ntwo\nthree", base=1, by=ana)

    saved = save(section, "one\ntwo\nTHREE", base=1, by=ben)

    section.refresh_from_db()
    assert section.body == saved.body == "ONE\ntwo\nTHREE"
    assert (section.version, section.updated_by) == (3, ben)
    assert [kept.body for kept in section.versions.all()] == [
        "ONE\ntwo\nTHREE",
        "ONE\ntwo\nthree",
        "one\ntwo\nthree",
    ]


def test_changes_to_the_same_words_overwrite_nothing(section, ana, ben):
    save(section, "one\ntwo\n3", base=1, by=ana)

    with records_nothing(section.incident), pytest.raises(StaleSection) as refused:
        save(section, "one\ntwo\ndrei", base=1, by=ben)

    stale = refused.value
    assert (stale.current.body, stale.body) == ("one\ntwo\n3", "one\ntwo\ndrei")
    assert stale.base == "one\ntwo\nthree"
    assert stale.merge.text == "one\ntwo\n3 drei"
    [clash] = stale.merge.clashes
    assert (clash.base, clash.mine, clash.theirs) == ("three", "drei", "3")
    section.refresh_from_db()
    assert (section.body, section.version) == ("one\ntwo\n3", 2)


def test_two_new_headings_conflict_and_a_single_one_is_kept(section, ana, ben):
    def renamed(title, body, by):
        return sections.save(
            section, title=title, body=body, kind="summary", base_version=1, by=by, at=NOON
        )

    renamed("In short", "one\ntwo\nthree", ana)

    assert renamed("Summary", "one\ntwo\nthree\nfour", ben).title == "In short"
    with pytest.raises(StaleSection):
        renamed("Abstract", "one\ntwo\nthree", ben)


def test_a_save_based_on_an_unknown_version_is_refused(section, ana, ben):
    save(section, "theirs", base=1, by=ana)

    with pytest.raises(StaleSection) as refused:
        save(section, "mine", base=0, by=ben)

    assert refused.value.base is None
    assert refused.value.merge.text == "theirs\n\nmine"
    assert len(refused.value.merge.clashes) == 1


def test_a_save_of_a_removed_section_is_refused(section, ana, ben):
    removed = Section(pk=section.pk, incident=section.incident)
    sections.delete(section, by=ana, at=NOON)

    with pytest.raises(SectionGone):
        save(removed, "mine", base=1, by=ben)
    with pytest.raises(SectionGone):
        sections.move(removed, up=True, by=ben, at=NOON)
    sections.delete(removed, by=ben, at=NOON)


def test_a_section_changed_since_it_was_seen_is_not_removed(section, ana, ben):
    save(section, "ONE\ntwo\nthree", base=1, by=ana)

    with pytest.raises(StaleWrite, match="since you opened"):
        sections.delete(section, version=1, by=ben, at=NOON)

    sections.delete(section, version=2, by=ben, at=NOON)
    assert not Section.objects.filter(pk=section.pk).exists()


def test_a_stale_save_of_the_current_text_is_no_conflict(section, ana, ben):
    save(section, "the same", base=1, by=ana)

    assert save(section, "the same", base=1, by=ben).version == 2


def test_a_text_that_lost_a_conflict_stays_in_the_history(section, ana, ben):
    save(section, "theirs", base=1, by=ana)

    sections.set_aside(section, title="Summary", body="mine", by=ben, at=NOON)

    section.refresh_from_db()
    assert section.body == "theirs"
    assert [kept.body for kept in section.versions.all()] == [
        *("theirs", "mine", "theirs", "one\ntwo\nthree")
    ]
    assert section.versions.first().version == section.version


def test_a_viewer_may_not_write(section, vera):
    with pytest.raises(PermissionDenied):
        save(section, "mine", base=1, by=vera)
    with pytest.raises(PermissionDenied):
        sections.delete(section, by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        sections.move(section, up=True, by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        sections.add(section.incident, title="T", body="", kind="other", by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        sections.set_aside(section, title="T", body="mine", by=vera, at=NOON)


def test_nobody_writes_in_an_archived_incident(section, ana):
    incidents.archive(section.incident, by=ana, at=NOON)

    for write in (
        lambda: save(section, "mine", base=1, by=ana),
        lambda: sections.add(section.incident, title="T", body="", kind="other", by=ana, at=NOON),
        lambda: sections.set_aside(section, title="T", body="mine", by=ana, at=NOON),
        lambda: sections.move(section, up=True, by=ana, at=NOON),
        lambda: sections.delete(section, by=ana, at=NOON),
    ):
        with pytest.raises(DomainError, match="archived"):
            write()


def test_sections_swap_places_except_at_either_end(section, ana):
    second = SectionFactory(incident=section.incident, title="Impact", position=9)

    sections.move(section, up=True, by=ana, at=NOON)
    sections.move(second, up=True, by=ana, at=NOON)

    assert list(section.incident.sections.all()) == [second, section]


def test_a_deleted_section_is_gone_and_can_be_added_after(section, ana):
    sections.delete(section, by=ana, at=NOON)

    again = sections.add(section.incident, title="New", body="", kind="other", by=ana, at=NOON)
    assert list(section.incident.sections.all()) == [again]


def test_adding_moving_and_removing_are_recorded_with_person_and_time(section, ana, ben):
    incident = section.incident

    with records(incident, "Added “Impact”", by=ben, at=LATER):
        added = sections.add(incident, title="Impact", body="", kind="other", by=ben, at=LATER)
    with records(incident, "Moved “Impact”", by=ana, at=LATER):
        sections.move(added, up=True, by=ana, at=LATER)
    with records(incident, "Removed “Impact”", by=ben, at=LATER):
        sections.delete(added, by=ben, at=LATER)


def test_a_text_kept_from_a_conflict_names_its_writer_and_time(section, ben):
    with records_nothing(section.incident):
        kept = sections.set_aside(section, title="Mine", body="mine", by=ben, at=LATER)

    kept.refresh_from_db()
    assert (kept.title, kept.saved_by, kept.saved_at) == ("Mine", ben, LATER)
