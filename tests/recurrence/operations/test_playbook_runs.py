"""Playbook runs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from core.errors import DomainError
from incidents.models import PlaybookUse
from playbooks import operations as playbooks
from playbooks.content import PlaybookFields, StepFields
from playbooks.exchange import parse_playbook
from recurrence.analytics import Success, success_of
from recurrence.models import PlaybookRun
from recurrence.operations import playbook_runs
from recurrence.operations.playbook_runs import (
    AlreadyRunning,
    NoSuchStep,
    RunChanged,
    RunIsOver,
    run_version,
)
from tests.factories import NOON, IncidentFactory, PlaybookFactory, PlaybookUseFactory
from tests.recorded import records, records_nothing

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=5)
SAID = PlaybookFields(
    title="Renew it",
    use_when="It expired.",
    steps=(StepFields(title="Find it"), StepFields(title="Renew it"), StepFields(title="Look")),
)


@pytest.fixture
def playbook(ana):
    return playbooks.create_playbook(SAID, by=ana, at=NOON)


def begin(playbook, by, incident=None):
    return playbook_runs.start(playbook, incident=incident, by=by, at=NOON)


def marks(run):
    return [(tick.position, tick.is_skipped, tick.reason) for tick in run.ticks.all()]


def test_a_viewer_runs_a_playbook_before_there_is_an_incident(playbook, vera):
    run = begin(playbook, vera)

    assert (run.incident, run.started_by, run.is_open) == (None, vera, True)
    assert run.revision == playbook.revisions.get()


def test_two_taps_and_two_people_make_one_run(playbook, ana, ben):
    incident = IncidentFactory()

    assert begin(playbook, ana) == begin(playbook, ana)
    assert begin(playbook, ana, incident) == begin(playbook, ben, incident)
    assert begin(playbook, ben) != begin(playbook, ana)


def test_the_first_person_to_tick_a_step_is_recorded(playbook, ana, ben):
    run = begin(playbook, ana)
    playbook_runs.tick(run, position=2, by=ana, at=NOON)
    playbook_runs.tick(run, position=2, by=ben, at=LATER)

    [tick] = run.ticks.all()
    assert (tick.ticked_by, tick.ticked_at) == (ana, NOON)


def test_a_step_is_skipped_for_a_reason_and_done_after_all(playbook, ana, ben):
    run = begin(playbook, ana)

    playbook_runs.skip(run, position=1, reason=" Not\nhere ", by=ana, at=NOON)
    assert marks(run) == [(1, True, "Not here")]

    playbook_runs.tick(run, position=1, by=ben, at=LATER)
    assert marks(run) == [(1, False, "")]
    assert run.ticks.get().ticked_by == ben


def test_skipping_does_not_undo_a_done_step(playbook, ana):
    run = begin(playbook, ana)
    playbook_runs.tick(run, position=1, by=ana, at=NOON)

    playbook_runs.skip(run, position=1, reason="Late", by=ana, at=LATER)

    assert marks(run) == [(1, False, "")]


def test_removing_a_tick_twice_changes_nothing_more(playbook, ana):
    run = begin(playbook, ana)
    playbook_runs.tick(run, position=1, by=ana, at=NOON)

    for _ in range(2):
        playbook_runs.untick(run, position=1, by=ana)

    assert marks(run) == []


@pytest.mark.parametrize("position", [0, 4, 10_000])
def test_an_unknown_step_cannot_be_ticked(position, playbook, ana):
    run = begin(playbook, ana)

    with pytest.raises(NoSuchStep):
        playbook_runs.tick(run, position=position, by=ana, at=NOON)


def test_a_run_keeps_the_revision_it_started_with(playbook, ana):
    run = begin(playbook, ana)
    shorter = PlaybookFields(title="Renew it", use_when="Old.", steps=SAID.steps[:1])
    playbooks.edit_playbook(playbook, shorter, base_version=1, by=ana, at=LATER)

    playbook_runs.tick(run, position=3, by=ana, at=LATER)

    run.refresh_from_db()
    assert [step.title for step in parse_playbook(run.revision.content).steps] == [
        *("Find it", "Renew it", "Look")
    ]
    assert begin(playbook, ana) == run


def test_running_a_playbook_without_revisions_records_one(ana):
    run = begin(PlaybookFactory(title="Old one"), ana)

    assert "title: Old one" in run.revision.content


def test_a_finished_run_is_a_use_of_the_playbook_in_its_incident(playbook, ana, vera):
    incident = IncidentFactory()
    run = begin(playbook, ana, incident)

    use = playbook_runs.finish(run, outcome="partly", note="Slow.\r\n", by=vera, at=LATER)

    assert (use.incident, use.playbook, use.outcome, use.note, use.used_by, use.used_at) == (
        *(incident, playbook, "partly", "Slow.", vera, LATER),
    )
    run.refresh_from_db()
    assert (run.use, run.finished_at, run.finished_by) == (use, LATER, vera)
    [revision] = incident.revisions.all()
    assert "partly · " in revision.content
    assert revision.saved_by == vera


def test_finishing_twice_changes_nothing_more(playbook, ana, ben):
    run = begin(playbook, ana)
    first = playbook_runs.finish(run, outcome="helped", note="", by=ana, at=NOON)

    assert playbook_runs.finish(run, outcome="helped", note="", by=ana, at=LATER) == first
    with pytest.raises(RunIsOver):
        playbook_runs.finish(run, outcome="did_not_help", note="", by=ben, at=LATER)
    assert PlaybookUse.objects.count() == 1


def test_the_steps_of_a_finished_run_stay_as_they_were(playbook, ana):
    run = begin(playbook, ana)
    playbook_runs.tick(run, position=1, by=ana, at=NOON)
    playbook_runs.finish(run, outcome="helped", note="", by=ana, at=NOON)

    for change in (playbook_runs.tick, playbook_runs.skip):
        more = {"reason": ""} if change is playbook_runs.skip else {}
        with pytest.raises(RunIsOver):
            change(run, position=2, by=ana, at=LATER, **more)
    with pytest.raises(RunIsOver):
        playbook_runs.untick(run, position=1, by=ana)
    with pytest.raises(RunIsOver):
        playbook_runs.discard(run, by=ana)
    assert marks(run) == [(1, False, "")]


def test_after_a_finished_run_another_begins(playbook, ana):
    incident = IncidentFactory()
    first = begin(playbook, ana, incident)
    playbook_runs.finish(first, outcome="helped", note="", by=ana, at=NOON)

    assert begin(playbook, ana, incident) != first


def test_an_open_run_is_attached_to_an_incident(playbook, ana):
    run, incident = begin(playbook, ana), IncidentFactory()

    for _ in range(2):
        with records_nothing(incident):
            playbook_runs.attach(run, incident, by=ana, at=LATER)

    run.refresh_from_db()
    assert run.incident == incident
    use = playbook_runs.finish(run, outcome="helped", note="", by=ana, at=LATER)
    assert use.incident == incident


def test_a_finished_run_is_attached_with_its_use(playbook, ana):
    run, incident = begin(playbook, ana), IncidentFactory()
    playbook_runs.finish(run, outcome="helped", note="", by=ana, at=NOON)

    playbook_runs.attach(run, incident, by=ana, at=LATER)

    assert [use.playbook for use in incident.playbook_uses.all()] == [playbook]
    assert "renew-it" in incident.revisions.get().content


def test_a_run_belongs_to_one_incident_and_an_incident_has_one_open_run(playbook, ana):
    incident, other = IncidentFactory(), IncidentFactory()
    there, loose = begin(playbook, ana, incident), begin(playbook, ana)

    with pytest.raises(DomainError, match="belongs to an incident"):
        playbook_runs.attach(there, other, by=ana, at=NOON)
    with pytest.raises(AlreadyRunning):
        playbook_runs.attach(loose, incident, by=ana, at=NOON)


def test_authors_and_the_person_who_started_a_run_discard_it(playbook, vera, ana, ben):
    with pytest.raises(PermissionDenied):
        playbook_runs.discard(begin(playbook, ana), by=vera)

    playbook_runs.discard(begin(playbook, ana), by=ben)
    playbook_runs.discard(begin(playbook, vera), by=vera)

    assert not PlaybookRun.objects.exists()


def test_an_inactive_user_cannot_run_a_playbook(playbook, vera):
    vera.is_active = False

    with pytest.raises(PermissionDenied):
        begin(playbook, vera)


def test_a_run_in_an_archived_incident_is_refused(playbook, ana):
    with pytest.raises(DomainError, match="archived"):
        begin(playbook, ana, IncidentFactory(archived_at=NOON))


def test_runs_in_hidden_incidents_are_not_visible(playbook, ana, ben):
    secret = begin(playbook, ana, IncidentFactory(visibility="restricted", owner=ana))
    loose = begin(playbook, ana)

    assert set(PlaybookRun.objects.visible_to(ana)) == {secret, loose}
    assert set(PlaybookRun.objects.visible_to(ben)) == {loose}


def test_success_is_counted_over_what_the_reader_may_see(playbook, ana, ben):
    other = PlaybookFactory()
    secret = IncidentFactory(visibility="restricted", owner=ana)
    PlaybookUseFactory(playbook=playbook, incident=secret, outcome="helped")
    PlaybookUseFactory(playbook=playbook, outcome="did_not_help")
    PlaybookUseFactory(playbook=playbook, outcome="partly", incident=None)
    ids = [playbook.pk, other.pk]

    assert success_of(ids, ana) == {playbook.pk: Success(helped=1, partly=1, failed=1)}
    assert success_of(ids, ben) == {playbook.pk: Success(helped=0, partly=1, failed=1)}
    assert success_of(ids, ana)[playbook.pk].words == "Helped in 1 of 3 uses"
    assert Success().words == ""


def test_finished_and_attached_runs_are_recorded_with_person_and_time(playbook, ana, vera):
    incident, other = IncidentFactory(), IncidentFactory()
    run, loose = begin(playbook, ana, incident), begin(playbook, ana)

    with records(incident, "Followed “Renew it”: helped", by=vera, at=LATER):
        playbook_runs.finish(run, outcome="helped", note="", by=vera, at=LATER)
    playbook_runs.finish(loose, outcome="helped", note="", by=ana, at=NOON)
    with records(other, "Attached a run of “Renew it”", by=vera, at=LATER):
        playbook_runs.attach(loose, other, by=vera, at=LATER)
    with records_nothing(other):
        playbook_runs.attach(loose, other, by=ana, at=LATER)


def test_a_run_changed_since_it_was_seen_is_neither_finished_nor_discarded(playbook, ana, ben):
    run = begin(playbook, ana)
    seen = run_version(run.ticks.all())
    playbook_runs.tick(run, position=1, by=ben, at=LATER)

    with pytest.raises(RunChanged):
        playbook_runs.finish(run, outcome="helped", note="", seen=seen, by=ana, at=LATER)
    with pytest.raises(RunChanged):
        playbook_runs.discard(run, seen=seen, by=ana)

    run.refresh_from_db()
    assert run.is_open


def test_an_inactive_user_changes_no_run(playbook, ana):
    run = begin(playbook, ana)
    ana.is_active = False

    for change in (
        lambda: playbook_runs.tick(run, position=1, by=ana, at=NOON),
        lambda: playbook_runs.finish(run, outcome="helped", note="", by=ana, at=NOON),
        lambda: playbook_runs.attach(run, IncidentFactory(), by=ana, at=NOON),
    ):
        with pytest.raises(PermissionDenied):
            change()
