"""The home page: what needs the reader's attention, then what happened."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from incidents.operations import revisions
from incidents.operations.incidents import archive
from recurrence.views.pattern_trends import kept_trends
from tests.factories import (
    NOON,
    ActionItemFactory,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    PlaybookFactory,
    PlaybookRunFactory,
)

pytestmark = pytest.mark.django_db


def home(client):
    response = client.get(reverse("home"))
    assert response.status_code == 200
    return response


def now_and_before(pattern, **more):
    """Create two incidents of `pattern`, one of them today."""
    for days in (0, 400):
        incident = IncidentFactory(
            occurred_at=timezone.now() - timedelta(days=days), occurred_precision="minute", **more
        )
        PatternLinkFactory(incident=incident, pattern=pattern)


def test_my_due_action_items_are_shown_and_later_ones_are_not(signed_in, ana):
    today = timezone.localdate()
    ActionItemFactory(owner=ana, title="soon", due_on=today + timedelta(days=3))
    ActionItemFactory(owner=ana, title="late", due_on=today - timedelta(days=3))
    ActionItemFactory(owner=ana, title="far", due_on=today + timedelta(days=30))
    ActionItemFactory(title="of somebody else", due_on=today)

    rows = home(signed_in(ana)).context["my_rows"]

    assert [row.title for row in rows] == ["late", "soon"]


def test_at_most_seven_of_mine_are_shown(signed_in, ana):
    for _ in range(9):
        ActionItemFactory(owner=ana, due_on=timezone.localdate())

    assert len(home(signed_in(ana)).context["my_rows"]) == 7


def test_my_items_are_not_listed_twice(signed_in, ana):
    ActionItemFactory(owner=ana, title="mine", due_on=timezone.localdate())
    ActionItemFactory(title="of somebody else")

    context = home(signed_in(ana)).context

    assert [row.title for row in context["open_rows"]] == ["of somebody else"]
    assert context["open_count"] == "2"


def test_my_drafts_and_the_reviews_asked_of_me(signed_in, ana, rita):
    draft = IncidentFactory(owner=ana)
    waiting = IncidentFactory(owner=ana, status="in_review")
    mine = IncidentFactory(owner=rita, status="in_review")

    assert home(signed_in(ana)).context["drafts"] == [draft]
    assert home(signed_in(ana)).context["reviews"] == []
    assert home(signed_in(rita)).context["reviews"] == [waiting]
    assert mine not in home(signed_in(rita)).context["reviews"]


def test_my_open_runs_and_due_playbook_reviews_are_listed(signed_in, ana, ben):
    long_ago = date(2020, 1, 1)
    PlaybookFactory(title="Hers and old", owner=ana, last_reviewed_on=long_ago)
    PlaybookFactory(title="Hers and fresh", owner=ana, review_by_on=date(2999, 1, 1))
    PlaybookFactory(title="His and old", owner=ben, last_reviewed_on=long_ago)
    running = PlaybookRunFactory(started_by=ana, incident=None)
    PlaybookRunFactory(started_by=ana, finished_at=NOON)
    PlaybookRunFactory(started_by=ben)
    shut_out = IncidentFactory(visibility="restricted", owner=ben)
    PlaybookRunFactory(started_by=ana, incident=shut_out)

    shown = home(signed_in(ana))

    assert [run.pk for run in shown.context["runs"]] == [running.pk]
    assert [title for _, title in shown.context["playbooks"]] == ["Hers and old"]
    assert running.get_absolute_url() in shown.content.decode()


def test_recurrences_of_this_quarter_are_shown(signed_in, vera):
    now_and_before(PatternFactory(name="Credential expired"))

    trends = home(signed_in(vera)).context["trends"]

    assert trends.title == "Recurred this quarter"
    assert trends.rows[0].words == "1 this quarter, 2 in all"
    first = timezone.now() - timedelta(days=400)
    assert trends.rows[0].since == f"since {first:%b %Y}"


def test_without_recurrences_the_most_frequent_patterns_are_shown(signed_in, vera):
    pattern = PatternFactory(name="Credential expired")
    PatternLinkFactory(pattern=pattern)
    PatternLinkFactory(pattern=pattern)

    trends = home(signed_in(vera)).context["trends"]

    assert trends.title == "Failures that recur"
    assert [row.name for row in trends.rows] == ["Credential expired"]


@pytest.mark.parametrize(
    ("zone", "precision", "occurred", "incident_zone", "recent"),
    [
        # Known to the minute: midnight in the reader's zone decides.
        ("UTC", "minute", "2026-03-31T23:30Z", "UTC", 0),
        ("Europe/Dublin", "minute", "2026-03-31T23:30Z", "UTC", 1),
        ("America/Los_Angeles", "minute", "2026-04-01T03:00Z", "UTC", 0),
        # Known to the day: the day shown on the page decides, in any zone.
        ("UTC", "day", "2026-03-31T15:00Z", "Asia/Tokyo", 1),
        ("America/Los_Angeles", "day", "2026-04-01T00:00Z", "", 1),
        ("Asia/Tokyo", "approximate", "2026-03-31T23:00Z", "", 0),
    ],
)
def test_a_quarter_begins_at_midnight(vera, zone, precision, occurred, incident_zone, recent):
    pattern = PatternFactory()
    PatternLinkFactory(pattern=pattern)
    incident = IncidentFactory(
        occurred_at=datetime.fromisoformat(occurred),
        occurred_precision=precision,
        time_zone=incident_zone,
    )
    PatternLinkFactory(pattern=pattern, incident=incident)

    with timezone.override(zone):
        kept = kept_trends(vera, date(2026, 5, 20))

    assert kept.trends[pattern.pk].recent == recent
    assert (kept.home.title == "Recurred this quarter") == bool(recent)


def test_restricted_incidents_are_counted_for_people_with_access(vera, ana, omar):
    pattern = PatternFactory()
    today = date(2026, 5, 20)
    for visibility in ("internal", "internal", "restricted"):
        incident = IncidentFactory(
            occurred_at=datetime(2026, 5, 2, tzinfo=UTC),
            occurred_precision="minute",
            visibility=visibility,
            owner=ana,
        )
        PatternLinkFactory(pattern=pattern, incident=incident)
        ActionItemFactory(incident=incident)

    for person, count in ((vera, 2), (ana, 3), (omar, 3), (vera, 2)):
        kept = kept_trends(person, today)

        [row] = kept.home.rows
        assert row.words == f"{count} this quarter, {count} in all"
        assert row.open_items == f"{count} open action items"
        assert row.axis[0].title == f"{count} in May 2026"


@pytest.mark.django_db(transaction=True)
def test_unrestricted_incidents_are_counted_once_for_all_users(
    vera, ana, django_assert_num_queries
):
    now_and_before(PatternFactory())
    kept_trends(vera, timezone.localdate())

    with django_assert_num_queries(2):  # the state, and restricted incidents of Ana
        kept_trends(ana, timezone.localdate())
    with django_assert_num_queries(1):
        kept_trends(ana, timezone.localdate())


def test_recurrences_are_counted_again_after_a_write(signed_in, vera):
    pattern = PatternFactory()
    now_and_before(pattern)
    client = signed_in(vera)
    home(client)

    incident = IncidentFactory(occurred_at=timezone.now(), occurred_precision="minute")
    PatternLinkFactory(incident=incident, pattern=pattern)
    revisions.record(incident, by=vera, at=timezone.now(), summary="Written")

    assert home(client).context["trends"].rows[0].words == "2 this quarter, 3 in all"


def test_archiving_invalidates_the_counts(signed_in, vera, rita):
    pattern = PatternFactory()
    now_and_before(pattern)
    client = signed_in(vera)
    home(client)

    archive(pattern.incident_links.first().incident, by=rita, at=timezone.now())

    assert home(client).context["trends"].rows == []


def test_restricted_incidents_are_nowhere_on_anothers_home(signed_in, vera, omar):
    now_and_before(PatternFactory(name="A pattern"), visibility="restricted", title="secret")
    secret = IncidentFactory(visibility="restricted", title="secret")
    ActionItemFactory(incident=secret, title="secret item")

    context = home(signed_in(vera)).context

    assert (context["trends"].rows, context["latest"], context["open_count"]) == ([], [], "0")
    assert "secret" not in home(signed_in(vera)).content.decode()
    assert home(signed_in(omar)).context["open_count"] == "1"


def test_unassigned_action_items_are_counted(signed_in, vera):
    ActionItemFactory(title="Nobody’s yet")

    context = home(signed_in(vera)).context

    assert context["open_count"] == "1"
    assert [row.title for row in context["open_rows"]] == ["Nobody’s yet"]


def test_an_administrator_dismisses_the_tour(signed_in, omar, vera):
    client = signed_in(omar)
    assert "Get started in three steps" in home(client).content.decode()
    assert "Get started in three steps" not in home(signed_in(vera)).content.decode()

    assert client.get(reverse("tour_dismiss")).status_code == 405
    client.post(reverse("tour_dismiss"))

    assert "Get started in three steps" not in home(client).content.decode()


def test_an_empty_home_page_suggests_what_to_do(signed_in, ana):
    text = home(signed_in(ana)).content.decode()

    assert "Nothing is due this week." in text
    assert "No incidents yet" in text


def test_home_takes_as_many_queries_for_three_rows_as_for_one(signed_in, rita):
    client = signed_in(rita)

    def add():
        now_and_before(PatternFactory())
        IncidentFactory(owner=rita, updated_at=timezone.now())
        waiting = IncidentFactory(status="in_review")
        ActionItemFactory(incident=waiting, owner=rita, due_on=timezone.localdate())

    counts = []
    for rows in (1, 2):
        for _ in range(rows):
            add()
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            home(client)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 20
