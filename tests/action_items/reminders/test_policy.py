"""Properties of the reminder policy over all policies, calendars and items."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_items.models import Assigned
from action_items.reminders import policy
from action_items.reminders.calendars import Calendar
from action_items.reminders.policy import Due, ItemFacts, Part, Policy, PostmortemFacts
from tests.action_items.reminders.days import (
    DAY,
    OFFICE,
    UTC_ZONE,
    WEEKDAYS,
    calendars,
    days,
    open_items,
    policies,
)

DEFAULTS = Policy()
WEDNESDAY = date(2026, 3, 4)
FRIDAY, SATURDAY, MONDAY, TUESDAY = (date(2026, 3, 6) + n * DAY for n in (0, 1, 3, 4))


def reached(due_on: date, today: date, calendar: Calendar = OFFICE) -> str | None:
    return DEFAULTS.reached(due_on, calendar.morning_of(today))


class Ledger:
    """The messages to one person about one item, morning by morning."""

    def __init__(self, calendar: Calendar, terms: Policy, part: Part = Part.OWNER) -> None:
        self.calendar, self.terms, self.part = calendar, terms, part
        self.taken: dict[date, list[str]] = defaultdict(list)
        self.told: list[tuple[date, Due]] = []

    def morning(self, day: date, item: ItemFacts) -> list[Due]:
        """Return the steps sent on `day`; none if it is not a digest day."""
        if not self.calendar.is_digest_day(day):
            return []
        due = policy.due_steps(
            item,
            self.part,
            self.calendar.morning_of(day),
            policy=self.terms,
            taken=self.taken,
        )
        for each in due:
            self.taken[each.since].append(each.step)
            self.told.append((day, each))
        return due

    def run(self, start: date, days: int, item: ItemFacts) -> None:
        for ahead in range(days):
            self.morning(start + ahead * DAY, item)


@pytest.mark.parametrize(
    ("days_after_due", "step"),
    [
        (-3, None),
        (-2, "due_soon"),
        (-1, "due_soon"),
        (0, "due_today"),
        (1, "overdue_1"),
        (2, "overdue_1"),
        (3, "overdue_3"),
        (11, "overdue_3"),
        (12, "overdue_12"),
        (19, "overdue_19"),
        (26, "overdue_26"),
        (29, "overdue_26"),
        (30, "decision"),
        (400, "decision"),
    ],
)
def test_the_step_reached_follows_the_due_date(days_after_due, step):
    every_day = Calendar(zone=UTC_ZONE, hour=9, weekdays=frozenset(range(1, 8)))

    assert reached(WEDNESDAY, WEDNESDAY + timedelta(days=days_after_due), every_day) == step


def test_an_item_due_on_monday_is_mentioned_on_friday():
    assert reached(MONDAY, FRIDAY) == "due_soon"
    assert reached(MONDAY, FRIDAY - DAY) is None
    assert reached(MONDAY, MONDAY) == "due_today"


def test_an_item_due_on_tuesday_is_mentioned_on_monday():
    assert reached(TUESDAY, FRIDAY) is None
    assert reached(TUESDAY, MONDAY) == "due_soon"


def test_a_weekly_digest_covers_the_week_to_come():
    weekly = Calendar(zone=UTC_ZONE, hour=9, weekdays=WEEKDAYS, weekly_on=1)

    assert reached(MONDAY + 7 * DAY, MONDAY, weekly) == "due_soon"
    assert reached(MONDAY + 8 * DAY, MONDAY, weekly) is None


def test_items_due_in_the_holidays_are_mentioned_before_them():
    away = frozenset(MONDAY + n * DAY for n in range(14))
    calendar = Calendar(zone=UTC_ZONE, hour=9, weekdays=WEEKDAYS, holidays=away)

    assert reached(MONDAY + 10 * DAY, FRIDAY, calendar) == "due_soon"


def test_an_item_due_on_saturday_is_overdue_on_monday():
    assert reached(SATURDAY, MONDAY) == "overdue_1"


@given(terms=policies(), due_on=days, weekday=st.integers(1, 7))
def test_the_escalation_ends_with_the_decision(terms, due_on, weekday):
    ladder = terms.ladder(due_on, weekday)
    offsets = [rung.days for rung in ladder]

    assert offsets == sorted(set(offsets))
    assert ladder[0].step == "due_today"
    assert [rung.step for rung in ladder].index("decision") == len(offsets) - 1


@given(due_on=days, weekday=st.integers(1, 7))
def test_the_weekly_steps_of_all_items_are_on_one_weekday_and_a_week_apart(due_on, weekday):
    """The steps of the first and third day stay where they are, and so does the decision."""
    offsets = [rung.days for rung in DEFAULTS.ladder(due_on, weekday)]

    weekly = offsets[3:-1]
    assert offsets[:3] == [0, 1, 3]
    assert offsets[-1] == 30
    assert {(due_on + days * DAY).isoweekday() for days in weekly} == {weekday}
    assert 7 <= weekly[0] <= 13
    assert [after - before for before, after in pairwise(weekly)] == [7] * (len(weekly) - 1)
    assert 30 - weekly[-1] <= 9


def test_steps_not_whole_weeks_apart_count_from_the_due_date():
    ladder = Policy(overdue_every=5).ladder(WEDNESDAY, 1)

    assert [rung.days for rung in ladder] == [0, 1, 3, 8, 13, 18, 23, 28, 30]


@pytest.mark.parametrize(("quiet", "weekday"), [((), 1), ((1,), 2), ((1, 2, 3), 4), ((5,), 1)])
def test_the_weekday_of_steps_is_a_working_day_of_the_person(quiet, weekday):
    calendar = Calendar(zone=UTC_ZONE, hour=9, weekdays=WEEKDAYS - set(quiet), steps_on=1)

    assert calendar.weekday_of_steps == weekday


def test_many_late_items_are_mentioned_on_one_weekday():
    """After the steps of the first days: fourteen items due on fourteen days."""
    taken: dict[date, Ledger] = {}
    for ahead in range(14):
        due_on = WEDNESDAY + ahead * DAY
        taken[due_on] = Ledger(OFFICE, DEFAULTS)
        taken[due_on].run(due_on, 29, ItemFacts(due_on=due_on, owner_since=due_on))

    weekly = [
        day for due_on, ledger in taken.items() for day, _ in ledger.told if (day - due_on).days > 5
    ]

    assert {day.isoweekday() for day in weekly} == {1}


@given(data=st.data(), start=days, terms=policies())
def test_each_step_is_sent_once_and_never_after_a_later_one(data, start, terms):
    calendar, item = data.draw(calendars(start)), data.draw(open_items(start))
    part = data.draw(st.sampled_from(Part))
    ledger = Ledger(calendar, terms, part)

    ledger.run(start, 120, item)

    said = [due for _, due in ledger.told]
    assert len(said) == len(set(said))
    places = [policy._place(due.step) for due in said if policy._place(due.step) >= -1]
    assert places == sorted(places)


@given(data=st.data(), start=days, terms=policies())
def test_nothing_is_sent_off_hours_while_snoozed_or_after_the_decision(data, start, terms):
    calendar, item = data.draw(calendars(start)), data.draw(open_items(start))
    ledger = Ledger(calendar, terms)

    ledger.run(start, 120, item)

    for day, _ in ledger.told:
        assert calendar.works_on(day)
        assert item.snoozed_until is None or day >= item.snoozed_until
    decided = [day for day, due in ledger.told if due.step == "decision"]
    after = [due.step for day, due in ledger.told if decided and day > decided[0]]
    assert after == []


@given(data=st.data(), start=days, terms=policies())
def test_nothing_is_skipped_for_ever(data, start, terms):
    """Anybody with working days is told about each due item, and finally asked to decide."""
    calendar, item = data.draw(calendars(start)), data.draw(open_items(start))
    ledger = Ledger(calendar, terms)

    ledger.run(start, 60 + 90 + 90, item)

    steps = [due.step for _, due in ledger.told if due.step != "assigned"]
    if item.due_on is None:
        assert steps == []
    else:
        assert "decision" in steps


@given(data=st.data(), due_on=days, terms=policies())
def test_a_digest_before_the_due_date_mentions_the_item_in_time(data, due_on, terms):
    calendar = data.draw(calendars(due_on))
    ledger = Ledger(calendar, terms)
    start = due_on - 40 * DAY

    ledger.run(start, 40, ItemFacts(due_on=due_on, owner_since=start))

    had_one = any(calendar.is_digest_day(start + n * DAY) for n in range(40))
    assert [due.step for _, due in ledger.told] == ["due_soon"] * had_one


@given(data=st.data(), start=days, terms=policies())
def test_missed_ticks_only_delay(data, start, terms):
    """After any missed mornings, the next one sends the latest step reached."""
    calendar, item = data.draw(calendars(start)), data.draw(open_items(start))
    asleep = data.draw(st.sets(st.integers(0, 119)))
    awake, dozing = Ledger(calendar, terms), Ledger(calendar, terms)

    for ahead in range(240):
        day = start + ahead * DAY
        awake.morning(day, item)
        if ahead not in asleep:
            dozing.morning(day, item)

    first = {due: day for day, due in awake.told}
    assert {due for _, due in dozing.told} <= first.keys()
    assert all(day >= first[due] for day, due in dozing.told)
    assert {due for _, due in dozing.told if due.step == "decision"} == {
        due for _, due in awake.told if due.step == "decision"
    }


@given(data=st.data(), start=days, terms=policies())
def test_another_due_date_restarts_the_steps(data, start, terms):
    calendar = data.draw(calendars(start))
    moved_to = start + data.draw(st.integers(70, 120)) * DAY
    ledger = Ledger(calendar, terms)

    ledger.run(start, 60, ItemFacts(due_on=start, owner_since=start))
    ledger.run(start + 60 * DAY, 300, ItemFacts(due_on=moved_to, owner_since=start))

    again = [due for _, due in ledger.told if due.since == moved_to]
    assert Due("decision", moved_to) in again
    assert again[0].step in ("due_soon", "due_today") or not any(
        calendar.is_digest_day(start + n * DAY) for n in range(60, (moved_to - start).days + 1)
    )


@given(data=st.data(), start=days, terms=policies())
def test_a_new_owner_gets_the_latest_step_and_the_old_one_nothing(data, start, terms):
    calendar = data.draw(calendars(start))
    item = ItemFacts(due_on=start, owner_since=start)
    handed_over = start + data.draw(st.integers(1, 80)) * DAY
    new = Ledger(calendar, terms)

    new.run(handed_over, 40, item)

    day, due = new.told[0]
    assert due.step == terms.reached(start, calendar.morning_of(day))
    assert day == (
        handed_over if calendar.is_digest_day(handed_over) else calendar.next_day(handed_over)
    )


@given(data=st.data(), start=days, terms=policies())
def test_an_assignment_is_announced_once_in_the_next_digest(data, start, terms):
    """Unless the policy says never, or no digest is sent while it is news."""
    calendar = data.draw(calendars(start))
    given_on = start + data.draw(st.integers(0, 40)) * DAY
    due_on = data.draw(st.none() | st.integers(-30, 60).map(lambda days: start + days * DAY))
    ledger = Ledger(calendar, terms)

    ledger.run(given_on, 90, ItemFacts(due_on=due_on, owner_since=start, given_on=given_on))

    days_told = [day for day, due in ledger.told if due == Due("assigned", given_on)]
    news = [given_on + n * DAY for n in range(policy.NEWS_FOR + 1)]
    expected = [day for day in news if calendar.is_digest_day(day)][:1]
    assert days_told == ([] if terms.assigned == Assigned.NEVER else expected)


@given(data=st.data(), start=days, part=st.sampled_from([Part.HEIR, Part.LEAD, Part.KEEPER]))
def test_assignments_are_not_announced_to_heirs_leads_or_keepers(data, start, part):
    calendar = data.draw(calendars(start))
    ledger = Ledger(calendar, DEFAULTS, part)

    ledger.run(start, 60, ItemFacts(due_on=start, owner_since=start, given_on=start))

    assert "assigned" not in {due.step for _, due in ledger.told}


@given(data=st.data(), start=days, later=st.permutations(range(10)))
def test_the_order_of_people_and_items_does_not_matter(data, start, later):
    calendar = data.draw(calendars(start))
    items = [data.draw(open_items(start)) for _ in range(10)]
    one, other = ([Ledger(calendar, DEFAULTS) for _ in items] for _ in range(2))

    for ahead in range(40):
        day = start + ahead * DAY
        for ledger, item in zip(one, items, strict=True):
            ledger.morning(day, item)
        for place in later:
            other[place].morning(day, items[place])

    assert [ledger.told for ledger in one] == [ledger.told for ledger in other]


def test_an_item_is_mentioned_after_its_snooze_without_a_new_step():
    late = ItemFacts(due_on=TUESDAY - 4 * DAY, owner_since=MONDAY)
    ledger = Ledger(OFFICE, DEFAULTS)
    assert ledger.morning(TUESDAY, late) == [Due("overdue_3", TUESDAY - 4 * DAY)]

    snoozed = ItemFacts(due_on=late.due_on, owner_since=MONDAY, snoozed_until=TUESDAY + 2 * DAY)

    assert ledger.morning(TUESDAY + DAY, snoozed) == []
    assert ledger.morning(TUESDAY + 2 * DAY, snoozed) == [Due("snooze_over", TUESDAY + 2 * DAY)]
    assert ledger.morning(TUESDAY + 3 * DAY, snoozed) == []


def test_the_lead_is_told_once_a_week_after_the_due_date():
    ledger = Ledger(OFFICE, DEFAULTS, Part.LEAD)

    ledger.run(MONDAY, 120, ItemFacts(due_on=MONDAY, owner_since=MONDAY))

    assert ledger.told == [(MONDAY + 7 * DAY, Due("team_lead", MONDAY))]


def test_the_keeper_is_asked_for_an_owner_after_two_working_days_and_for_a_decision_at_the_end():
    ledger = Ledger(OFFICE, DEFAULTS, Part.KEEPER)

    ledger.run(FRIDAY, 120, ItemFacts(due_on=MONDAY, owner_since=FRIDAY))

    assert ledger.told == [
        (TUESDAY, Due("unassigned", FRIDAY)),
        (MONDAY + 30 * DAY, Due("decision", MONDAY)),
    ]


def test_the_team_of_a_departed_owner_is_told_whatever_the_due_date():
    ledger = Ledger(OFFICE, DEFAULTS, Part.HEIR)

    ledger.run(MONDAY, 5, ItemFacts(due_on=None, owner_since=FRIDAY))

    assert ledger.told == [(MONDAY, Due("orphaned", FRIDAY))]


@pytest.mark.parametrize("part", [Part.OWNER, Part.HEIR, Part.KEEPER])
def test_a_declined_item_comes_back_once_on_its_day(part):
    declined = ItemFacts(
        due_on=MONDAY - 90 * DAY, owner_since=MONDAY, is_declined=True, re_review_on=SATURDAY
    )
    ledger = Ledger(OFFICE, DEFAULTS, part)

    ledger.run(FRIDAY, 60, declined)

    assert ledger.told == [(MONDAY, Due("re_review", SATURDAY))]


def test_an_item_declined_without_a_re_review_stays_silent():
    declined = ItemFacts(due_on=MONDAY - 90 * DAY, owner_since=MONDAY, is_declined=True)

    for part in Part:
        ledger = Ledger(OFFICE, DEFAULTS, part)
        ledger.run(FRIDAY, 60, declined)
        assert ledger.told == []


@pytest.mark.parametrize(
    ("postmortem", "told"),
    [
        (PostmortemFacts(is_in_review=False, since=MONDAY), (MONDAY + 7 * DAY, "draft_untouched")),
        (PostmortemFacts(is_in_review=True, since=FRIDAY), (MONDAY + 2 * DAY, "review_waiting")),
    ],
)
def test_a_waiting_postmortem_is_mentioned_once(postmortem, told):
    taken: dict[date, list[str]] = defaultdict(list)
    found = []
    for day in (FRIDAY + n * DAY for n in range(40)):
        if OFFICE.is_digest_day(day):
            morning = OFFICE.morning_of(day)
            due = policy.due_postmortem_step(postmortem, morning, policy=DEFAULTS, taken=taken)
            if due:
                taken[due.since].append(due.step)
                found.append((day, due.step))

    assert found == [told]


@given(step=st.sampled_from([rung.step for rung in DEFAULTS.ladder(WEDNESDAY, 1)]))
def test_a_step_follows_unknown_steps_but_never_itself(step):
    assert not policy.comes_after(step, [step])
    assert policy.comes_after(step, ["a_step_of_long_ago"])


def test_steps_of_an_earlier_policy_keep_their_place():
    assert not policy.comes_after("overdue_3", ["overdue_5"])
    assert policy.comes_after("overdue_10", ["overdue_5"])
    assert not policy.comes_after("overdue_40", ["decision"])


def test_the_policy_needs_neither_models_nor_settings():
    ask = "import sys, action_items.reminders.policy; sys.exit('incidents.models' in sys.modules)"
    bare = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO")}

    assert subprocess.run([sys.executable, "-c", ask], env=bare, check=False).returncode == 0


def test_the_policy_knows_every_stored_value_of_assigned():
    assert set(policy.AT_ONCE) == set(Assigned.values)
