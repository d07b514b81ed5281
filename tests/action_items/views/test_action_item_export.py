"""The action item list as a spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from action_items.exchange.spreadsheet import COLUMNS
from tests.factories import NOON, ActionItemFactory, IncidentFactory, TeamFactory

pytestmark = pytest.mark.django_db


def rows(client, query="scope=all") -> list[dict[str, str]]:
    answer = client.get(f"/action-items/export/?{query}")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_each_item_is_a_row_with_iso_dates(ana, signed_in):
    item = ActionItemFactory(
        title="Alert, “early”",
        owner=ana,
        due_on=date(2026, 3, 9),
        incident=IncidentFactory(number=990071, title="It expired"),
        status="done",
        closing_note="See\nthe dashboard.",
        closed_at=NOON,
        closed_by=ana,
    )

    [row] = rows(signed_in(ana), "scope=all&status=done")

    assert list(row) == list(COLUMNS)
    assert (row["key"], row["title"]) == (str(item.pk), "Alert, “early”")
    assert (row["due_on"], row["closed_at"]) == ("2026-03-09", "2026-03-02T12:00:00+00:00")
    assert (row["owner"], row["owner_username"]) == ("Ana Author", "ana")
    assert (row["incident"], row["incident_title"]) == ("INC-990071", "It expired")
    assert row["closing_note"] == "See\nthe dashboard."
    assert row["address"].endswith(f"/action-items/{item.pk}/")


def test_the_evidence_of_closing_is_exported(ana, ben, signed_in):
    closing = {"closed_at": NOON, "closed_by": ana, "closing_note": "See the alert."}
    ActionItemFactory(status="done", verified_by=ben, due_reason="New hardware.", **closing)
    risk = {"accepted_risk": "An hour a year.", "re_review_on": date(2026, 6, 1)}
    ActionItemFactory(status="wont_do", **risk, **closing)

    declined, done = rows(signed_in(ana), "scope=all&status=done&status=wont_do")

    assert (done["verified_by"], done["due_reason"]) == ("Ben Builder", "New hardware.")
    assert declined["accepted_risk"] == "An hour a year."
    assert (declined["re_review_on"], declined["verified_by"]) == ("2026-06-01", "")


def test_the_export_contains_all_items_of_the_list_and_no_others(ana, signed_in):
    ActionItemFactory.create_batch(30, priority="P0")
    ActionItemFactory(priority="P3")

    assert len(rows(signed_in(ana), "scope=all&priority=P0")) == 30


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_text_becomes_a_formula(ana, signed_in, title):
    ActionItemFactory(title=title, owner_team=TeamFactory(name="=2+2"))

    [row] = rows(signed_in(ana))

    assert row["title"] == f"'{title}"
    assert row["owner_team"] == "'=2+2"


def test_hidden_items_are_not_exported(vera, signed_in):
    ActionItemFactory(incident=IncidentFactory(visibility="restricted"), title="Hush")

    assert rows(signed_in(vera)) == []


def test_the_export_takes_as_many_queries_for_three_rows_as_for_one(ana, signed_in):
    client = signed_in(ana)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            rows(client)
        return len(captured)

    ActionItemFactory(owner=ana)
    one = queries()
    ActionItemFactory(owner=ana)
    ActionItemFactory(owner_team=TeamFactory())

    assert queries() == one <= 20
