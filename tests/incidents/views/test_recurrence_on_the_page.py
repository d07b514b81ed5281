"""The incident page where a failure came back: the callout, the promises, and the question."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from incidents.models import FixCheck
from tests.factories import (
    ActionItemFactory,
    DoneActionItemFactory,
    FixCheckFactory,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def expired():
    return PatternFactory(slug="expired", name="Credential expired")


def incident_of(pattern, day=None, precision="day", state="confirmed", **more):
    at = datetime(*day, 12, tzinfo=UTC) if day else None
    incident = IncidentFactory(
        occurred_at=at, occurred_precision=precision if at else "unknown", **more
    )
    PatternLinkFactory(incident=incident, pattern=pattern, state=state)
    return incident


def fix_of(incident, day, **more):
    return DoneActionItemFactory(incident=incident, closed_at=datetime(*day, tzinfo=UTC), **more)


def page_of(client, incident):
    answer = client.get(incident.get_absolute_url())
    assert answer.status_code == 200
    return answer.context


def answer(client, incident, item, said, **more):
    address = reverse("fix_check_answer", args=[incident.reference])
    return client.post(address, {"item": item.pk, "answer": said, "note": ""}, **more)


# --- the callout ----------------------------------------------------------------------------------


def test_the_third_time_says_what_was_promised_the_last_time(signed_in, vera, expired):
    incident_of(expired, (2025, 1, 10))
    last = incident_of(expired, (2025, 8, 1), title="Registry down")
    late = timezone.localdate() - timedelta(days=43)
    ActionItemFactory(incident=last, title="Alert on expiry", due_on=late)
    now = incident_of(expired, (2026, 3, 1))

    callout = page_of(signed_in(vera), now)["callout"]

    assert callout.words == "Third time in 14 months"
    assert callout.last == f"{last.reference} Registry down"
    assert callout.heading == "Promised last time:"
    [line] = callout.promises
    assert (line.title, line.facts) == ("Alert on expiry", "overdue 43 days")
    assert line.stage == "long-late"


def test_the_first_time_says_nothing(signed_in, vera, expired):
    first = incident_of(expired, (2025, 1, 10))
    incident_of(expired, (2026, 1, 10))

    assert page_of(signed_in(vera), first)["callout"] is None


@pytest.mark.parametrize("state", ["suggested", "dismissed"])
def test_what_nobody_confirmed_says_nothing(signed_in, vera, expired, state):
    incident_of(expired, (2025, 1, 10))
    now = incident_of(expired, (2026, 1, 10), state=state)

    assert page_of(signed_in(vera), now)["callout"] is None


def test_an_earlier_incident_that_was_recorded_later_counts_as_earlier(signed_in, vera, expired):
    now = incident_of(expired, (2026, 1, 10))
    imported = incident_of(expired, (2025, 1, 10))

    assert page_of(signed_in(vera), now)["callout"].last.startswith(imported.reference)
    assert page_of(signed_in(vera), imported)["callout"] is None


def test_a_rough_date_makes_a_rough_span(signed_in, vera, expired):
    incident_of(expired, (2025, 1, 10), precision="approximate")
    now = incident_of(expired, (2026, 3, 1))

    assert page_of(signed_in(vera), now)["callout"].words == "Second time in about 14 months"


def test_an_incident_without_a_date_is_counted_and_no_span_is_told(signed_in, vera, expired):
    incident_of(expired, (2025, 1, 10))
    incident_of(expired)
    now = incident_of(expired, (2026, 3, 1))

    assert page_of(signed_in(vera), now)["callout"].words == "Third time"


def test_hidden_incidents_did_not_happen(signed_in, vera, omar, expired):
    secret = incident_of(expired, (2025, 1, 10), visibility="restricted", title="Zanzibar")
    ActionItemFactory(incident=secret, title="Zanzibar promise")
    fix_of(secret, (2025, 2, 1), title="Zanzibar fix")
    incident_of(expired, (2025, 5, 1), archived_at=datetime(2026, 1, 1, tzinfo=UTC))
    now = incident_of(expired, (2026, 3, 1))

    page = signed_in(vera).get(now.get_absolute_url())

    assert page.context["callout"] is None
    assert page.context["patterns"][0].words == "The only incident of this pattern"
    assert "Zanzibar" not in page.content.decode()
    assert page_of(signed_in(omar), now)["callout"].words == "Second time in 14 months"


def test_the_pattern_that_came_back_most_often_comes_first(signed_in, vera, expired):
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


def test_promises_of_before_the_last_time_are_told_with_their_incident(signed_in, vera, expired):
    first = incident_of(expired, (2025, 1, 10))
    ActionItemFactory(incident=first, title="Rotate", due_on=date(2999, 1, 1))
    incident_of(expired, (2025, 8, 1))
    now = incident_of(expired, (2026, 3, 1))

    callout = page_of(signed_in(vera), now)["callout"]

    assert callout.heading == "Promised before, and still open:"
    assert callout.promises[0].facts == f"{first.reference}, due 1 Jan 2999"


def test_what_was_declined_is_told_with_the_reason(signed_in, vera, expired):
    first = incident_of(expired, (2025, 1, 10))
    DoneActionItemFactory(incident=first, status="wont_do", closing_note="Too dear.")
    now = incident_of(expired, (2026, 3, 1))

    context = page_of(signed_in(vera), now)

    assert context["callout"].heading == "Promised before, then declined:"
    assert context["callout"].promises[0].note == "Too dear."
    assert context["patterns"][0].promises.declined[0].note == "Too dear."


def test_that_nothing_was_promised_is_told(signed_in, vera, expired):
    incident_of(expired, (2025, 1, 10))
    now = incident_of(expired, (2026, 3, 1))

    assert page_of(signed_in(vera), now)["callout"].heading == "Nothing was promised before."


def test_a_fix_that_was_done_before_is_told(signed_in, vera, expired):
    fix_of(incident_of(expired, (2025, 1, 10)), (2025, 2, 1), title="List them")
    now = incident_of(expired, (2026, 3, 1))

    assert page_of(signed_in(vera), now)["callout"].fix == (
        "Recurred after a fix: “List them” was done on 1 Feb 2025."
    )


def test_the_day_of_a_fix_is_the_readers(signed_in, ben, expired):
    fix_of(incident_of(expired, (2025, 1, 10)), (2025, 2, 1), title="List them")
    now = incident_of(expired, (2026, 3, 1))

    assert "31 Jan 2025" in page_of(signed_in(ben), now)["callout"].fix  # in Los Angeles


def test_a_fix_of_which_somebody_said_that_it_held_is_not_held_against_it(signed_in, ana, expired):
    fix = fix_of(incident_of(expired, (2025, 1, 10)), (2025, 2, 1))
    now = incident_of(expired, (2026, 3, 1))
    client = signed_in(ana)

    answer(client, now, fix, "held")

    assert page_of(client, now)["callout"].fix == ""


# --- the question ---------------------------------------------------------------------------------


def test_a_confirmed_pattern_shows_its_past_at_once(signed_in, ana, expired):
    earlier = incident_of(expired, (2025, 1, 10))
    ActionItemFactory(incident=earlier, title="Alert on expiry", due_on=date(2025, 9, 1))
    DoneActionItemFactory(incident=earlier, status="wont_do", closing_note="Too dear.")
    fix_of(earlier, (2025, 2, 1), title="List them")
    now = incident_of(expired, (2026, 3, 1), state="suggested")
    address = reverse("pattern_link_decide", args=[now.reference, now.pattern_links.get().pk])

    page = (
        signed_in(ana)
        .post(address, {"state": "confirmed"}, headers={"HX-Request": "true"})
        .content.decode()
    )

    for words in ("Alert on expiry", "overdue", "Too dear.", "Did the fix hold?", "List them"):
        assert words in page
    assert 'id="came-back" hx-swap-oob="true"' in page
    assert "Second time in 14 months" in page


def test_without_htmx_the_page_shows_it_after_the_redirect(signed_in, ana, expired):
    fix = fix_of(incident_of(expired, (2025, 1, 10)), (2025, 2, 1))
    now = incident_of(expired, (2026, 3, 1))

    response = answer(signed_in(ana), now, fix, "reopen", follow=True)

    assert response.redirect_chain == [(f"{now.get_absolute_url()}#pattern-rows", 302)]
    [line] = response.context["patterns"][0].promises.fixes
    assert line.answered.startswith("Ana Author: it did not hold; open again, due ")
    assert response.context["callout"].fix.endswith("and did not hold.")
    fix.refresh_from_db()
    assert fix.status == "open"


def test_an_answer_can_be_taken_back(signed_in, ana, expired):
    fix = fix_of(incident_of(expired, (2025, 1, 10)), (2025, 2, 1))
    now = incident_of(expired, (2026, 3, 1))
    client = signed_in(ana)
    answer(client, now, fix, "held")
    [line] = page_of(client, now)["patterns"][0].promises.fixes

    client.post(line.undo_url)

    assert page_of(client, now)["patterns"][0].promises.fixes[0].answered == ""


def test_who_is_second_is_told_what_the_first_said(signed_in, ana, ben, expired):
    fix = fix_of(incident_of(expired, (2025, 1, 10)), (2025, 2, 1))
    now = incident_of(expired, (2026, 3, 1))
    answer(signed_in(ana), now, fix, "held")

    page = answer(signed_in(ben), now, fix, "did_not_hold", headers={"HX-Request": "true"})

    assert "Ana Author answered before you: it held." in page.content.decode()


def test_what_was_done_after_it_happened_is_not_asked_about(signed_in, ana, expired):
    fix_of(incident_of(expired, (2025, 1, 10)), (2026, 3, 5))
    now = incident_of(expired, (2026, 3, 1))

    assert page_of(signed_in(ana), now)["patterns"][0].promises.fixes == []


def test_of_an_incident_without_a_date_every_fix_is_asked(signed_in, ana, expired):
    fix_of(incident_of(expired, (2025, 1, 10)), (2026, 3, 5))
    context = page_of(signed_in(ana), incident_of(expired))

    assert len(context["patterns"][0].promises.fixes) == 1
    assert context["callout"].fix == ""


def test_a_fix_is_asked_about_once_under_two_patterns(signed_in, ana, expired):
    earlier, now = incident_of(expired, (2025, 1, 10)), incident_of(expired, (2026, 3, 1))
    fix_of(earlier, (2025, 2, 1))
    other = PatternFactory()
    for incident in (earlier, now):
        PatternLinkFactory(incident=incident, pattern=other)

    patterns = page_of(signed_in(ana), now)["patterns"]

    assert sorted(len(pattern.promises.fixes) for pattern in patterns) == [0, 1]


def test_a_viewer_reads_and_is_not_asked(signed_in, vera, expired):
    fix = fix_of(incident_of(expired, (2025, 1, 10)), (2025, 2, 1), title="List them")
    now = incident_of(expired, (2026, 3, 1))
    client = signed_in(vera)

    page = client.get(now.get_absolute_url()).content.decode()

    assert "List them" in page
    assert reverse("fix_check_answer", args=[now.reference]) not in page
    assert answer(client, now, fix, "held").status_code == 403


def test_a_fix_of_a_hidden_incident_is_not_found(signed_in, ana, expired):
    fix = fix_of(incident_of(expired, (2025, 1, 10), visibility="restricted"), (2025, 2, 1))
    now = incident_of(expired, (2026, 3, 1))
    client = signed_in(ana)

    there, nowhere = answer(client, now, fix, "held"), answer(client, now, now, "held")

    assert there.status_code == nowhere.status_code == 404
    assert not FixCheck.objects.exists()


def test_an_answer_that_is_none_is_refused(signed_in, ana, expired):
    fix = fix_of(incident_of(expired, (2025, 1, 10)), (2025, 2, 1))
    now = incident_of(expired, (2026, 3, 1))

    page = answer(signed_in(ana), now, fix, "perhaps", follow=True)

    assert "not an answer" in page.content.decode()


# --- what did not hold, where the promise stands --------------------------------------------------


def test_a_promise_that_did_not_hold_says_so_wherever_it_stands(signed_in, ana, expired):
    earlier = incident_of(expired, (2025, 1, 10))
    fix = fix_of(earlier, (2025, 2, 1))
    now = incident_of(expired, (2026, 3, 1))
    client = signed_in(ana)
    client.post(
        reverse("fix_check_answer", args=[now.reference]),
        {"item": fix.pk, "answer": "reopen", "note": "The list was never read."},
    )

    on_the_incident = client.get(earlier.get_absolute_url()).content.decode()
    on_its_own = client.get(fix.get_absolute_url()).content.decode()

    for page in (on_the_incident, on_its_own):
        assert "Did not hold" in page
        assert now.reference in page
    assert "The list was never read." in on_its_own
    assert "It is there." in on_its_own  # what had been shown for it
    assert "opened again" in on_its_own


def test_whoever_may_not_see_the_incident_of_the_question_does_not_see_the_answer(
    signed_in, vera, expired
):
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


def test_the_page_costs_the_same_however_much_came_before(signed_in, ana, expired):
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
    assert cost(1) == cost(3) <= 20


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "in place"])
def test_opening_again_takes_few_queries_however_much_came_before(
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
    assert cost(1) == cost(3) <= 20


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
    assert rows[0].past == "1 other incident, no playbook yet"
