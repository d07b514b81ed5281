"""Changes of status, priority, owner and due date in a row."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from incidents.models import ActionItem
from tests.factories import ActionItemFactory, DoneActionItemFactory, IncidentFactory

pytestmark = pytest.mark.django_db

HTMX = {"HTTP_HX_REQUEST": "true"}


def body(response) -> str:
    return response.content.decode()


def typed(item, **fields) -> dict:
    due_on = item.due_on.isoformat() if item.due_on else ""
    standing = {"status": item.status, "priority": item.priority, "owner": "", "due_on": due_on}
    return standing | {"version": item.version, "place": "list"} | fields


def test_the_row_becomes_a_form_and_then_the_updated_row(ana, ben, signed_in):
    item = ActionItemFactory(due_on=timezone.localdate())
    client, address = signed_in(ana), f"/action-items/{item.pk}/change/"

    form = body(client.get(f"{address}?place=list", **HTMX))
    row = client.post(address, typed(item, status="blocked", priority="P0", owner="ben"), **HTMX)

    assert 'value="1"' in form
    assert row.status_code == 200
    assert body(row).strip().startswith("<li")
    assert "Ben Builder" in body(row)
    item.refresh_from_db()
    assert (item.status, item.priority, item.owner, item.version) == ("blocked", "P0", ben, 2)
    assert set(item.changes.values_list("what", flat=True)) == {"status", "owner"}


def test_a_row_is_changed_without_javascript(ana, signed_in):
    item = ActionItemFactory()

    answer = signed_in(ana).post(
        f"/action-items/{item.pk}/change/", typed(item, priority="P0", place="")
    )

    item.refresh_from_db()
    assert answer.url == item.get_absolute_url()
    assert item.priority == "P0"


def test_saving_the_same_values_changes_nothing(ana, signed_in):
    item = ActionItemFactory(owner_as_written="The database people")

    signed_in(ana).post(f"/action-items/{item.pk}/change/", typed(item))

    item.refresh_from_db()
    assert (item.version, item.owner_as_written) == (1, "The database people")


def test_a_later_date_asks_for_the_reason_at_its_field(ana, signed_in):
    item = ActionItemFactory(incident__severity="SEV1", due_on=timezone.localdate())
    late = (timezone.localdate() + timedelta(days=300)).isoformat()
    client, address = signed_in(ana), f"/action-items/{item.pk}/change/"

    refused = client.post(address, typed(item, due_on=late), **HTMX)
    client.post(address, typed(item, due_on=late, reason="No vendor before."), **HTMX)

    assert refused.status_code == 422
    assert "Enter a reason for the later date." in body(refused)
    item.refresh_from_db()
    assert item.due_reason == "No vendor before."


def test_a_day_that_has_passed_is_refused(ana, signed_in):
    item = ActionItemFactory()
    gone = (timezone.localdate() - timedelta(days=1)).isoformat()

    answer = signed_in(ana).post(
        f"/action-items/{item.pk}/change/", typed(item, due_on=gone), **HTMX
    )

    assert answer.status_code == 422
    assert "That day has passed." in body(answer)


def test_a_conflict_shows_the_values_saved_by_the_other(ana, ben, signed_in):
    item = ActionItemFactory()
    address = f"/action-items/{item.pk}/change/"
    signed_in(ben).post(address, typed(item, priority="P0"))

    answer = signed_in(ana).post(address, typed(item, priority="P3"), **HTMX)

    assert answer.status_code == 422
    assert 'name="version" value="2"' in body(answer)
    assert ActionItem.objects.get().priority == "P0"


def test_changing_a_closed_item_explains_why_not(ana, signed_in):
    item = DoneActionItemFactory()

    answer = signed_in(ana).post(f"/action-items/{item.pk}/change/", typed(item, status="open"))

    assert answer.status_code == 422
    assert "closed it before you" in body(answer)


def test_a_viewer_who_owns_it_may_not_change_the_priority(vera, signed_in):
    item = ActionItemFactory(owner=vera)
    client, address = signed_in(vera), f"/action-items/{item.pk}/change/"

    assert client.post(address, typed(item, owner="vera", status="blocked")).status_code == 302
    item.refresh_from_db()
    assert item.status == "blocked"
    assert client.post(address, typed(item, owner="vera", priority="P0")).status_code == 403


def test_changes_need_permission_and_hidden_items_are_not_found(vera, signed_in):
    item = ActionItemFactory()
    secret = ActionItemFactory(incident=IncidentFactory(visibility="restricted"))
    client = signed_in(vera)

    assert client.get(f"/action-items/{item.pk}/change/").status_code == 403
    assert client.get(f"/action-items/{secret.pk}/change/").status_code == 404
