"""Bulk changes of action items: preview, confirmation, and the result for each item."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from incidents.models import ActionItem
from tests.factories import ActionItemFactory, DoneActionItemFactory, IncidentFactory

pytestmark = pytest.mark.django_db

MANY = "/action-items/change/"


def body(response) -> str:
    return response.content.decode()


def confirmed(client, items, **fields):
    """Return what a browser posts from the preview."""
    seen = [f"{item.pk}:{item.version}" for item in items]
    return client.post(MANY, {"item": seen, **fields})


def test_a_selection_asks_for_a_change(ana, signed_in):
    items = ActionItemFactory.create_batch(2)

    page = body(signed_in(ana).get(MANY, {"item": [item.pk for item in items]}))

    assert "Change 2 action items" in page
    assert items[0].title in page
    assert "will change" not in page


def test_the_change_is_previewed_for_each_item_without_writing(ana, signed_in):
    plain = ActionItemFactory(title="Plain")
    same = ActionItemFactory(title="Same", priority="P0")
    closed = DoneActionItemFactory(title="Closed")

    page = body(
        signed_in(ana).get(MANY, {"item": [plain.pk, same.pk, closed.pk], "priority": "P0"})
    )

    assert "1 action item will change" in page
    assert "P2 → P0" in page
    assert "1 action item unchanged" in page
    assert "It is closed. Reopen it to change it." in page
    assert list(ActionItem.objects.values_list("version", flat=True)) == [1, 1, 1]


def test_confirming_changes_every_item_that_can_change(ana, ben, signed_in):
    day = timezone.localdate() + timedelta(days=7)
    items = [ActionItemFactory(), ActionItemFactory(status="blocked"), DoneActionItemFactory()]

    answer = confirmed(
        signed_in(ana),
        items,
        status="in_progress",
        priority="P1",
        owner="ben",
        due_on=day.isoformat(),
        reason="The budget comes then.",
    )

    page = body(answer)
    assert "2 action items changed, 1 not" in page
    for item in items[:2]:
        item.refresh_from_db()
        assert (item.status, item.priority, item.owner, item.due_on) == (
            *("in_progress", "P1", ben),
            day,
        )
    items[2].refresh_from_db()
    assert items[2].status == "done"


def test_items_saved_since_the_preview_are_skipped_and_reported(ana, ben, signed_in):
    seen, other = ActionItemFactory(title="Seen"), ActionItemFactory(title="Other")
    ActionItem.objects.filter(pk=seen.pk).update(version=2, priority="P3")

    page = body(confirmed(signed_in(ana), [seen, other], priority="P0"))

    assert "1 action item changed, 1 not" in page
    assert "Somebody saved this action item" in page
    seen.refresh_from_db()
    assert seen.priority == "P3"


def test_the_preview_reports_a_missing_reason_for_a_later_date(ana, signed_in):
    item = ActionItemFactory(incident__severity="SEV1", due_on=timezone.localdate())
    late = {"item": item.pk, "due_on": (timezone.localdate() + timedelta(days=400)).isoformat()}

    without = body(signed_in(ana).get(MANY, late))
    with_one = body(signed_in(ana).get(MANY, late | {"reason": "No vendor before."}))

    assert "1 action item cannot be changed" in without
    assert "Enter a reason for the later date." in without
    assert "1 action item will change" in with_one


def test_the_preview_reports_owners_without_access(ana, ben, signed_in):
    secret = IncidentFactory(visibility="restricted", owner=ana)
    item, open_to_all = ActionItemFactory(incident=secret), ActionItemFactory()
    client = signed_in(ana)

    foretold = body(client.get(MANY, {"item": [item.pk, open_to_all.pk], "owner": "ben"}))
    done = body(confirmed(client, [item, open_to_all], owner="ben"))

    assert "Ben Builder may not see its restricted incident." in foretold
    assert "1 action item changed, 1 not" in done
    item.refresh_from_db()
    assert item.owner is None


def test_a_viewer_changes_their_own_items_but_not_the_priority(vera, signed_in):
    own, others = ActionItemFactory(owner=vera), ActionItemFactory()
    client = signed_in(vera)

    moved = body(confirmed(client, [own, others], status="blocked"))
    urgent = body(client.get(MANY, {"item": own.pk, "priority": "P0"}))

    assert "1 action item changed, 1 not" in moved
    assert "Only authors and its owner may change an action item." in moved
    assert "Only authors may change how urgent it is." in urgent


def test_hidden_items_are_left_out_of_a_selection(vera, signed_in):
    item = ActionItemFactory(incident=IncidentFactory(visibility="restricted"), title="Hush")

    page = body(signed_in(vera).get(MANY, {"item": item.pk, "priority": "P0"}))
    answer = confirmed(signed_in(vera), [item], status="blocked")

    assert "Hush" not in page
    assert "Nothing is selected" in page
    assert "Hush" not in body(answer)
    item.refresh_from_db()
    assert item.status == "open"


@pytest.mark.parametrize("item", ["", "x", "-1", "1:x", "9" * 30, "٣"])
def test_an_invalid_selection_still_gets_an_answer(ana, signed_in, item):
    assert signed_in(ana).get(MANY, {"item": item, "priority": "P0"}).status_code == 200


def test_an_unknown_owner_is_reported_at_the_field(ana, signed_in):
    item = ActionItemFactory()

    answer = signed_in(ana).get(MANY, {"item": item.pk, "owner": "zoe"})

    assert answer.status_code == 422
    assert "No user is named “zoe”." in body(answer)


def test_the_link_back_keeps_the_filters(ana, signed_in):
    item = ActionItemFactory()

    page = body(signed_in(ana).get(MANY, {"item": item.pk, "back": "scope=all&priority=P2"}))

    assert 'href="/action-items/?scope=all&amp;priority=P2"' in page


def test_the_preview_takes_as_many_queries_for_three_items_as_for_one(ana, ben, signed_in):
    client = signed_in(ana)
    asked = {
        "owner": "ben",
        "due_on": (timezone.localdate() + timedelta(days=3)).isoformat(),
        "status": "blocked",
    }
    items = [
        ActionItemFactory(incident__visibility="restricted", incident__owner=ana) for _ in range(3)
    ]

    def queries(chosen) -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(MANY, asked | {"item": [item.pk for item in chosen]})
        return len(captured)

    assert queries(items[:1]) == queries(items)
    assert queries(items) <= 20
