"""The board: a column for each status, and moving cards by drag, menu or form."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from incidents.models import ActionItem
from tests.factories import ActionItemFactory, DoneActionItemFactory, IncidentFactory

pytestmark = pytest.mark.django_db

BOARD = "/action-items/?scope=all&view=board"
HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": f"http://testserver{BOARD}"}


def body(response) -> str:
    return response.content.decode()


def column(page: str, status: str) -> str:
    return page.split(f'data-column="{status}"')[1].split("</section>")[0]


def test_each_status_has_a_column_with_its_items(ana, signed_in):
    ActionItemFactory(title="Waits")
    ActionItemFactory(title="Begun", status="in_progress")
    DoneActionItemFactory(title="Kept", closed_at=timezone.now())

    page = body(signed_in(ana).get(BOARD))

    assert "Waits" in column(page, "open")
    assert "Begun" in column(page, "in_progress")
    assert "Kept" in column(page, "done")
    assert "Move a card here when something blocks it." in column(page, "blocked")


def test_filters_apply_to_columns_except_for_the_status(ana, signed_in):
    ActionItemFactory(title="Urgent", priority="P0")
    ActionItemFactory(title="Not so", priority="P3")
    ActionItemFactory(title="Begun", priority="P0", status="in_progress")

    page = body(signed_in(ana).get(f"{BOARD}&priority=P0&status=open"))

    assert "Urgent" in page
    assert "Not so" not in page
    assert "Begun" in column(page, "in_progress")


def test_a_long_column_shows_its_first_cards_and_links_to_the_others(ana, signed_in):
    for number in range(16):
        ActionItemFactory(
            title=f"Card {number}", due_on=timezone.localdate() + timedelta(days=number)
        )

    page = column(body(signed_in(ana).get(BOARD)), "open")

    assert "Card 14" in page
    assert "Card 15" not in page
    assert "16<" in page
    assert "view=table&amp;status=open" in page


def test_a_card_is_moved_without_javascript(ana, signed_in):
    item = ActionItemFactory()

    answer = signed_in(ana).post(
        f"/action-items/{item.pk}/move/?version=1",
        {"to": "in_progress", "back": "scope=all&view=board"},
    )

    item.refresh_from_db()
    assert item.status == "in_progress"
    assert answer.url == BOARD


def test_htmx_gets_the_updated_board(ana, signed_in):
    item = ActionItemFactory(title="Waits")

    answer = signed_in(ana).post(
        f"/action-items/{item.pk}/move/?version=1", {"to": "blocked"}, follow=True, **HTMX
    )

    page = body(answer)
    assert answer["HX-Retarget"] == "#action-item-results"
    assert "Waits" in column(page, "blocked")
    assert "“Waits”: Blocked." in page


@pytest.mark.parametrize(("to", "part"), [("done", "done"), ("wont_do", "wont-do")])
def test_moving_a_card_to_a_closed_status_opens_the_form(ana, signed_in, to, part):
    item = ActionItemFactory()

    answer = signed_in(ana).post(f"/action-items/{item.pk}/move/", {"to": to})

    item.refresh_from_db()
    assert answer.url == f"/action-items/{item.pk}/{part}/"
    assert item.status == "open"


def test_a_card_is_completed_in_place_and_the_board_returned(ana, signed_in):
    item = ActionItemFactory(title="Waits")
    client, address = signed_in(ana), f"/action-items/{item.pk}/done/"

    asked = client.get(f"{address}?place=board", **HTMX)
    answer = client.post(
        address,
        {"version": 1, "evidence": "See the dashboard.", "place": "board"},
        follow=True,
        **HTMX,
    )

    assert "What shows that it is done?" in body(asked)
    assert "Waits" in column(body(answer), "done")


def test_cancelling_shows_the_card_again(ana, signed_in):
    item = ActionItemFactory()

    answer = body(signed_in(ana).get(f"/action-items/{item.pk}/?place=board", **HTMX))

    assert answer.strip().startswith('<li class="board-card')


def test_a_closed_card_is_reopened(ana, signed_in):
    item = DoneActionItemFactory()

    signed_in(ana).post(f"/action-items/{item.pk}/move/?version=1", {"to": "in_progress"})

    item.refresh_from_db()
    assert (item.status, item.closed_at) == ("in_progress", None)


def test_a_card_moved_by_somebody_else_stays_there(ana, ben, signed_in):
    item = ActionItemFactory()
    signed_in(ben).post(f"/action-items/{item.pk}/move/?version=1", {"to": "blocked"})

    answer = signed_in(ana).post(
        f"/action-items/{item.pk}/move/?version=1", {"to": "in_progress"}, follow=True, **HTMX
    )

    item.refresh_from_db()
    assert item.status == "blocked"
    assert "Somebody saved this action item" in body(answer)


def test_an_unknown_column_changes_nothing(ana, signed_in):
    item = ActionItemFactory()

    signed_in(ana).post(f"/action-items/{item.pk}/move/", {"to": "elsewhere"})

    assert ActionItem.objects.get().status == "open"


def test_viewers_have_no_menu_and_are_refused(vera, signed_in):
    item = ActionItemFactory()
    client = signed_in(vera)

    assert 'class="board-move"' not in body(client.get(BOARD))
    assert client.post(f"/action-items/{item.pk}/move/", {"to": "blocked"}).status_code == 403


def test_a_hidden_item_cannot_be_moved(vera, signed_in):
    item = ActionItemFactory(incident=IncidentFactory(visibility="restricted"))

    answer = signed_in(vera).post(f"/action-items/{item.pk}/move/", {"to": "blocked"})

    assert answer.status_code == 404
