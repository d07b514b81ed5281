"""Pages that complete, decline, snooze, reassign and split action items, with and without htmx."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from action_items.operations import action_items
from incidents.models import ActionItem, ActionItemDependency
from tests.action_items.reminders.mornings import today
from tests.factories import (
    ActionItemFactory,
    DoneActionItemFactory,
    IncidentFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

HTMX = {"HTTP_HX_REQUEST": "true"}
DAY = timedelta(days=1)
FORMS = ("done", "wont-do", "snooze", "reassign", "redate", "still-not", "waits")
BUTTONS = ("reopen", "wake", "move", "waits/stop")


def body(response) -> str:
    return response.content.decode()


def in_days(days: int) -> str:
    """Return a day in Ana's time zone."""
    return (today() + days * DAY).isoformat()


def test_a_refused_change_explains_why(vera, signed_in):
    item, client = ActionItemFactory(), signed_in(vera)

    for part in FORMS:
        assert client.get(f"/action-items/{item.pk}/{part}/").status_code == 403
        refused = client.post(f"/action-items/{item.pk}/{part}/", {"until": in_days(1)})
        assert refused.status_code == 403
        assert "Only authors and its owner" in body(refused)
    for part in BUTTONS:
        assert client.post(f"/action-items/{item.pk}/{part}/").status_code == 403
    item.refresh_from_db()
    assert item.version == 1


def test_completing_shows_the_verifier_and_waiting_items(ana, rita, signed_in):
    item = ActionItemFactory(title="Alert")
    ActionItemDependency.objects.create(item=ActionItemFactory(), depends_on=item)
    client = signed_in(ana)

    told = client.post(
        f"/action-items/{item.pk}/done/",
        {
            "version": 1,
            "evidence_url": "https://example.com/pr/7",
            "verified_by": "Rita Reviewer (rita)",
        },
        follow=True,
    )

    assert "One other item waited for it." in body(told)
    assert "Verified by Rita Reviewer." in body(told)
    assert 'href="https://example.com/pr/7"' in body(told)


def test_completing_asks_about_open_parts_if_there_are_any(ana, signed_in):
    item = ActionItemFactory()
    part = ActionItemFactory(incident=item.incident, parent=item)
    client, address = signed_in(ana), f"/action-items/{item.pk}/done/"

    first = body(client.get(address))
    asked = body(client.post(address, {"version": 1, "evidence": "Seen."}))
    client.post(address, {"version": 1, "evidence": "Seen.", "leave_parts_open": "on"})

    assert "Leave its open parts open" not in first
    assert "One of its parts is still open." in asked
    assert "Leave its open parts open" in asked
    assert not ActionItem.objects.get(pk=item.pk).is_open
    assert ActionItem.objects.get(pk=part.pk).is_open


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "not a link"])
def test_evidence_is_a_web_address_or_a_sentence(url, ana, signed_in):
    item = ActionItemFactory()

    answer = signed_in(ana).post(
        f"/action-items/{item.pk}/done/", {"version": 1, "evidence_url": url}
    )

    assert answer.status_code == 422
    assert ActionItem.objects.get(pk=item.pk).is_open


def test_the_page_tells_unverified_items_apart(ana, signed_in):
    mine, old = ActionItemFactory(), DoneActionItemFactory()
    client = signed_in(ana)
    client.post(
        f"/action-items/{mine.pk}/done/", {"version": 1, "evidence": "Seen.", "verified_by": "ana"}
    )

    assert "Nobody else has verified it yet." in body(client.get(mine.get_absolute_url()))
    assert "Who verified it is not recorded." in body(client.get(old.get_absolute_url()))


def test_declining_shows_each_error_at_its_field(ana, signed_in):
    item = ActionItemFactory()
    client, address = signed_in(ana), f"/action-items/{item.pk}/wont-do/"

    without_reason = client.post(address, {"version": 1, "reason": "", "accepted_risk": "A night."})
    without_risk = client.post(address, {"version": 1, "reason": "Too dear.", "accepted_risk": ""})
    too_late = client.post(
        address, {"version": 1, "reason": "x", "accepted_risk": "y", "re_review_on": in_days(400)}
    )

    assert "Enter why it will not be done." in body(without_reason)
    assert "Enter the accepted risk" in body(without_risk)
    assert "Too dear." in body(without_risk)
    assert "from tomorrow to" in body(too_late)
    assert {without_reason.status_code, without_risk.status_code, too_late.status_code} == {422}


def test_required_fields_for_declining_are_marked(ana, signed_in):
    page = body(signed_in(ana).get(f"/action-items/{ActionItemFactory().pk}/wont-do/"))

    for needed in ("Why will it not be done?", "Which risk is accepted?"):
        label = page[: page.index(f">{needed}</label>")].rpartition("<label")[2]
        assert "required" in label


@pytest.mark.parametrize(("due_in", "offered"), [(3, True), (-3, False)])
def test_re_dating_is_prefilled_unless_the_date_has_passed(due_in, offered, ana, signed_in):
    item = ActionItemFactory(due_on=today() + due_in * DAY)

    page = signed_in(ana).get(f"/action-items/{item.pk}/redate/")

    assert (f'value="{in_days(due_in)}"' in body(page)) is offered


def test_a_declined_item_is_decided_again_at_its_re_review(ana, signed_in):
    item = DoneActionItemFactory(
        status="wont_do",
        closing_note="Too dear.",
        accepted_risk="A night.",
        re_review_on=timezone.localdate(),
    )
    client = signed_in(ana)

    due = body(client.get(item.get_absolute_url()))
    client.post(
        f"/action-items/{item.pk}/still-not/",
        {"version": item.version, "re_review_on": in_days(100)},
    )
    later = body(client.get(item.get_absolute_url()))

    assert "Is it still acceptable?" in due
    assert "Is it still acceptable?" not in later
    item.refresh_from_db()
    assert (item.status, item.accepted_risk) == ("wont_do", "A night.")


def test_an_item_declined_without_a_risk_says_so(ana, signed_in):
    item = DoneActionItemFactory(status="wont_do", closing_note="Too dear.")

    page = body(signed_in(ana).get(item.get_absolute_url()))

    assert "Not recorded: it was declined before this field existed." in page
    assert "No re-review date is set." in page


def test_a_snooze_shows_how_many_are_left_and_can_be_ended(vera, signed_in):
    item = ActionItemFactory(owner=vera, due_on=timezone.localdate())
    client = signed_in(vera)

    asked = body(client.get(f"/action-items/{item.pk}/snooze/"))
    client.post(f"/action-items/{item.pk}/snooze/", {"until": in_days(3), "version": 1})
    page = body(client.get(item.get_absolute_url()))
    client.post(f"/action-items/{item.pk}/wake/", {"version": 1})

    assert "3 of 3 snoozes left" in asked
    assert "Snoozed until" in page
    item.refresh_from_db()
    assert (item.snoozed_until, item.snooze_count) == (None, 1)


@pytest.mark.parametrize("until", ["", "soon", "2020-01-01", "9999-12-31", "0000-00-00"])
def test_an_invalid_snooze_is_refused_in_place(until, ana, signed_in):
    item = ActionItemFactory()

    answer = signed_in(ana).post(
        f"/action-items/{item.pk}/snooze/", {"until": until, "place": "list"}, **HTMX
    )

    assert answer.status_code == 422
    assert body(answer).strip().startswith("<li")
    assert ActionItem.objects.get(pk=item.pk).snooze_count == 0


@pytest.mark.parametrize(
    "typed", ["ben", "BEN", "Ben Builder", "Ben Builder (ben)", " ben builder "]
)
def test_an_owner_is_found_by_name_or_username(typed, ana, ben, signed_in):
    item = ActionItemFactory()

    signed_in(ana).post(f"/action-items/{item.pk}/reassign/", {"version": 1, "owner": typed})

    assert ActionItem.objects.get(pk=item.pk).owner == ben


@pytest.mark.parametrize("typed", ["team: Platform", "team:platform", "Platform"])
def test_an_owning_team_is_found_by_name(typed, ana, signed_in):
    item, team = ActionItemFactory(), TeamFactory(name="Platform")

    signed_in(ana).post(f"/action-items/{item.pk}/reassign/", {"version": 1, "owner": typed})

    assert ActionItem.objects.get(pk=item.pk).owner_team == team


def test_an_ambiguous_or_unknown_owner_is_refused(ana, signed_in):
    for name in ("kim1", "kim2"):
        UserFactory(username=name, full_name="Kim Doe")
    item, client = ActionItemFactory(), signed_in(ana)
    address = f"/action-items/{item.pk}/reassign/"

    two = body(client.post(address, {"version": 1, "owner": "Kim Doe"}))
    nobody = body(client.post(address, {"version": 1, "owner": "Zzz"}))
    empty = body(client.post(address, {"version": 1, "owner": ""}))

    assert "Did you mean Kim Doe (kim1), Kim Doe (kim2)?" in two
    assert "No user is named “Zzz”." in nobody
    assert "Name a person or a team." in empty
    assert ActionItem.objects.get(pk=item.pk).version == 1


def test_owners_are_offered_while_one_types(ana, ben, signed_in):
    TeamFactory(name="Benches")
    UserFactory(username="benno", is_active=False)
    client = signed_in(ana)

    both = body(client.get("/action-items/owners/?field=owner&teams&owner=ben"))
    people = body(client.get("/action-items/owners/?field=verified_by&verified_by=build+ben"))

    assert both.count("<option") == 2
    assert "team: Benches" in both
    assert "Ben Builder (ben)" in both
    assert people.count("<option") == 1


def test_suggestions_are_limited_among_ten_thousand_people(ana, signed_in):
    UserFactory.create_batch(60)
    item = ActionItemFactory()
    client = signed_in(ana)

    form = body(client.get(f"/action-items/{item.pk}/edit/"))
    offered = body(client.get("/action-items/owners/?field=owner&owner=person"))

    assert "person5" not in form
    assert offered.count("<option") == 10


def test_a_later_date_asks_for_a_reason_at_its_field(ana, signed_in):
    item = ActionItemFactory(due_on=timezone.localdate())
    client, address = signed_in(ana), f"/action-items/{item.pk}/redate/"

    refused = client.post(address, {"version": 1, "due_on": "2199-01-01"})
    client.post(address, {"version": 1, "due_on": "2199-01-01", "reason": "The part is late."})

    assert refused.status_code == 422
    assert "Enter a reason for the later date." in body(refused)
    page = body(client.get(item.get_absolute_url()))
    assert "The part is late." in page


def test_a_conflict_shows_the_current_state_and_keeps_the_input(ana, rita, ben, signed_in):
    item = ActionItemFactory(owner=ana, due_on=timezone.localdate())
    action_items.reassign(item, owner=ben, by=rita, at=timezone.now())
    client, address = signed_in(ana), f"/action-items/{item.pk}/redate/"
    typed = {"due_on": in_days(5), "reason": "Away until then."}

    refused = body(client.post(address, typed | {"version": "1"}))
    client.post(address, typed | {"version": "2"})

    assert "It is now open, P2, owned by Ben Builder" in refused
    assert "Away until then." in refused
    assert 'name="version" value="2"' in refused
    assert ActionItem.objects.get(pk=item.pk).due_on.isoformat() == in_days(5)


def test_an_item_deleted_meanwhile_is_not_found(ana, signed_in):
    item = ActionItemFactory()
    ActionItem.objects.filter(pk=item.pk).delete()

    for part in (*FORMS, *BUTTONS):
        assert signed_in(ana).post(f"/action-items/{item.pk}/{part}/").status_code == 404


def test_the_page_moves_an_item_to_another_status(ana, signed_in):
    item, client = ActionItemFactory(), signed_in(ana)

    shown = body(client.get(f"/action-items/{item.pk}/"))
    moved = client.post(f"/action-items/{item.pk}/move/?version=1", {"to": "blocked"})
    closing = client.post(f"/action-items/{item.pk}/move/?version=2", {"to": "done"})

    assert f'action="/action-items/{item.pk}/move/?version=1"' in shown
    assert moved.url == item.get_absolute_url()
    assert ActionItem.objects.get(pk=item.pk).status == "blocked"
    assert closing.url == f"/action-items/{item.pk}/done/"


def test_a_dependency_is_found_by_words_and_mentioned_on_completion(ana, signed_in):
    item = ActionItemFactory(status="blocked", title="Alert")
    other = ActionItemFactory(title="Move the metrics")
    client, address = signed_in(ana), f"/action-items/{item.pk}/waits/"

    found = body(client.get(f"{address}?q=metrics+move"))
    client.post(address, {"other": other.pk})
    waiting = body(client.get(item.get_absolute_url()))
    action_items.complete(other, evidence="Seen.", by=ana, at=timezone.now())
    free = body(client.get(item.get_absolute_url()))
    client.post(f"{address}stop/", {"other": other.pk})

    assert "Move the metrics" in found
    assert "Move the metrics" in waiting
    assert "work can continue" not in waiting
    assert "Everything it waited for is closed: work can continue." in free
    assert item.dependencies.count() == 0


@pytest.mark.parametrize("other", ["", "x", "0", "9" * 30, "٣", "-1"])
def test_an_unknown_item_cannot_be_waited_for(other, ana, signed_in):
    item = ActionItemFactory()

    answer = signed_in(ana).post(f"/action-items/{item.pk}/waits/", {"other": other})

    assert answer.status_code == 422
    assert "Choose another action item, one that exists." in body(answer)


def test_a_hidden_dependency_leaves_no_trace_on_either_side(ana, ben, signed_in):
    secret = IncidentFactory(visibility="restricted", owner=ana, title="Hush incident")
    hidden, item = ActionItemFactory(incident=secret, title="Hush"), ActionItemFactory()
    action_items.wait_for(item, hidden, by=ana, at=timezone.now())
    client = signed_in(ben)

    page = body(client.get(item.get_absolute_url()))
    offered = body(client.get(f"/action-items/{item.pk}/waits/?q=Hush"))
    incident = body(client.get(f"/incidents/{item.incident.reference}/"))

    assert "Hush" in body(signed_in(ana).get(item.get_absolute_url()))
    assert "Hush" not in page
    assert "No open action item" in offered
    assert "Hush" not in incident


def test_adding_a_part_prefills_the_parent(ana, signed_in):
    whole = ActionItemFactory(title="Everything")
    client = signed_in(ana)
    address = f"/incidents/{whole.incident.reference}/action-items/new/?parent={whole.pk}"

    form = body(client.get(address))
    client.post(address, {"title": "Half", "kind": "prevent", "priority": "P1", "parent": whole.pk})

    assert "New part of “Everything”" in form
    assert f'<option value="{whole.pk}" selected>' in form
    assert whole.parts.get().title == "Half"
    assert "Parts: 0 of 1 closed" in body(client.get(whole.get_absolute_url()))


@pytest.mark.parametrize(("due", "offered"), [(5, 5), (-3, 0), (90, 60), (None, 60)])
def test_a_part_is_offered_to_be_due_no_later_than_the_whole(ana, signed_in, due, offered):
    whole = ActionItemFactory(due_on=None if due is None else in_days(due))
    address = f"/incidents/{whole.incident.reference}/action-items/new/?parent={whole.pk}"

    form = body(signed_in(ana).get(address))

    assert f'name="due_on" value="{in_days(offered)}"' in form


def test_the_page_takes_as_many_queries_for_three_of_everything_as_for_one(ana, signed_in):
    item, client = ActionItemFactory(owner_team=TeamFactory()), signed_in(ana)

    def more():
        incident = IncidentFactory()
        ActionItemFactory(incident=item.incident, parent=item, owner=UserFactory())
        for pair in (
            {"item": item, "depends_on": ActionItemFactory(incident=incident)},
            {"item": ActionItemFactory(incident=incident), "depends_on": item},
        ):
            ActionItemDependency.objects.create(**pair)
        action_items.reassign(item, owner=UserFactory(), by=ana, at=timezone.now())

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(item.get_absolute_url())
        return len(captured)

    more()
    one = queries()
    more()
    more()

    assert queries() == one
    assert one <= 20
