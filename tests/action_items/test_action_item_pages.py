"""Pages of action items, with and without htmx."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from action_items.due_dates import due
from incidents.models import ActionItem
from tests.action_items.reminders.mornings import today
from tests.factories import (
    ActionItemFactory,
    IncidentFactory,
    PatternLinkFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

HTMX = {"HTTP_HX_REQUEST": "true"}
TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)


def body(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize(
    ("days", "text", "stage"),
    [
        (-8, "8 days overdue", "long-late"),
        (-7, "7 days overdue", "late"),
        (-1, "1 day overdue", "late"),
        (0, "Due today", "now"),
        (1, "Due tomorrow", "now"),
        (3, "Due Thursday 5 Mar", ""),
        (40, "Due 11 Apr 2026", ""),
    ],
)
def test_overdue_is_amber_at_first_and_red_after_a_week(days, text, stage):
    item = ActionItemFactory(due_on=TODAY + days * DAY)

    assert (due(item, TODAY).text, due(item, TODAY).stage) == (text, stage)


def test_the_list_shows_my_items_grouped_by_due_date(ana, ben, signed_in):
    today = timezone.localdate()
    ActionItemFactory(owner=ana, due_on=today - DAY, title="Late one")
    ActionItemFactory(owner=ana, due_on=today + DAY, title="Close one")
    ActionItemFactory(owner=ana, due_on=today + 90 * DAY, title="Far one")
    ActionItemFactory(owner=ana, title="Loose one")
    ActionItemFactory(owner=ben, title="Somebody else’s")

    page = body(signed_in(ana).get("/action-items/"))

    order = ["Overdue", "Late one", "Within a week", "Close one", "Later", "Far one", "No date"]
    places = [page.index(text, page.index("<h2")) for text in order]
    assert places == sorted(places)
    assert "Loose one" in page
    assert "Somebody else’s" not in page


def test_the_list_shows_items_of_my_teams_or_everybody_on_request(ana, ben, signed_in):
    team = TeamFactory()
    team.members.set([ana, ben])
    ActionItemFactory(owner_team=team, title="The team’s")
    ActionItemFactory(owner=ben, title="Ben’s")
    ActionItemFactory(title="Nobody’s")
    ActionItemFactory(owner_team=TeamFactory(lead=ana), title="The led team’s")

    teams = body(signed_in(ana).get("/action-items/?scope=teams"))
    everybodys = body(signed_in(ana).get("/action-items/?scope=all"))

    assert "The team’s" in teams
    assert "Ben’s" in teams
    assert "The led team’s" in teams
    assert "Nobody’s" not in teams
    assert "Nobody’s" in everybodys


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"Open one", "Late one"}),
        ("due=overdue", {"Late one"}),
        ("status=done", {"Done one"}),
        ("status=wont_do", {"No one"}),
        ("status=done&status=wont_do", {"Done one", "No one"}),
        ("status=any", {"Open one", "Late one", "Done one", "No one"}),
    ],
)
def test_the_list_shows_open_items_or_the_statuses_requested(ana, signed_in, query, shown):
    closed = {"closing_note": "So.", "closed_at": timezone.now()}
    ActionItemFactory(title="Open one")
    ActionItemFactory(title="Late one", due_on=timezone.localdate() - DAY)
    ActionItemFactory(title="Done one", status="done", **closed)
    ActionItemFactory(title="No one", status="wont_do", **closed)

    page = body(signed_in(ana).get(f"/action-items/?scope=all&{query}"))

    titles = {"Open one", "Late one", "Done one", "No one"}
    assert {title for title in titles if title in page} == shown


@pytest.mark.parametrize(
    "query", ["scope=x", "status=x", "view=x", "page=x", "page=-1", "page=99999999999", "q=%00"]
)
def test_an_invalid_address_still_shows_the_list(ana, signed_in, query):
    assert signed_in(ana).get(f"/action-items/?{query}").status_code == 200


def test_the_list_is_paged(ana, signed_in):
    ActionItemFactory.create_batch(30)

    first = body(signed_in(ana).get("/action-items/?scope=all"))
    second = body(signed_in(ana).get("/action-items/?scope=all&page=2"))

    assert first.count('<li class="action-item') == 25
    assert 'rel="next"' in first
    assert second.count('<li class="action-item') == 5
    assert 'rel="next"' not in second


def test_the_list_takes_as_many_queries_for_three_rows_as_for_one(ana, signed_in):
    client = signed_in(ana)

    def row():
        link = PatternLinkFactory()
        ActionItemFactory(incident=link.incident, owner=UserFactory(), due_on=TODAY)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/action-items/?scope=all")
        return len(captured)

    row()
    one = queries()
    row()
    row()

    assert queries() == one
    assert one <= 20


def test_hidden_items_are_in_no_list_and_on_no_page(vera, signed_in):
    secret = IncidentFactory(visibility="restricted")
    item = ActionItemFactory(incident=secret, title="Hush")
    client = signed_in(vera)

    assert "Hush" not in body(client.get("/action-items/?scope=all"))
    for part in ("", "edit/", "done/", "wont-do/", "delete/"):
        assert client.get(f"/action-items/{item.pk}/{part}").status_code == 404
    assert client.post(f"/action-items/{item.pk}/reopen/").status_code == 404
    assert client.get(f"/incidents/{secret.reference}/action-items/new/").status_code == 404


def test_a_refused_viewer_is_told_why(vera, signed_in):
    item = ActionItemFactory()

    for part in ("edit/", "done/", "wont-do/", "delete/"):
        assert signed_in(vera).get(f"/action-items/{item.pk}/{part}").status_code == 403
        assert signed_in(vera).post(f"/action-items/{item.pk}/{part}").status_code == 403


def test_the_page_shows_title_incident_and_owner(ana, signed_in):
    link = PatternLinkFactory(pattern__name="Credential expired unnoticed")
    item = ActionItemFactory(
        incident=link.incident,
        owner=ana,
        title="Alert on expiry",
        detail="With **14 days** notice.",
        tracker_url="https://github.com/a/b/issues/1",
    )

    page = body(signed_in(ana).get(item.get_absolute_url()))

    assert link.incident.title in page
    assert "Ana Author" in page
    assert "Credential expired unnoticed" in page
    assert "<strong>14 days</strong>" in page
    assert "GitHub" in page


def test_a_new_item_offers_a_due_date_and_is_saved_without_javascript(ana, signed_in):
    incident = IncidentFactory(severity="SEV1")
    client = signed_in(ana)
    address = f"/incidents/{incident.reference}/action-items/new/"
    offered = (today() + 15 * DAY).isoformat()

    form = body(client.get(address))
    answer = client.post(
        address,
        {
            "title": "Alert on expiry",
            "kind": "detect",
            "priority": "P1",
            "due_on": "",
            "owner_choice": f"user:{ana.pk}",
            "place": "incident",
        },
    )

    assert f'value="{offered}"' in form
    item = ActionItem.objects.get()
    assert (item.title, item.owner, item.due_on) == ("Alert on expiry", ana, None)
    assert answer.url == f"/incidents/{incident.reference}/#action-items"


def test_a_new_item_in_place_answers_with_the_incidents_action_items(ana, signed_in):
    incident = IncidentFactory()
    address = f"/incidents/{incident.reference}/action-items/new/"

    form = signed_in(ana).get(f"{address}?place=incident", **HTMX)
    answer = signed_in(ana).post(
        address,
        {"title": "Alert", "kind": "detect", "priority": "P1", "place": "incident"},
        **HTMX,
    )

    assert "<html" not in body(form)
    assert answer.headers["HX-Retarget"] == "#action-items"
    assert 'id="action-items"' in body(answer)
    assert "Alert" in body(answer)


def test_a_refused_form_keeps_the_input(ana, signed_in):
    incident = IncidentFactory()

    answer = signed_in(ana).post(
        f"/incidents/{incident.reference}/action-items/new/",
        {"title": "", "detail": "Typed at night", "kind": "detect", "priority": "P1"},
    )

    assert answer.status_code == 422
    assert "Enter a title." in body(answer)
    assert "Typed at night" in body(answer)


def test_an_owner_who_may_not_see_is_refused_with_a_sentence(ana, ben, signed_in):
    secret = IncidentFactory(visibility="restricted", owner=ana)

    answer = signed_in(ana).post(
        f"/incidents/{secret.reference}/action-items/new/",
        {"title": "X", "kind": "detect", "priority": "P1", "owner_choice": f"user:{ben.pk}"},
    )

    assert answer.status_code == 422
    assert "Ben Builder may not see this restricted incident" in body(answer)


def test_a_conflict_shows_both_versions(ana, rita, signed_in):
    item = ActionItemFactory(title="As it was")
    address = f"/action-items/{item.pk}/edit/"
    typed = {"kind": "detect", "priority": "P1", "version": "1"}

    signed_in(rita).post(address, typed | {"title": "Rita’s words"})
    answer = signed_in(ana).post(address, typed | {"title": "Ana’s words"})

    page = body(answer)
    assert answer.status_code == 422
    assert "Rita’s words" in page
    assert "Ana’s words" in page
    assert 'name="version" value="2"' in page
    signed_in(ana).post(address, typed | {"title": "Ana’s words", "version": "2"})
    item.refresh_from_db()
    assert item.title == "Ana’s words"


def test_completing_in_place_asks_for_evidence_and_shows_the_row(ana, signed_in):
    item = ActionItemFactory(title="Alert")
    client, address = signed_in(ana), f"/action-items/{item.pk}/done/"

    asked = client.get(f"{address}?place=list", **HTMX)
    refused = client.post(address, {"version": 1, "evidence": " ", "place": "list"}, **HTMX)
    answer = client.post(
        address, {"version": 1, "evidence": "See the dashboard", "place": "list"}, **HTMX
    )

    assert "What shows that it is done?" in body(asked)
    assert refused.status_code == 422
    assert "Enter evidence that it is done" in body(refused)
    assert body(answer).strip().startswith("<li")
    assert "See the dashboard" in body(answer)


def test_an_item_is_completed_declined_and_reopened_without_javascript(vera, signed_in):
    item = ActionItemFactory(owner=vera)
    client = signed_in(vera)

    assert (
        client.post(
            f"/action-items/{item.pk}/done/", {"version": 1, "evidence": "Done."}
        ).status_code
        == 302
    )
    client.post(f"/action-items/{item.pk}/reopen/", {"version": 2})
    client.post(
        f"/action-items/{item.pk}/wont-do/",
        {"version": 3, "reason": "Superseded.", "accepted_risk": "None that we know."},
    )

    item.refresh_from_db()
    assert (item.status, item.closing_note) == ("wont_do", "Superseded.")


def test_deleting_asks_first(ana, signed_in):
    item = ActionItemFactory(title="Alert")
    address = f"/action-items/{item.pk}/delete/"

    asked = signed_in(ana).get(address)
    assert "Delete this action item?" in body(asked)
    assert ActionItem.objects.count() == 1

    answer = signed_in(ana).post(address, {"version": 1})
    assert answer.url == f"/incidents/{item.incident.reference}/#action-items"
    assert ActionItem.objects.count() == 0


def test_reading_never_writes(ana, signed_in):
    item = ActionItemFactory()

    assert signed_in(ana).get(f"/action-items/{item.pk}/reopen/").status_code == 405
