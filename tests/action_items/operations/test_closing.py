"""Completing and declining action items, and re-reviews."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from action_items.operations import action_items
from core.errors import StaleWrite
from incidents.models import ActionItem
from tests.factories import NOON, ActionItemFactory, DoneActionItemFactory, IncidentFactory

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)
TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)


def declined(by, **facts) -> ActionItem:
    item = ActionItemFactory()
    terms = {"reason": "Too dear.", "accepted_risk": "A night without it."} | facts
    return action_items.decline(item, **terms, by=by, at=NOON)


def test_a_link_is_evidence_enough(ana):
    item = ActionItemFactory()

    action_items.complete(item, evidence_url="https://example.com/pr/7", by=ana, at=NOON)

    item.refresh_from_db()
    assert (item.status, item.closing_note) == ("done", "")
    assert item.evidence == "<https://example.com/pr/7>"


def test_the_person_who_completes_it_is_the_verifier_unless_another_is_named(ana, rita):
    alone, together = ActionItemFactory(), ActionItemFactory()

    action_items.complete(alone, evidence="Seen.", by=ana, at=NOON)
    action_items.complete(together, evidence="Seen.", verified_by=rita, by=ana, at=NOON)

    assert ActionItem.objects.get(pk=alone.pk).verified_by == ana
    assert ActionItem.objects.get(pk=together.pk).verified_by == rita


def test_a_verifier_must_be_able_to_see_the_incident(ana, ben):
    item = ActionItemFactory(incident=IncidentFactory(visibility="restricted", owner=ana))

    with pytest.raises(action_items.VerifierRefused, match="Ben Builder cannot open"):
        action_items.complete(item, evidence="Seen.", verified_by=ben, by=ana, at=NOON)

    assert ActionItem.objects.get(pk=item.pk).is_open


def test_closing_an_item_with_open_parts_asks_first(ana):
    item = ActionItemFactory()
    part = ActionItemFactory(incident=item.incident, parent=item)

    with pytest.raises(action_items.OpenParts, match="One of its parts is still open"):
        action_items.complete(item, evidence="Seen.", by=ana, at=NOON)
    action_items.complete(item, evidence="Seen.", leave_parts_open=True, by=ana, at=NOON)

    assert not ActionItem.objects.get(pk=item.pk).is_open
    assert ActionItem.objects.get(pk=part.pk).is_open


@pytest.mark.parametrize(
    ("missing", "refusal"),
    [("reason", action_items.ReasonMissing), ("accepted_risk", action_items.RiskMissing)],
)
def test_declining_needs_a_reason_and_the_risk(missing, refusal, ana):
    with pytest.raises(refusal, match=r"^Enter"):
        declined(ana, **{missing: " "})

    assert ActionItem.objects.get().is_open


def test_a_declined_item_is_re_reviewed_in_ninety_days_or_on_a_chosen_day(ana):
    by_default, chosen = declined(ana), declined(ana, re_review_on=TODAY + 30 * DAY)

    assert by_default.re_review_on == TODAY + 90 * DAY
    assert chosen.re_review_on == TODAY + 30 * DAY
    assert list(ActionItem.objects.to_re_review(TODAY + 29 * DAY)) == []
    assert list(ActionItem.objects.to_re_review(TODAY + 30 * DAY)) == [chosen]


@pytest.mark.parametrize("days", [0, -1, 366])
def test_a_risk_is_accepted_for_a_year_at_most(days, ana):
    with pytest.raises(action_items.ReReviewRefused, match="from tomorrow to 2 Mar 2027"):
        declined(ana, re_review_on=TODAY + days * DAY)


def test_a_re_review_keeps_it_declined_or_reopens_it(ana):
    kept, taken = declined(ana), declined(ana)

    action_items.keep_declined(
        kept, re_review_on=TODAY + 200 * DAY, note="No budget.", by=ana, at=LATER
    )
    action_items.reopen(taken, by=ana, at=LATER)

    kept.refresh_from_db()
    taken.refresh_from_db()
    assert (kept.status, kept.re_review_on) == ("wont_do", TODAY + 200 * DAY)
    assert kept.accepted_risk == "A night without it."
    assert kept.changes.last().note == "No budget."
    assert (taken.status, taken.accepted_risk, taken.re_review_on) == ("open", "", None)


def test_only_a_declined_item_can_be_kept_declined(ana):
    item = declined(ana)
    seen = item.version
    action_items.reopen(item, by=ana, at=LATER)

    with pytest.raises(StaleWrite):
        action_items.keep_declined(item, version=seen, by=ana, at=LATER)
    with pytest.raises(action_items.NotDeclined, match="somebody reopened it"):
        action_items.keep_declined(item, by=ana, at=LATER)


def test_an_item_declined_without_a_risk_needs_one_at_its_re_review(ana):
    item = DoneActionItemFactory(status="wont_do", closing_note="Too dear.")

    with pytest.raises(action_items.RiskMissing):
        action_items.keep_declined(item, by=ana, at=NOON)
    action_items.keep_declined(item, accepted_risk="A slow morning.", by=ana, at=NOON)

    item.refresh_from_db()
    assert item.accepted_risk == "A slow morning."


def test_a_viewer_decides_only_about_their_own_items(ana, vera):
    item = declined(ana)

    with pytest.raises(PermissionDenied):
        action_items.keep_declined(item, by=vera, at=NOON)


def test_the_history_records_person_time_and_channel(ana, rita):
    item = ActionItemFactory(owner=ana)

    action_items.start(item, by=ana, at=NOON)
    action_items.complete(item, evidence="Seen.", by=rita, at=LATER, via="mail")
    action_items.reopen(item, by=ana, at=LATER + DAY)

    kept = [(c.by, c.what, c.before, c.after, c.note, c.via) for c in item.changes.all()]
    assert kept == [
        (ana, "status", "open", "in_progress", "", "app"),
        (rita, "status", "in_progress", "done", "Seen.", "mail"),
        (ana, "status", "done", "open", "", "app"),
    ]
