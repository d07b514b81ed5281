"""Digests longer than the limit: what is cut, and the list that contains it."""

from __future__ import annotations

import re

import pytest

from action_items.reminders import digest
from tests.action_items.reminders.ticks import DAY, MONDAY, tick
from tests.factories import ActionItemFactory, IncidentFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_long_digest_is_cut_and_the_rest_counted(ana):
    ActionItemFactory.create_batch(60, owner=ana, due_on=MONDAY)

    [digest] = tick()

    assert digest.subject == "60 due today"
    assert "And 10 more" in digest.body


def _departed(team):
    person = UserFactory(is_active=False)
    team.members.add(person)
    return person


def _listed(client, person, sent):
    """Return the list that a digest links to, and its contents for `person`."""
    client.force_login(person)
    address = re.search(r"/action-items/\?scope=\w+", sent.body)[0]
    return address.partition("=")[2], client.get(address).content.decode()


@pytest.mark.parametrize(
    ("owned", "scope"),
    [
        (lambda ana, team: {"owner": ana}, "mine"),
        (lambda ana, team: {"owner_team": team}, "teams"),
        (lambda ana, team: {"owner": _departed(team)}, "teams"),
        (lambda ana, team: {"incident": IncidentFactory(owner=ana)}, "all"),
    ],
    ids=["one's own", "the team's", "of who left the team", "nobody's"],
)
def test_the_linked_list_contains_the_items_left_out(ana, client, owned, scope):
    team = TeamFactory(lead=ana)
    facts = owned(ana, team) | {"due_on": MONDAY - 40 * DAY}
    for number in range(digest.MOST_LINES + 1):
        ActionItemFactory(**facts, title=f"Promise {number}")
    ActionItemFactory(owner=ana, due_on=MONDAY - 40 * DAY, title="One’s own")

    sent = tick()[0]
    found, page = _listed(client, ana, sent)

    assert "And 2 more" in sent.body
    assert found == scope
    assert "52 action items" in page
