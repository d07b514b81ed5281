"""Rules of the reminder policy at their limits, and rules that are turned off."""

from __future__ import annotations

from dataclasses import replace

import pytest

from action_items.reminders import policy
from action_items.reminders.policy import (
    Due,
    ItemFacts,
    Part,
    Policy,
    PolicyContradicts,
    PostmortemFacts,
)
from tests.action_items.reminders.days import DAY, OFFICE
from tests.factories import NOON

MONDAY = NOON.date()
DEFAULTS = Policy()


def steps(item: ItemFacts, part: Part, terms: Policy, *, days: int = 0) -> list[str]:
    """Return the steps about `item` due so many days after Monday, if nothing was sent before."""
    morning = OFFICE.morning_of(MONDAY + days * DAY)
    return [due.step for due in policy.due_steps(item, part, morning, policy=terms, taken={})]


def step_of(postmortem: PostmortemFacts, terms: Policy, *, days: int) -> Due | None:
    morning = OFFICE.morning_of(MONDAY + days * DAY)
    return policy.due_postmortem_step(postmortem, morning, policy=terms, taken={})


def test_a_rule_that_is_turned_off_sends_nothing():
    off = replace(
        DEFAULTS, lead_after=None, unassigned_after=None, draft_after=None, review_after=None
    )
    item = ItemFacts(due_on=MONDAY, owner_since=MONDAY)

    assert steps(item, Part.LEAD, off, days=400) == []
    assert steps(item, Part.KEEPER, off, days=21) == []
    for is_in_review in (False, True):
        waiting = PostmortemFacts(is_in_review=is_in_review, since=MONDAY)
        assert step_of(waiting, off, days=400) is None


def test_a_rule_after_no_days_applies_at_once():
    at_once = replace(DEFAULTS, unassigned_after=0, lead_after=0, draft_after=0, review_after=0)
    item = ItemFacts(due_on=MONDAY, owner_since=MONDAY)

    assert steps(item, Part.LEAD, at_once) == ["team_lead"]
    assert steps(item, Part.KEEPER, at_once) == ["unassigned"]
    for is_in_review in (False, True):
        waiting = PostmortemFacts(is_in_review=is_in_review, since=MONDAY)
        assert step_of(waiting, at_once, days=0) is not None


def test_a_lead_is_told_nothing_about_items_without_a_due_date_or_declined_ones():
    undated = ItemFacts(due_on=None, owner_since=MONDAY)
    declined = ItemFacts(due_on=MONDAY, owner_since=MONDAY, is_declined=True, re_review_on=MONDAY)

    assert steps(undated, Part.LEAD, DEFAULTS, days=400) == []
    assert steps(declined, Part.LEAD, DEFAULTS, days=400) == []
    assert steps(declined, Part.OWNER, DEFAULTS) == ["re_review"]


@pytest.mark.parametrize(("days", "announced"), [(31, ["assigned"]), (32, [])])
def test_an_assignment_is_announced_for_a_month(days, announced):
    item = ItemFacts(due_on=None, owner_since=MONDAY, given_on=MONDAY)

    assert steps(item, Part.OWNER, DEFAULTS, days=days) == announced


def test_an_owner_is_asked_for_a_decision_rather_than_reminded_on_the_last_day():
    weekly_on_the_last_day = replace(DEFAULTS, decision_after=10, overdue=(3,))
    item = ItemFacts(due_on=MONDAY, owner_since=MONDAY)

    assert steps(item, Part.OWNER, weekly_on_the_last_day, days=10) == ["decision"]


def test_a_step_is_announced_with_its_own_or_an_earlier_one_of_the_same_day():
    late, other_day = Due("overdue_3", MONDAY), Due("overdue_3", MONDAY + DAY)
    news = Due("assigned", MONDAY)

    assert policy.is_announced(late, {Due("due_today", MONDAY)})
    assert policy.is_announced(news, {news})
    assert not policy.is_announced(other_day, {Due("due_today", MONDAY)})
    assert not policy.is_announced(news, {late})
    assert not policy.is_announced(late, {news})


def test_the_decision_comes_after_every_reminder_of_an_earlier_policy():
    assert policy.comes_after("decision", ["overdue_60"])
    assert policy.comes_after("due_today", ["due_soon"])


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"due_days_sev1": 31}, "A more severe incident"),
        ({"due_days_sev2": 61}, "A more severe incident"),
        ({"due_soon": 15}, "choose fewer than 15 days"),
        ({"overdue": (1, 30)}, "choose days before day 30"),
        ({"lead_after": 30}, "The team lead is told before"),
        ({"weekdays": ()}, "at least one working day"),
        ({"weekly_on": 6}, "one of the working days"),
    ],
)
def test_a_contradiction_is_refused_and_the_setting_beside_it_is_not(terms, message):
    with pytest.raises(PolicyContradicts, match=message):
        policy.check(replace(DEFAULTS, **terms))

    [(name, value)] = terms.items()
    if isinstance(value, int):
        policy.check(replace(DEFAULTS, **{name: value - 1}))
