"""Cached follow-up figures equal figures counted as a whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from action_items.follow_up import FollowUp, Scope, counts, follow_up
from action_items.operations import action_items
from incidents.models import ActionItem, ActionItemChange, Incident
from incidents.operations import incidents, revisions
from recurrence.operations import fix_checks, pattern_links
from tests.factories import (
    ActionItemFactory,
    DoneActionItemFactory,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    ServiceFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(counts, "BLOCK", 2)


@pytest.fixture
def team(ben, rita):
    team = TeamFactory()
    team.members.add(ben, rita)
    return team


@pytest.fixture
def service(team):
    return ServiceFactory(team=team)


@pytest.fixture
def pattern():
    return PatternFactory()


@pytest.fixture
def held(ana, ben, team, service, pattern) -> list[Incident]:
    """Create six incidents of one pattern, every third restricted to Ana, with items of all
    kinds.
    """
    today = timezone.localdate()
    found = []
    for number in range(6):
        incident = IncidentFactory(
            occurred_at=timezone.now() - 90 * number * DAY,
            occurred_precision="minute",
            visibility="restricted" if number % 3 == 2 else "internal",
            owner=ana,
        )
        PatternLinkFactory(incident=incident, pattern=pattern)
        ActionItemFactory(incident=incident, owner=ben, due_on=today - 10 * number * DAY)
        ActionItemFactory(incident=incident, owner_team=team, due_on=today + DAY)
        DoneActionItemFactory(incident=incident, owner=ana, due_on=today)
        revisions.record(incident, by=ana, at=timezone.now(), summary="Made")
        found.append(incident)
    found[0].services.add(service)
    return found


def numbers(person, *, keep: bool, **narrowed) -> FollowUp:
    today = timezone.localdate()
    zone = timezone.get_current_timezone()
    scope = Scope(today=today, since=today - 89 * DAY, zone=zone, decision_after=14, **narrowed)
    return follow_up(person, scope, keep=keep)


def complete(item, pattern, by, at):
    action_items.complete(item, evidence="Seen.", by=by, at=at)


def decline(item, pattern, by, at):
    action_items.decline(item, reason="Too dear.", accepted_risk="A night.", by=by, at=at)


def hand_over(item, pattern, by, at):
    action_items.reassign(item, owner=by, by=by, at=at)


def archive(item, pattern, by, at):
    incidents.archive(item.incident, by=by, at=at)


def restrict(item, pattern, by, at):
    item.incident.visibility = "restricted"
    item.incident.save()
    revisions.record(item.incident, by=by, at=at, summary="Restricted")


def unlink(item, pattern, by, at):
    pattern_links.unlink(item.incident.pattern_links.get(), by=by, at=at)


def link_another(item, pattern, by, at):
    pattern_links.link(item.incident, PatternFactory(), evidence="So.", by=by, at=at)


def no_longer_held(item, pattern, by, at):
    done = ActionItem.objects.filter(incident__number__lt=item.incident.number, status="done")
    fix_checks.answer(done.first(), item.incident, answer="did_not_hold", by=by, at=at)


def snooze(item, pattern, by, at):
    ActionItem.objects.filter(pk=item.pk).update(snoozed_until=timezone.localdate() + 3 * DAY)
    ActionItemChange.objects.create(item=item, at=at, what="snooze", after="2030-01-01")


def leave(item, pattern, by, at):
    item.owner.is_active = False
    item.owner.save()


def leave_the_team(item, pattern, by, at):
    item.owner.teams.clear()


def vanish(item, pattern, by, at):
    item.owner.delete()


WRITES = [
    *(complete, decline, hand_over, archive, restrict, unlink, link_another),
    *(no_longer_held, snooze, leave, leave_the_team, vanish),
]


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)
def test_after_any_write_cached_counts_equal_a_full_count(
    held, pattern, team, service, ana, omar, vera, write
):
    readers, narrowings = (ana, omar, vera, None), ({}, {"teams": (team.pk,)})
    narrowings = (*narrowings, {"services": (service.pk,)})
    for reader in readers:
        for narrowed in narrowings:
            before = numbers(reader, keep=True, **narrowed)
            assert before == numbers(reader, keep=False, **narrowed)
    item = held[4].action_items.get(owner__username="ben")

    write(item, pattern, omar, timezone.now())

    changed = set()
    for reader in readers:
        for narrowed in narrowings:
            after = numbers(reader, keep=True, **narrowed)
            assert after == numbers(reader, keep=False, **narrowed)
            changed.add(repr(after.holders) + repr(after.effort) + repr(after.patterns))
    assert len(changed) > 1


def test_figures_change_with_a_write(held, vera, omar):
    before = numbers(vera, keep=True)
    item = held[4].action_items.get(owner__username="ben")

    action_items.complete(item, evidence="Seen.", by=omar, at=timezone.now())
    after = numbers(vera, keep=True)

    assert after.holders.open == before.holders.open - 1
    assert after.period.done == before.period.done + 1
    assert after.patterns[0].open == before.patterns[0].open - 1


def test_only_blocks_with_new_writes_are_counted_again(held, vera, omar):
    numbers(vera, keep=True)
    item = held[4].action_items.get(owner__username="ben")
    action_items.complete(item, evidence="Seen.", by=omar, at=timezone.now())

    with CaptureQueriesContext(connection) as captured:
        numbers(vera, keep=True)
    with CaptureQueriesContext(connection) as again:
        numbers(vera, keep=True)

    first = item.incident_id // 2 * 2
    by_block = [query["sql"] for query in captured if '_id" / 2)' in query["sql"]]
    assert len(by_block) == 6
    assert all(f">= {first} " in sql and f"< {first + 2}" in sql for sql in by_block)
    assert not any('_id" / 2)' in query["sql"] for query in again)


def test_hidden_incidents_change_no_figures(held, vera, omar):
    before = numbers(vera, keep=True)

    for incident in held[2], held[5]:
        for item in incident.action_items.filter(status="open"):
            action_items.complete(item, evidence="Seen.", by=omar, at=timezone.now())
    somebody = UserFactory()

    assert numbers(vera, keep=True) == before == numbers(somebody, keep=True)
    assert numbers(omar, keep=True) != before
