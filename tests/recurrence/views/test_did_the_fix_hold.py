"""The question whether an earlier fix held, on the page of an incident."""

from datetime import date

import pytest
from django.urls import reverse

from action_items.models import FixCheck
from tests.factories import (
    ActionItemFactory,
    DoneActionItemFactory,
    PatternFactory,
    PatternLinkFactory,
)
from tests.recurrence.views.recurring import answer, fix_of, incident_of, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def expired():
    return PatternFactory(slug="expired", name="Credential expired")


def test_confirming_a_pattern_shows_its_history_at_once(signed_in, ana, expired):
    earlier = incident_of(expired, (2025, 1, 10))
    ActionItemFactory(incident=earlier, title="Alert on expiry", due_on=date(2025, 9, 1))
    DoneActionItemFactory(incident=earlier, status="wont_do", closing_note="Too dear.")
    fix_of(earlier, (2025, 2, 1), title="List them")
    now = incident_of(expired, (2026, 3, 1), state="suggested")
    link = now.pattern_links.get()
    address, version = reverse("pattern_link_decide", args=[now.reference, link.pk]), link.version

    page = (
        signed_in(ana)
        .post(address, {"state": "confirmed", "version": version}, headers={"HX-Request": "true"})
        .content.decode()
    )

    for words in ("Alert on expiry", "overdue", "Too dear.", "Did the fix hold?", "List them"):
        assert words in page
    assert 'id="came-back" hx-swap-oob="true"' in page
    assert "Second time in 14 months" in page


def test_without_htmx_the_page_shows_the_history_after_the_redirect(signed_in, ana, expired):
    fix = fix_of(incident_of(expired, (2025, 1, 10)), (2025, 2, 1))
    now = incident_of(expired, (2026, 3, 1))

    response = answer(signed_in(ana), now, fix, "reopen", follow=True)

    assert response.redirect_chain == [(f"{now.get_absolute_url()}#pattern-rows", 302)]
    [line] = response.context["patterns"][0].past_items.fixes
    assert line.answered.startswith("Ana Author: it did not hold; open again, due ")
    assert response.context["callout"].fix.endswith("and did not hold.")
    fix.refresh_from_db()
    assert fix.status == "open"


def test_an_answer_can_be_withdrawn(signed_in, ana, expired):
    fix = fix_of(incident_of(expired, (2025, 1, 10)), (2025, 2, 1))
    now = incident_of(expired, (2026, 3, 1))
    client = signed_in(ana)
    answer(client, now, fix, "held")
    [line] = page_of(client, now)["patterns"][0].past_items.fixes

    client.post(line.undo_url)

    assert page_of(client, now)["patterns"][0].past_items.fixes[0].answered == ""


def test_a_second_answer_is_refused_with_the_first_one(signed_in, ana, ben, expired):
    fix = fix_of(incident_of(expired, (2025, 1, 10)), (2025, 2, 1))
    now = incident_of(expired, (2026, 3, 1))
    answer(signed_in(ana), now, fix, "held")

    page = answer(signed_in(ben), now, fix, "did_not_hold", headers={"HX-Request": "true"})

    assert "Ana Author answered before you: it held." in page.content.decode()


def test_items_completed_after_the_incident_are_not_asked_about(signed_in, ana, expired):
    fix_of(incident_of(expired, (2025, 1, 10)), (2026, 3, 5))
    now = incident_of(expired, (2026, 3, 1))

    assert page_of(signed_in(ana), now)["patterns"][0].past_items.fixes == []


def test_an_undated_incident_asks_about_every_fix(signed_in, ana, expired):
    fix_of(incident_of(expired, (2025, 1, 10)), (2026, 3, 5))
    context = page_of(signed_in(ana), incident_of(expired))

    assert len(context["patterns"][0].past_items.fixes) == 1
    assert context["callout"].fix == ""


def test_a_fix_is_asked_about_once_under_two_patterns(signed_in, ana, expired):
    earlier, now = incident_of(expired, (2025, 1, 10)), incident_of(expired, (2026, 3, 1))
    fix_of(earlier, (2025, 2, 1))
    other = PatternFactory()
    for incident in (earlier, now):
        PatternLinkFactory(incident=incident, pattern=other)

    patterns = page_of(signed_in(ana), now)["patterns"]

    assert sorted(len(pattern.past_items.fixes) for pattern in patterns) == [0, 1]


def test_a_viewer_is_not_asked(signed_in, vera, expired):
    fix = fix_of(incident_of(expired, (2025, 1, 10)), (2025, 2, 1), title="List them")
    now = incident_of(expired, (2026, 3, 1))
    client = signed_in(vera)

    page = client.get(now.get_absolute_url()).content.decode()

    assert "List them" in page
    assert reverse("fix_check_answer", args=[now.reference]) not in page
    assert answer(client, now, fix, "held").status_code == 403


def test_a_fix_of_a_hidden_incident_is_not_found(signed_in, ana, expired):
    fix = fix_of(incident_of(expired, (2025, 1, 10), visibility="restricted"), (2025, 2, 1))
    now = incident_of(expired, (2026, 3, 1))
    client = signed_in(ana)

    there, nowhere = answer(client, now, fix, "held"), answer(client, now, now, "held")

    assert there.status_code == nowhere.status_code == 404
    assert not FixCheck.objects.exists()


def test_an_invalid_answer_is_refused(signed_in, ana, expired):
    fix = fix_of(incident_of(expired, (2025, 1, 10)), (2025, 2, 1))
    now = incident_of(expired, (2026, 3, 1))

    page = answer(signed_in(ana), now, fix, "perhaps", follow=True)

    assert "Choose whether the fix held." in page.content.decode()
