"""Markdown fields are rendered, or shown as plain text, wherever they appear.

`TYPED` contains markup that must not be visible, and a word in angle brackets that must be.
"""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from incidents.models import PostmortemStatus
from recurrence.operations.fix_checks import fix_version
from tests.factories import (
    ActionItemFactory,
    DoneActionItemFactory,
    IncidentFactory,
    PatternFactory,
)
from tests.recurrence.views.recurring import fix_of, incident_of

pytestmark = pytest.mark.django_db

TYPED = "**Seen** on `node` <pod-name>"


def assert_formatted(page: str) -> None:
    assert "**Seen**" not in page
    assert "Seen" in page
    assert "&lt;pod-name&gt;" in page


def page_of(client, address) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_note_of_a_fix(signed_in, ana):
    pattern = PatternFactory(slug="expired", name="Credential expired")
    fix = fix_of(incident_of(pattern, (2025, 1, 10)), (2025, 2, 1))
    now = incident_of(pattern, (2026, 3, 1))
    client = signed_in(ana)
    address = reverse("fix_check_answer", args=[now.reference])
    version = fix_version(fix.closed_at)
    client.post(address, {"item": fix.pk, "answer": "held", "note": TYPED, "version": version})

    page = page_of(client, now.get_absolute_url())

    assert "<strong>Seen</strong>" in page
    assert_formatted(page)
    assert_formatted(page_of(client, fix.get_absolute_url()))


def test_the_reason_for_declining_an_earlier_action_item(signed_in, ana):
    pattern = PatternFactory(slug="expired", name="Credential expired")
    earlier = incident_of(pattern, (2025, 1, 10))
    DoneActionItemFactory(incident=earlier, status="wont_do", closing_note=TYPED)
    now = incident_of(pattern, (2026, 3, 1))

    assert_formatted(page_of(signed_in(ana), now.get_absolute_url()))


def test_the_reason_why_no_postmortem_is_required(signed_in, ana):
    incident = IncidentFactory(
        status=PostmortemStatus.NOT_REQUIRED, not_required_reason=f"{TYPED}\n\nTwice."
    )

    page = page_of(signed_in(ana), incident.get_absolute_url())

    assert "<strong>Seen</strong>" in page
    assert_formatted(page)


@pytest.mark.parametrize("name", ["action_item_list", "incident"])
def test_the_note_that_closed_an_item_in_a_list(signed_in, ana, name):
    item = DoneActionItemFactory(closing_note=TYPED)
    address = (
        f"{reverse('action_item_list')}?q=&status=done"
        if name == "action_item_list"
        else item.incident.get_absolute_url()
    )

    assert_formatted(page_of(signed_in(ana), address))


def test_detail_and_accepted_risk_of_an_item(signed_in, ana):
    item = ActionItemFactory(detail=TYPED)
    risky = DoneActionItemFactory(
        status="wont_do", accepted_risk=TYPED, closing_note="No.", re_review_on=date(2027, 1, 1)
    )

    assert_formatted(page_of(signed_in(ana), item.get_absolute_url()))
    assert_formatted(page_of(signed_in(ana), risky.get_absolute_url()))
