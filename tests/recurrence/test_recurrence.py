"""Recurrences, and the action items of earlier incidents."""

from datetime import UTC, date, datetime

import pytest

from recurrence import analytics
from tests.factories import (
    ActionItemFactory,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    PlaybookFactory,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)


@pytest.fixture
def expired():
    return PatternFactory(slug="credential-expired", name="Credential expired")


def incident_of(pattern, day=None, **more):
    when = datetime.combine(day, datetime.min.time(), tzinfo=UTC) if day else None
    incident = IncidentFactory(
        occurred_at=when, occurred_precision="day" if when else "unknown", **more
    )
    PatternLinkFactory(incident=incident, pattern=pattern)
    return incident


def test_the_third_incident_knows_the_two_before_it(expired, vera):
    first = incident_of(expired, date(2025, 1, 10))
    second = incident_of(expired, date(2025, 8, 1))
    third = incident_of(expired, date(2026, 3, 1))

    [history] = analytics.earlier_incidents(third, vera)

    assert [past.reference for past in history.earlier] == [second.reference, first.reference]
    assert analytics.recurrence_words(history, third) == "Third time in 14 months"


def test_the_first_incident_has_no_earlier_ones(expired, vera):
    first = incident_of(expired, date(2025, 1, 10))
    incident_of(expired, date(2025, 8, 1))

    assert analytics.earlier_incidents(first, vera) == []
    assert len(analytics.histories(first, vera)[0].later) == 1


def test_an_incident_without_a_date_counts_and_is_ordered_by_number(expired, vera):
    incident_of(expired, number=1)
    second = incident_of(expired, number=2)
    third = incident_of(expired, date(2026, 3, 1), number=3)

    [history] = analytics.earlier_incidents(third, vera)

    assert history.ordinal == 3
    assert analytics.recurrence_words(history, third) == "Third time"
    assert analytics.earlier_incidents(second, vera)[0].ordinal == 2


@pytest.mark.parametrize("state", ["suggested", "dismissed"])
def test_only_confirmed_links_make_a_recurrence(expired, vera, state):
    other = IncidentFactory()
    PatternLinkFactory(incident=other, pattern=expired, state=state)
    incident = incident_of(expired)

    assert analytics.earlier_incidents(incident, vera) == []


def test_open_and_declined_items_of_earlier_incidents_are_listed(expired, vera):
    earlier = incident_of(expired, date(2025, 8, 1))
    ActionItemFactory(incident=earlier, title="Alert on expiry", due_on=date(2026, 1, 18))
    ActionItemFactory(
        incident=earlier,
        title="Move the registry",
        status="wont_do",
        closing_note="Too dear.",
        closed_at=datetime(2025, 9, 1, tzinfo=UTC),
    )
    now = incident_of(expired, date(2026, 3, 1))
    ActionItemFactory(incident=now, title="Of this one")

    [history] = analytics.earlier_incidents(now, vera)

    [late] = history.open_action_items
    assert analytics.action_item_words(late, TODAY) == "43 days overdue"
    assert [item.title for item in history.declined] == ["Move the registry"]


def test_a_fix_done_before_the_incident_did_not_hold(expired, vera):
    earlier = incident_of(expired, date(2025, 8, 1))
    ActionItemFactory(
        incident=earlier,
        title="List every certificate",
        status="done",
        closing_note="The list.",
        closed_at=datetime(2025, 9, 1, tzinfo=UTC),
    )
    now = incident_of(expired, date(2026, 3, 1))

    [history] = analytics.earlier_incidents(now, vera)

    assert history.failed_fix(now).title == "List every certificate"


def test_a_fix_done_after_the_incident_is_not_judged_by_it(expired, vera):
    earlier = incident_of(expired, date(2025, 8, 1))
    ActionItemFactory(
        incident=earlier,
        status="done",
        closing_note="Later.",
        closed_at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    now = incident_of(expired, date(2026, 3, 1))

    [history] = analytics.earlier_incidents(now, vera)

    assert history.failed_fix(now) is None


def test_hidden_and_archived_incidents_do_not_count(expired, vera, omar):
    secret = incident_of(expired, date(2025, 8, 1), visibility="restricted")
    ActionItemFactory(incident=secret, title="A secret item")
    incident_of(expired, date(2025, 9, 1), archived_at=datetime(2026, 1, 1, tzinfo=UTC))
    now = incident_of(expired, date(2026, 3, 1))

    assert analytics.earlier_incidents(now, vera) == []
    assert analytics.earlier_incidents(now, omar)[0].open_action_items[0].title == "A secret item"


def test_the_playbooks_of_a_pattern_come_with_it(expired, vera):
    playbook = PlaybookFactory(title="Renew the certificate")
    playbook.patterns.add(expired)
    incident = incident_of(expired)

    assert [one.title for one in analytics.histories(incident, vera)[0].playbooks] == [
        "Renew the certificate"
    ]


def test_a_history_is_bounded_and_marked_as_incomplete(expired, vera):
    for _ in range(analytics.LOOKED_AT + 1):
        incident_of(expired)
    last = incident_of(expired)

    [history] = analytics.histories(last, vera)

    assert len(history.earlier) == 10
    assert not history.is_whole
    assert "more than 50" in analytics.recurrence_words(history, last)


def test_histories_cost_three_queries_whatever_their_length(
    expired, vera, django_assert_num_queries
):
    for _ in range(3):
        ActionItemFactory(incident=incident_of(expired))
    last = incident_of(expired)

    with django_assert_num_queries(3):
        analytics.histories(last, vera)


def test_a_pattern_recurred_with_a_recent_and_an_earlier_incident(expired, vera):
    once = PatternFactory()
    incident_of(expired, date(2020, 1, 1))
    incident_of(expired, date(2026, 2, 1))
    incident_of(once, date(2026, 2, 1))
    since = datetime(2026, 1, 1, tzinfo=UTC)

    found = analytics.trends(vera, since=since)

    assert [(trend.name, trend.recent, trend.total) for trend in analytics.came_back(found)] == [
        ("Credential expired", 1, 2)
    ]


def test_trends_do_not_count_hidden_incidents(expired, vera, omar):
    incident_of(expired, date(2026, 2, 1), visibility="restricted")
    since = datetime(2026, 1, 1, tzinfo=UTC)

    assert analytics.trends(vera, since=since) == []
    assert analytics.trends(omar, since=since)[0].total == 1


def test_open_action_items_are_counted_once_each(expired, vera):
    incident = incident_of(expired)
    ActionItemFactory(incident=incident)
    ActionItemFactory(incident=incident)
    ActionItemFactory(incident=incident_of(expired, visibility="restricted"))

    assert analytics.open_action_items(vera, [expired.pk]) == {expired.pk: 2}


def test_months_without_incidents_are_left_out(expired, vera):
    incident_of(expired, date(2026, 1, 3))
    incident_of(expired, date(2026, 1, 20))
    incident_of(expired)

    assert analytics.by_month(vera, [expired.pk])[expired.pk] == {date(2026, 1, 1): 2}


@pytest.mark.parametrize(
    ("number", "words"), [(2, "second"), (3, "third"), (12, "twelfth"), (13, "13th"), (23, "23rd")]
)
def test_ordinals_are_written_out_to_twelve(number, words):
    assert analytics.ordinal_words(number) == words
