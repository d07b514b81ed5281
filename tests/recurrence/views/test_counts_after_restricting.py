"""Cached counts when an incident is restricted in a transaction that commits late.

The restricting transaction writes its revision first and commits last: a later revision of another
incident is visible before it. Two real transactions, each on its own connection.
"""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from incidents.analytics import state_of
from incidents.models import Incident, PatternLink, Visibility, WriteMark
from incidents.models.write_mark import Topic
from incidents.operations import incidents
from incidents.operations.incidents import IncidentFields
from playbooks.models import FailurePattern
from tests.factories import (
    NOON,
    ActionItemFactory,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 20  # seconds


@dataclass
class World:
    pattern: FailurePattern
    secret: Incident
    other: Incident


@pytest.fixture
def world(ana):
    """Create eleven incidents of one pattern, each with an open action item."""
    pattern = PatternFactory(name="Credential expired")
    made = [IncidentFactory(title=f"Outage {n}", owner=ana, created_by=ana) for n in range(11)]
    for incident in made:
        PatternLinkFactory(incident=incident, pattern=pattern)
        ActionItemFactory(incident=incident, owner=ana)
    return World(pattern, secret=made[0], other=made[1])


def edited(incident, by, **fields):
    """Save the incident's header with these fields."""
    kept = {"title": incident.title, "owner": incident.owner}
    incidents.edit(
        incident, IncidentFields(**kept | fields), base_version=incident.version, by=by, at=NOON
    )


@contextmanager
def uncommitted(write):
    """Run `write` on another connection; its transaction commits after the block."""
    written, may_commit = threading.Event(), threading.Event()

    def run():
        try:
            with transaction.atomic():
                write()
                written.set()
                assert may_commit.wait(PATIENCE)
        finally:
            written.set()
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run)
        assert written.wait(PATIENCE)
        try:
            yield
        finally:
            may_commit.set()
        running.result(PATIENCE)


def on_home(client):
    [row] = client.get("/").context["trends"].rows
    return int(row.words.split()[0])


def on_the_list_of_patterns(client):
    [row] = client.get("/patterns/").context["rows"]
    return int(row.incidents.split()[0])


def on_the_map(client):
    [row] = client.get("/patterns/map/").context["rows"]
    return row.total


def in_follow_up(client):
    return client.get("/follow-up/").context["numbers"].holders.open


PAGES = [on_home, on_the_list_of_patterns, on_the_map, in_follow_up]


@pytest.mark.parametrize("count", PAGES)
def test_an_incident_restricted_by_a_late_commit_leaves_every_count(
    signed_in, world, ana, vera, count
):
    client = signed_in(vera)

    with uncommitted(lambda: edited(world.secret, ana, visibility=Visibility.RESTRICTED)):
        edited(world.other, ana, severity="SEV1")
        assert count(client) == 11

    assert count(client) == 10


def archive(world, by):
    incidents.archive(world.secret, by=by, at=NOON)


def dismiss(world, by):
    PatternLink.objects.filter(incident=world.secret).delete()


@pytest.mark.parametrize("write", [archive, dismiss])
@pytest.mark.parametrize("count", PAGES[:3])
def test_any_late_commit_that_affects_a_count_changes_it(signed_in, world, ana, vera, count, write):
    client = signed_in(vera)

    with uncommitted(lambda: write(world, ana)):
        edited(world.other, ana, severity="SEV1")
        assert count(client) == 11

    assert count(client) == 10


def test_a_reader_removed_by_a_late_commit_no_longer_counts_it(signed_in, world, ana, vera):
    edited(world.secret, ana, visibility=Visibility.RESTRICTED, readers=[vera])
    world.secret.refresh_from_db()
    client = signed_in(vera)

    def unname():
        edited(world.secret, ana, visibility=Visibility.RESTRICTED)

    with uncommitted(unname):
        edited(world.other, ana, severity="SEV1")
        assert on_home(client) == 11

    assert on_home(client) == 10


def test_leaving_a_team_by_a_late_commit_changes_the_counts(signed_in, world, ana, vera):
    team = TeamFactory(name="Payments")
    team.members.add(vera)
    edited(world.secret, ana, visibility=Visibility.RESTRICTED, reader_teams=[team])
    client = signed_in(vera)

    with uncommitted(lambda: team.members.remove(vera)):
        edited(world.other, ana, severity="SEV1")
        assert on_the_map(client) == 11

    assert on_the_map(client) == 10


def test_writers_do_not_wait_for_each_other(world, ana):
    """A long transaction, such as an import, blocks no other save."""
    with uncommitted(lambda: edited(world.secret, ana, severity="SEV2")):
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        for number in range(3):
            world.other.refresh_from_db()
            edited(world.other, ana, severity=f"SEV{number + 3}")
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")


def test_uncommitted_counts_are_not_cached(world, ana, vera):
    before = state_of(vera, Topic.INCIDENTS)

    with transaction.atomic():
        assert state_of(vera, Topic.INCIDENTS) == before
        edited(world.secret, ana, severity="SEV2")
        states = {state_of(vera, Topic.INCIDENTS) for _ in range(3)}
        transaction.set_rollback(True)

    assert len(states - {before}) == 3
    assert state_of(vera, Topic.INCIDENTS) == before


def test_a_write_after_a_rollback_leaves_its_mark(world, ana, vera):
    before = state_of(vera, Topic.INCIDENTS)

    with transaction.atomic():
        with transaction.atomic():
            edited(world.secret, ana, severity="SEV2")
            transaction.set_rollback(True)
        edited(world.other, ana, severity="SEV2")

    assert state_of(vera, Topic.INCIDENTS) != before


def test_one_transaction_leaves_one_mark(world, ana):
    def mark():
        return WriteMark.objects.get(topic=Topic.INCIDENTS).mark

    with transaction.atomic():
        edited(world.secret, ana, severity="SEV2")
        after_one = mark()
        edited(world.other, ana, severity="SEV2")

    assert mark() == after_one


def test_signing_in_does_not_invalidate_the_counts(world, vera):
    before = state_of(vera, Topic.INCIDENTS)

    vera.last_login = NOON
    vera.save(update_fields=["last_login"])

    assert state_of(vera, Topic.INCIDENTS) == before


# Not counts: people and names looked up each time, and messages, which follow-up includes within
# ten minutes.
READ_ASIDE = {"django_session", "messaging_message", "action_items_reminderpolicy"}
OUR_TABLES = re.compile(r"\b((?:accounts|incidents|playbooks|messaging|search|django)_[a-z_]+)\b")


@pytest.mark.parametrize("count", [on_home, on_the_map, in_follow_up])
def test_every_table_read_by_a_cached_count_marks_its_writes(signed_in, world, vera, ana, count):
    edited(world.secret, ana, visibility=Visibility.RESTRICTED, readers=[vera])
    client = signed_in(vera)
    count(client)
    with CaptureQueriesContext(connection) as kept:
        count(client)
    cache.clear()
    with CaptureQueriesContext(connection) as anew:
        count(client)

    each_time = {query["sql"] for query in kept}
    only_then = [query["sql"] for query in anew if query["sql"] not in each_time]
    read = set(OUR_TABLES.findall(" ".join(only_then))) - READ_ASIDE
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'mark_write'")
        marking = {table for (table,) in cursor.fetchall()}
    tables = set(connection.introspection.table_names())
    assert len(read & marking) > 2
    assert read & tables - marking == set()
