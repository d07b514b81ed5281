"""Snoozing from the home page, with the form and the limits of the item's page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.action_items.reminders.mornings import today
from tests.factories import ActionItemFactory, IncidentFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
DAY = timedelta(days=1)


@pytest.fixture
def item(ana):
    return ActionItemFactory(owner=ana, due_on=today() - DAY, title="Rotate it")


def path(item) -> str:
    return reverse("action_item_snooze", args=[item.pk])


def sent(item, **typed) -> dict:
    return {"place": "home", "version": item.version, **typed}


def test_each_of_my_items_offers_snooze_beside_done(ana, item, signed_in):
    page = signed_in(ana).get(reverse("home")).content.decode()

    assert f'href="{path(item)}?place=home"' in page
    assert 'aria-label="Snooze: Rotate it"' in page
    assert f'id="action-item-{item.pk}"' in page


@pytest.mark.parametrize(
    "change",
    [
        lambda: {"snooze_count": 3},
        lambda: {"snoozed_until": today() + 2 * DAY, "snooze_count": 1},
        lambda: {"status": "done", "closed_at": timezone.now(), "closing_note": "There."},
    ],
)
def test_snooze_is_not_offered_if_it_is_not_allowed(ana, item, signed_in, change):
    for name, value in change().items():
        setattr(item, name, value)
    item.save()

    assert path(item) not in signed_in(ana).get(reverse("home")).content.decode()


def test_snooze_is_not_offered_without_permission(item, vera, signed_in):
    page = signed_in(vera).get(reverse("home")).content.decode()

    assert "Rotate it" in page
    assert path(item) not in page


def test_the_form_opens_in_place_with_the_bounds_of_the_policy(ana, item, signed_in):
    form = signed_in(ana).get(f"{path(item)}?place=home", headers=HTMX).content.decode()

    latest = today() + 14 * DAY
    assert form.lstrip().startswith("<li")
    assert f'max="{latest.isoformat()}"' in form
    assert "3 of 3 snoozes left" in form
    assert "autofocus" in form
    assert 'name="place" value="home"' in form


def test_after_snoozing_in_place_the_row_offers_no_snooze(ana, item, signed_in):
    until = today() + 2 * DAY

    row = signed_in(ana).post(
        path(item),
        sent(item, until=until.isoformat()),
        headers=HTMX,
    )

    item.refresh_from_db()
    page = row.content.decode()
    assert item.snoozed_until == until
    assert f'id="action-item-{item.pk}"' in page
    assert "Snooze: " not in page
    assert 'form="change-many"' not in page


def test_a_snooze_beyond_the_limits_is_refused_in_place(ana, item, signed_in):
    until = today() + 15 * DAY

    answer = signed_in(ana).post(
        path(item),
        sent(item, until=until.isoformat()),
        headers=HTMX,
    )

    assert answer.status_code == 422
    assert "14 days at most" in answer.content.decode()


def test_without_javascript_the_form_is_a_page_that_returns_home(ana, item, signed_in):
    client = signed_in(ana)
    until = today() + 2 * DAY

    page = client.get(f"{path(item)}?place=home").content.decode()
    answer = client.post(path(item), sent(item, until=until.isoformat()))

    assert "<html" in page
    assert answer.url == reverse("home")


def test_completing_on_home_shows_the_home_row(ana, item, signed_in):
    address = reverse("action_item_complete", args=[item.pk])

    row = signed_in(ana).post(address, sent(item, evidence="There."), headers=HTMX)

    assert 'form="change-many"' not in row.content.decode()
    assert f'id="action-item-{item.pk}"' in row.content.decode()


def test_home_takes_as_many_queries_for_three_items_as_for_one(
    ana, item, signed_in, django_assert_num_queries
):
    client = signed_in(ana)
    client.get(reverse("home"))
    with django_assert_num_queries(20, exact=False) as one:
        client.get(reverse("home"))
    for _ in range(2):
        ActionItemFactory(owner=ana, due_on=today(), incident=IncidentFactory(created_by=ana))

    with django_assert_num_queries(len(one), exact=False):
        client.get(reverse("home"))
