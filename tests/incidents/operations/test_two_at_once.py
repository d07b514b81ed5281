"""Concurrent saves by two people, in two real transactions."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from threading import Barrier

import pytest
from django.db import connection, transaction

from incidents.models import Incident, Section, TimelineEvent
from incidents.operations import incidents, sections, timeline
from incidents.operations.incidents import IncidentFields
from incidents.operations.sections import StaleSection
from incidents.operations.timeline import EventFields
from playbooks import operations as playbooks
from playbooks.content import PlaybookFields, StepFields, playbook_fields
from playbooks.operations import StalePlaybook
from recurrence.operations import playbook_runs
from recurrence.operations.playbook_runs import RunIsOver
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*actions):
    """Run each action in a thread with its own connection, all at the same moment."""
    ready = Barrier(len(actions))

    def run(action):
        try:
            ready.wait(timeout=10)
            return action()
        except Exception as error:  # noqa: BLE001 - the error is what is tested
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


@pytest.fixture
def incident(ana):
    return incidents.create(IncidentFields(title="Hub down"), by=ana, at=NOON)


def saving(section, *, body, base=1, by):
    """Return an action that saves the section as somebody who saw version `base`."""
    return lambda: sections.save(
        Section.objects.select_related("incident").get(pk=section.pk),
        title=section.title,
        body=body,
        kind=section.kind,
        base_version=base,
        by=by,
        at=NOON,
    )


def test_of_two_concurrent_changes_to_the_same_words_one_is_refused(incident, ana, ben):
    section = incident.sections.first()
    saving(section, body="It took 12 minutes.", by=ana)()

    results = at_once(
        saving(section, body="It took 47 minutes.", base=2, by=ana),
        saving(section, body="It took 52 minutes.", base=2, by=ben),
    )

    [stale] = [one for one in results if isinstance(one, StaleSection)]
    [saved] = [one for one in results if isinstance(one, Section)]
    assert Section.objects.get(pk=section.pk).body == saved.body == stale.current.body
    assert {saved.body, stale.body} == {"It took 47 minutes.", "It took 52 minutes."}
    assert stale.merge.clashes
    assert section.versions.count() == 3


def test_many_concurrent_saves_lose_no_words(incident, ana, ben):
    section = incident.sections.first()
    words = [f"word{number}" for number in range(12)]
    saving(section, body=" ".join(words), by=ana)()

    def with_one_more(number):
        body = " ".join([*words[: number + 1], f"new{number}", *words[number + 1 :]])
        return saving(section, body=body, base=2, by=(ana, ben)[number % 2])

    results = at_once(*(with_one_more(number) for number in (0, 3, 6, 9)))

    assert [one for one in results if isinstance(one, Exception)] == []
    said = Section.objects.get(pk=section.pk).body.split()
    assert sorted(said) == sorted([*words, "new0", "new3", "new6", "new9"])
    assert section.versions.count() == 6


def test_a_long_merge_holds_no_lock(incident, ana, ben):
    section = incident.sections.first()
    chance = Random(1)
    base, theirs, mine = (
        " ".join(f"w{n} " + " ".join(chance.choices("abcd", k=100)) for n in range(900))
        for _ in range(3)
    )
    saving(section, body=base, by=ana)()
    saving(section, body=theirs, base=2, by=ana)()
    saves = saving(section, body=mine, base=2, by=ben)
    began = time.perf_counter()
    with ThreadPoolExecutor(1) as pool:
        merging = pool.submit(lambda: at_once(saves))
        waits = []
        while not merging.done():
            before = time.perf_counter()
            with transaction.atomic():
                Incident.objects.select_for_update().get(pk=incident.pk)
            waits.append(time.perf_counter() - before)
            time.sleep(0.02)
        took = time.perf_counter() - began

    assert isinstance(merging.result()[0], StaleSection)
    # With the lock held while it merges, one of these would wait for nearly all of it.
    assert max(waits) < took / 2


def test_different_parts_are_saved_concurrently(incident, ana, ben):
    first, second = incident.sections.all()[:2]

    def save(section):
        return lambda: sections.save(
            section,
            title=section.title,
            body="New",
            kind=section.kind,
            base_version=1,
            by=ana,
            at=NOON,
        )

    def add(minute):
        fields = EventFields(text=str(minute), occurred_at=NOON.replace(minute=minute))
        return lambda: timeline.add(incident, fields, by=ben, at=NOON)

    results = at_once(save(first), save(second), add(1), add(2), add(3))

    assert [one for one in results if isinstance(one, Exception)] == []
    assert [event.text for event in TimelineEvent.objects.all()] == ["1", "2", "3"]
    numbers = [revision.number for revision in incident.revisions.all()]
    assert numbers == [6, 5, 4, 3, 2, 1]


def test_two_incidents_created_at_once_get_different_numbers(ana, ben):
    def start(by):
        return lambda: incidents.create(IncidentFields(title="Hub down"), by=by, at=NOON)

    results = at_once(start(ana), start(ben))

    assert [one for one in results if isinstance(one, Exception)] == []
    assert Incident.objects.values("number").distinct().count() == 2


@pytest.fixture
def playbook(ana):
    steps = (StepFields(title="Find it"), StepFields(title="Renew it"))
    said = PlaybookFields(title="Renew it", use_when="It expired.", steps=steps)
    return playbooks.create_playbook(said, by=ana, at=NOON)


def test_two_people_who_start_a_run_at_once_share_it(incident, playbook, ana, ben):
    def begin(by):
        return lambda: playbook_runs.start(playbook, incident=incident, by=by, at=NOON)

    def tick(by, position):
        return lambda: playbook_runs.tick(run, position=position, by=by, at=NOON)

    run, other = at_once(begin(ana), begin(ben))
    results = at_once(tick(ana, 1), tick(ben, 2), tick(ben, 1))

    assert run == other
    assert [one for one in results if isinstance(one, Exception)] == []
    assert [tick.position for tick in run.ticks.all()] == [1, 2]


def test_of_two_who_finish_a_run_at_once_one_is_refused(incident, playbook, ana, ben):
    run = playbook_runs.start(playbook, incident=incident, by=ana, at=NOON)

    def finish(by, outcome):
        return lambda: playbook_runs.finish(run, outcome=outcome, note="", by=by, at=NOON)

    results = at_once(finish(ana, "helped"), finish(ben, "did_not_help"))

    assert [type(one) for one in results if isinstance(one, Exception)] == [RunIsOver]
    assert incident.playbook_uses.count() == 1


def test_two_taps_at_once_start_one_run_outside_an_incident(playbook, ana):
    def start():
        return playbook_runs.start(playbook, incident=None, by=ana, at=NOON)

    first, second = at_once(start, start)

    assert first == second


def test_of_two_who_finish_a_run_outside_an_incident_at_once_one_is_refused(playbook, ana, ben):
    run = playbook_runs.start(playbook, incident=None, by=ana, at=NOON)

    done = at_once(
        lambda: playbook_runs.finish(run, outcome="helped", note="", by=ana, at=NOON),
        lambda: playbook_runs.finish(run, outcome="partly", note="", by=ben, at=NOON),
    )

    assert sorted(type(each).__name__ for each in done) == ["PlaybookUse", "RunIsOver"]


def test_of_two_concurrent_saves_of_a_playbook_one_is_refused(playbook, ana, ben):
    def save(by, use_when):
        said = replace(playbook_fields(playbook), use_when=use_when)
        return lambda: playbooks.edit_playbook(playbook, said, base_version=1, by=by, at=NOON)

    results = at_once(save(ana, "Hers."), save(ben, "His."))

    assert [type(one) for one in results if isinstance(one, Exception)] == [StalePlaybook]
    assert [revision.number for revision in playbook.revisions.all()] == [2, 1]
