"""Failed fixes are marked where they are shown, for people with access, in few queries."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recurrence.operations.fix_checks import fix_version
from tests.factories import (
    ActionItemFactory,
    FixCheckFactory,
    PatternFactory,
    PatternLinkFactory,
)
from tests.recurrence.views.recurring import answer, fix_of, incident_of, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def expired():
    return PatternFactory(slug="expired", name="Credential expired")


def test_a_failed_fix_is_marked_wherever_it_is_shown(signed_in, ana, expired):
    earlier = incident_of(expired, (2025, 1, 10))
    fix = fix_of(earlier, (2025, 2, 1))
    now = incident_of(expired, (2026, 3, 1))
    client = signed_in(ana)
    client.post(
        reverse("fix_check_answer", args=[now.reference]),
        {
            **{"item": fix.pk, "version": fix_version(fix.closed_at)},
            **{"answer": "reopen", "note": "The list was never read."},
        },
    )

    on_the_incident = client.get(earlier.get_absolute_url()).content.decode()
    on_its_own = client.get(fix.get_absolute_url()).content.decode()

    for page in (on_the_incident, on_its_own):
        assert "Did not hold" in page
        assert now.reference in page
    assert "The list was never read." in on_its_own
    assert "It is there." in on_its_own  # what had been shown for it
    assert "opened again" in on_its_own


def test_an_answer_is_hidden_with_its_incident(signed_in, vera, expired):
    earlier = incident_of(expired, (2025, 1, 10))
    fix = fix_of(earlier, (2025, 2, 1))
    secret = incident_of(expired, (2026, 3, 1), visibility="restricted")
    FixCheckFactory(action_item=fix, incident=secret, note="Zanzibar")
    client = signed_in(vera)

    for address in (earlier.get_absolute_url(), fix.get_absolute_url()):
        page = client.get(address).content.decode()
        assert "Did not hold" not in page
        assert "Zanzibar" not in page
        assert secret.reference not in page


def test_the_page_takes_the_same_queries_whatever_the_history(signed_in, ana, expired):
    client = signed_in(ana)

    def cost(count):
        pattern = PatternFactory()
        for _ in range(count):
            earlier = incident_of(pattern, (2025, 1, 10))
            fix = fix_of(earlier, (2025, 2, 1))
            ActionItemFactory(incident=earlier)
            FixCheckFactory(action_item=fix)
        now = incident_of(pattern, (2026, 3, 1))
        FixCheckFactory(action_item=fix, incident=now)
        for _ in range(count):
            FixCheckFactory(action_item=fix_of(now, (2026, 4, 1)))
        with CaptureQueriesContext(connection) as queries:
            client.get(now.get_absolute_url())
        return len(queries)

    client.get(incident_of(expired).get_absolute_url())
    assert cost(1) == cost(3) <= 21


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "in place"])
def test_reopening_takes_few_queries_whatever_the_history(
    signed_in, ana, expired, headers, django_capture_on_commit_callbacks
):
    client = signed_in(ana)

    def cost(count):
        pattern = PatternFactory()
        for _ in range(count):
            earlier = incident_of(pattern, (2025, 1, 10))
            for _ in range(count):
                fix = fix_of(earlier, (2025, 2, 1))
        now = incident_of(pattern, (2026, 3, 1))
        with (
            CaptureQueriesContext(connection) as queries,
            django_capture_on_commit_callbacks(execute=True),
        ):
            answer(client, now, fix, "reopen", headers=headers)
        marks = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
        return sum(not query["sql"].startswith(marks) for query in queries)

    cost(1)
    assert cost(1) == cost(3) <= 21


def test_of_many_patterns_the_most_frequent_and_the_last_decided_are_unfolded(
    signed_in, vera, expired
):
    incident_of(expired, (2025, 1, 10))
    incident = incident_of(expired, (2025, 8, 1))
    for number in range(3):
        at = datetime(2026, 5, 1 + number, tzinfo=UTC)
        PatternLinkFactory(
            incident=incident, pattern=PatternFactory(name=f"Also {number}"), decided_at=at
        )

    rows = page_of(signed_in(vera), incident)["patterns"]

    assert [(row.name, row.is_open) for row in rows] == [
        ("Credential expired", True),
        ("Also 0", False),
        ("Also 1", False),
        ("Also 2", True),
    ]
    assert rows[0].past == "1 other incident, no playbooks yet"
