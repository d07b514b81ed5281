"""Recording whether a fix held, and reopening one that did not."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from action_items.models import FixCheck
from action_items.operations import action_items
from core.errors import DomainError, StaleWrite
from recurrence.operations import fix_checks
from recurrence.operations.fix_checks import AlreadyAnswered, NothingToAsk
from tests.factories import (
    NOON,
    ActionItemFactory,
    DoneActionItemFactory,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
)
from tests.incidents.operations.test_two_at_once import at_once
from tests.recorded import records

pytestmark = pytest.mark.django_db

LATER = datetime(2026, 4, 1, 9, tzinfo=UTC)


class Recurrence:
    """A fix completed after one incident, and the next incident of the same pattern."""

    def __init__(self, **earlier):
        pattern = PatternFactory()
        self.earlier = IncidentFactory(severity="SEV2", **earlier)
        self.again = IncidentFactory()
        for incident in (self.earlier, self.again):
            PatternLinkFactory(incident=incident, pattern=pattern)
        self.fix = DoneActionItemFactory(incident=self.earlier, closing_note="The drill.")

    def answer(self, answer, *, by, **more):
        return fix_checks.answer(self.fix, self.again, answer=answer, by=by, at=LATER, **more)


@pytest.fixture
def came_back():
    return Recurrence()


def test_the_answer_is_stored_with_the_evidence_of_the_fix(came_back, ana):
    came_back.answer("held", note="Another cause.", by=ana)

    [check] = FixCheck.objects.all()
    assert (check.answer, check.note, check.answered_by) == ("held", "Another cause.", ana)
    assert (check.done_at, check.answered_at, check.evidence) == (NOON, LATER, "The drill.")
    came_back.fix.refresh_from_db()
    assert came_back.fix.status == "done"


def test_a_fix_that_did_not_hold_is_reopened_with_a_new_due_date(came_back, ana):
    summary = f"Action item reopened: {came_back.fix.title}"
    with records(came_back.earlier, summary, by=ana, at=LATER):
        check = came_back.answer("did_not_hold", reopen=True, by=ana)

    came_back.fix.refresh_from_db()
    assert (came_back.fix.status, came_back.fix.closed_at) == ("open", None)
    assert came_back.fix.due_on == date(2026, 5, 1)  # 30 days for a SEV2
    assert check.reopened
    assert check.evidence == "The drill."


def test_the_items_history_does_not_name_the_later_incident(came_back, ana):
    came_back.answer("did_not_hold", reopen=True, note="A secret.", by=ana)

    kept = came_back.earlier.revisions.first()
    assert came_back.again.reference not in kept.summary + kept.content
    assert "A secret." not in kept.content


def test_the_same_answer_again_changes_nothing(came_back, ana, ben):
    first = came_back.answer("did_not_hold", reopen=True, by=ana)

    again = came_back.answer("did_not_hold", reopen=True, by=ben)

    assert (again.pk, again.answered_by) == (first.pk, ana)
    assert came_back.earlier.revisions.count() == 1


def test_a_different_answer_is_refused_naming_the_first_person(came_back, ana, ben):
    came_back.answer("held", by=ana)

    with pytest.raises(AlreadyAnswered, match="Ana Author answered before you: it held"):
        came_back.answer("did_not_hold", by=ben)


def test_the_fix_may_be_reopened_later(came_back, ana, ben):
    came_back.answer("did_not_hold", by=ana)

    summary = f"Action item reopened: {came_back.fix.title}"
    with records(came_back.earlier, summary, by=ben, at=LATER):
        check = came_back.answer("did_not_hold", reopen=True, by=ben)

    came_back.fix.refresh_from_db()
    assert came_back.fix.status == "open"
    assert (check.reopened, check.answered_by) == (True, ana)


@pytest.mark.parametrize("answered", [False, True])
def test_a_fix_completed_again_since_it_was_seen_is_not_judged(came_back, ana, answered):
    if answered:
        came_back.answer("did_not_hold", by=ana)
    seen = fix_checks.fix_version(NOON - timedelta(days=1))

    with pytest.raises(StaleWrite, match="done again"):
        came_back.answer("did_not_hold", reopen=True, version=seen, by=ana)

    came_back.fix.refresh_from_db()
    assert came_back.fix.status == "done"


def test_a_withdrawn_answer_is_asked_for_again(came_back, ana, ben):
    check = came_back.answer("held", by=ana)

    for _ in range(2):
        fix_checks.take_back(check, by=ben)

    assert came_back.answer("did_not_hold", by=ben).answered_by == ben


def test_withdrawing_an_answer_keeps_the_item_reopened(came_back, ana):
    check = came_back.answer("did_not_hold", reopen=True, by=ana)

    fix_checks.take_back(check, by=ana)

    came_back.fix.refresh_from_db()
    assert came_back.fix.status == "open"


def test_an_open_action_item_is_not_a_fix(came_back, ana):
    came_back.fix = ActionItemFactory(incident=came_back.earlier, title="Not yet")

    with pytest.raises(NothingToAsk, match="“Not yet” is not done"):
        came_back.answer("held", by=ana)


@pytest.mark.parametrize("state", ["suggested", "dismissed"])
def test_only_a_confirmed_recurrence_can_judge_a_fix(came_back, ana, state):
    came_back.again.pattern_links.update(state=state)

    with pytest.raises(NothingToAsk, match="Only a recurrence"):
        came_back.answer("held", by=ana)


def test_an_incident_cannot_judge_its_own_fixes(came_back, ana):
    came_back.again = came_back.earlier

    with pytest.raises(NothingToAsk):
        came_back.answer("held", by=ana)


@pytest.mark.parametrize(("answer", "reopen"), [("perhaps", False), ("held", True)])
def test_an_invalid_answer_is_refused(came_back, ana, answer, reopen):
    with pytest.raises(DomainError):
        came_back.answer(answer, reopen=reopen, by=ana)


def test_a_viewer_may_neither_answer_nor_withdraw(came_back, ana, vera):
    check = came_back.answer("held", by=ana)

    with pytest.raises(PermissionDenied):
        came_back.answer("held", by=vera)
    with pytest.raises(PermissionDenied):
        fix_checks.take_back(check, by=vera)


@pytest.mark.parametrize("hidden", [{"visibility": "restricted"}, {"archived_at": NOON}])
def test_answering_needs_access_to_both_incidents(ana, hidden):
    came_back = Recurrence(**hidden)

    with pytest.raises(PermissionDenied):
        came_back.answer("held", by=ana)


def test_an_answer_is_visible_with_access_to_both_incidents(came_back, ana, omar, vera):
    came_back.answer("held", by=ana)
    came_back.again.visibility = "restricted"
    came_back.again.save()

    assert list(FixCheck.objects.visible_to(vera)) == []
    assert FixCheck.objects.visible_to(omar).count() == 1


def test_answering_for_a_deleted_item_is_refused(came_back, ana):
    action_items.delete(came_back.fix, by=ana, at=NOON)

    with pytest.raises(action_items.ActionItemGone):
        came_back.answer("held", by=ana)


@pytest.mark.django_db(transaction=True)
def test_of_two_concurrent_answers_the_second_is_refused(came_back, ana, ben):
    results = at_once(
        lambda: came_back.answer("did_not_hold", reopen=True, by=ana),
        lambda: came_back.answer("held", by=ben),
    )

    [kept] = FixCheck.objects.all()
    [told] = [one for one in results if isinstance(one, DomainError)]
    came_back.fix.refresh_from_db()
    assert isinstance(told, AlreadyAnswered)
    assert came_back.fix.status == ("open" if kept.answered_by == ana else "done")


@pytest.mark.django_db(transaction=True)
def test_concurrent_answers_across_two_incidents_do_not_deadlock(came_back, ana, ben):
    other = DoneActionItemFactory(incident=came_back.again)

    results = at_once(
        lambda: came_back.answer("did_not_hold", reopen=True, by=ana),
        lambda: fix_checks.answer(other, came_back.earlier, answer="held", by=ben, at=LATER),
    )

    assert {one.answer for one in results} == {"did_not_hold", "held"}
