"""The notice on an incident's page: which occurrence it is, with earlier action items."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

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


def test_a_third_incident_shows_the_action_items_of_the_last(signed_in, vera, expired):
    incident_of(expired, (2025, 1, 10))
    last = incident_of(expired, (2025, 8, 1), title="Registry down")
    late = timezone.localdate() - timedelta(days=43)
    ActionItemFactory(incident=last, title="Alert on expiry", due_on=late)
    now = incident_of(expired, (2026, 3, 1))

    callout = page_of(signed_in(vera), now)["callout"]

    assert callout.words == "Third time in 14 months"
    assert callout.last == f"{last.reference} Registry down"
    assert callout.heading == "Action items of last time:"
    [line] = callout.past_items
    assert (line.title, line.facts) == ("Alert on expiry", "43 days overdue")
    assert line.stage == "long-late"


def test_a_first_incident_shows_no_notice(signed_in, vera, expired):
    first = incident_of(expired, (2025, 1, 10))
    incident_of(expired, (2026, 1, 10))

    assert page_of(signed_in(vera), first)["callout"] is None


@pytest.mark.parametrize("state", ["suggested", "dismissed"])
def test_an_unconfirmed_link_shows_no_notice(signed_in, vera, expired, state):
    incident_of(expired, (2025, 1, 10))
    now = incident_of(expired, (2026, 1, 10), state=state)

    assert page_of(signed_in(vera), now)["callout"] is None


def test_an_earlier_incident_recorded_later_counts_as_earlier(signed_in, vera, expired):
    now = incident_of(expired, (2026, 1, 10))
    imported = incident_of(expired, (2025, 1, 10))

    assert page_of(signed_in(vera), now)["callout"].last.startswith(imported.reference)
    assert page_of(signed_in(vera), imported)["callout"] is None


def test_an_approximate_date_gives_an_approximate_span(signed_in, vera, expired):
    incident_of(expired, (2025, 1, 10), precision="approximate")
    now = incident_of(expired, (2026, 3, 1))

    assert page_of(signed_in(vera), now)["callout"].words == "Second time in about 14 months"


def test_an_undated_incident_is_counted_without_a_span(signed_in, vera, expired):
    incident_of(expired, (2025, 1, 10))
    incident_of(expired)
    now = incident_of(expired, (2026, 3, 1))

    assert page_of(signed_in(vera), now)["callout"].words == "Third time"


def test_hidden_incidents_do_not_count(signed_in, vera, omar, expired):
    secret = incident_of(expired, (2025, 1, 10), visibility="restricted", title="Zanzibar")
    ActionItemFactory(incident=secret, title="Zanzibar item")
    fix_of(secret, (2025, 2, 1), title="Zanzibar fix")
    incident_of(expired, (2025, 5, 1), archived_at=datetime(2026, 1, 1, tzinfo=UTC))
    now = incident_of(expired, (2026, 3, 1))

    page = signed_in(vera).get(now.get_absolute_url())

    assert page.context["callout"] is None
    assert page.context["patterns"][0].words == "The only incident of this pattern"
    assert "Zanzibar" not in page.content.decode()
    assert page_of(signed_in(omar), now)["callout"].words == "Second time in 14 months"


def test_the_most_frequent_pattern_comes_first(signed_in, vera, expired):
    now = incident_of(expired, (2026, 3, 1))
    incident_of(expired, (2025, 8, 1))
    other = PatternFactory(name="Disk full")
    PatternLinkFactory(incident=now, pattern=other)
    incident_of(other, (2024, 8, 1))
    incident_of(other, (2025, 1, 1))

    callout = page_of(signed_in(vera), now)["callout"]

    assert callout.pattern == "Disk full"
    assert [(line.title, line.facts) for line in callout.also] == [
        ("Credential expired", "second time")
    ]


@pytest.mark.parametrize("what", ["late", "fixed"])
def test_among_equals_the_most_informative_pattern_comes_first(what, signed_in, vera, expired):
    last = incident_of(PatternFactory(name="Blocked on access"), (2025, 1, 10))
    ActionItemFactory(incident=last, due_on=None)
    told = incident_of(expired, (2025, 2, 10))
    if what == "late":
        ActionItemFactory(incident=told, due_on=timezone.localdate() - timedelta(days=1))
    else:
        fix_of(told, (2025, 3, 1))
    now = incident_of(expired, (2026, 3, 1))
    PatternLinkFactory(incident=now, pattern=last.pattern_links.get().pattern)

    assert page_of(signed_in(vera), now)["callout"].pattern == "Credential expired"


def test_older_action_items_are_shown_with_their_incident(signed_in, vera, expired):
    first = incident_of(expired, (2025, 1, 10))
    ActionItemFactory(incident=first, title="Rotate", due_on=date(2999, 1, 1))
    incident_of(expired, (2025, 8, 1))
    now = incident_of(expired, (2026, 3, 1))

    callout = page_of(signed_in(vera), now)["callout"]

    assert callout.heading == "Earlier action items, still open:"
    assert callout.past_items[0].facts == f"{first.reference}, due 1 Jan 2999"


def test_declined_action_items_are_shown_with_the_reason(signed_in, vera, expired):
    first = incident_of(expired, (2025, 1, 10))
    DoneActionItemFactory(incident=first, status="wont_do", closing_note="Too dear.")
    now = incident_of(expired, (2026, 3, 1))

    context = page_of(signed_in(vera), now)

    assert context["callout"].heading == "Earlier action items, declined:"
    assert context["callout"].past_items[0].note == "Too dear."
    assert context["patterns"][0].past_items.declined[0].note == "Too dear."


def test_the_absence_of_earlier_action_items_is_mentioned(signed_in, vera, expired):
    incident_of(expired, (2025, 1, 10))
    now = incident_of(expired, (2026, 3, 1))

    assert page_of(signed_in(vera), now)["callout"].heading == "No earlier action items."


def test_an_earlier_fix_is_mentioned(signed_in, vera, expired):
    fix_of(incident_of(expired, (2025, 1, 10)), (2025, 2, 1), title="List them")
    now = incident_of(expired, (2026, 3, 1))

    assert page_of(signed_in(vera), now)["callout"].fix == (
        "Recurred after a fix: “List them” was done on 1 Feb 2025."
    )


def test_the_day_of_a_fix_is_in_the_readers_zone(signed_in, ben, expired):
    fix_of(incident_of(expired, (2025, 1, 10)), (2025, 2, 1), title="List them")
    now = incident_of(expired, (2026, 3, 1))

    assert "31 Jan 2025" in page_of(signed_in(ben), now)["callout"].fix  # in Los Angeles


def test_a_fix_judged_to_have_held_is_not_mentioned(signed_in, ana, expired):
    fix = fix_of(incident_of(expired, (2025, 1, 10)), (2025, 2, 1))
    now = incident_of(expired, (2026, 3, 1))
    client = signed_in(ana)

    answer(client, now, fix, "held")

    assert page_of(client, now)["callout"].fix == ""
