"""Pages for the reminder policy (preview, checks, versions) and for holidays."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Holiday
from action_items.forms.reminder_policy import ReminderPolicyForm, typed
from action_items.models import LedgerEntry, ReminderPolicy
from action_items.operations import reminder_policies
from action_items.operations.action_items import default_due_on
from action_items.reminders import ledger, policy_store, preview
from action_items.reminders.policy import Policy, PolicyContradicts
from core.errors import StaleWrite
from tests.factories import NOON, ActionItemFactory, IncidentFactory, TeamFactory

MONDAY_MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MONDAY = MONDAY_MORNING.date()
DAY = timedelta(days=1)
LATER = replace(Policy(), overdue=(2,), due_days_sev1=10)

pytestmark = pytest.mark.django_db


def save(terms, by, number=0):
    return reminder_policies.save_policy(terms, number=number, by=by, at=NOON)


def query_of(terms: Policy, number: int = 0) -> dict:
    return {k: "" if v is None else v for k, v in typed(terms, number).items()}


def test_the_latest_policy_is_in_force_and_earlier_ones_are_kept(omar):
    save(LATER, omar)
    save(replace(LATER, hour=8), omar, number=1)

    assert policy_store.current() == replace(LATER, hour=8)
    assert [policy_store.terms_of(each) for each in ReminderPolicy.objects.order_by("number")] == [
        LATER,
        replace(LATER, hour=8),
    ]


def test_due_dates_offered_follow_the_policy(omar):
    incident = IncidentFactory(severity="SEV1")
    assert default_due_on(incident, MONDAY) == MONDAY + 15 * DAY

    save(LATER, omar)

    assert default_due_on(incident, MONDAY) == MONDAY + 10 * DAY


def test_saving_what_is_in_force_makes_no_version(omar):
    assert save(Policy(), omar) is None
    assert ReminderPolicy.objects.count() == 0


def test_of_two_concurrent_changes_the_second_is_refused_by_name(omar):
    save(LATER, omar)

    with pytest.raises(StaleWrite, match="Omar Operator saved another policy"):
        save(replace(Policy(), hour=7), omar)

    assert ReminderPolicy.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"overdue": (1, 30)}, "before day 30"),
        ({"lead_after": 30}, "before a decision"),
        ({"weekdays": ()}, "working day"),
        ({"weekly_on": 6}, "working days"),
    ],
)
def test_contradictory_settings_are_refused_with_an_explanation(omar, signed_in, change, hint):
    terms = replace(Policy(), **change)
    with pytest.raises(PolicyContradicts, match=hint):
        save(terms, omar)

    page = signed_in(omar).get("/reminders/policy/preview/", query_of(terms), follow=True)

    assert page.redirect_chain
    assert hint in page.content.decode() or "required" in page.content.decode()


@pytest.mark.parametrize("person", ["vera", "ana", "rita"])
@pytest.mark.parametrize(
    "path", ["/reminders/policy/", "/reminders/policy/preview/", "/reminders/holidays/"]
)
def test_only_administrators_see_and_change_it(request, signed_in, person, path):
    somebody = request.getfixturevalue(person)

    assert signed_in(somebody).get(path).status_code == 403
    with pytest.raises(PermissionDenied):
        save(LATER, somebody)
    with pytest.raises(PermissionDenied):
        reminder_policies.add_holidays([(MONDAY, "May")], team=None, by=somebody, at=NOON)


def test_a_policy_is_previewed_and_then_saved(omar, ana, signed_in):
    today = timezone.localdate()
    ActionItemFactory(owner=ana, due_on=today + 3 * DAY, title="Rotate the secret")
    browser = signed_in(omar)
    changed = replace(Policy(), decision_after=14, hour=7)

    shown = browser.get("/reminders/policy/preview/", query_of(changed)).content.decode()
    answer = browser.post("/reminders/policy/", query_of(changed), follow=True)

    assert "Decision, days overdue: <s" in shown
    assert "Rotate the secret" in shown
    assert "9:00 → 7:00" in shown
    assert policy_store.current() == changed
    assert "version 1, saved by Omar Operator" in answer.content.decode()


def test_a_conflict_shows_both_policies(omar, signed_in):
    save(LATER, omar)

    answer = signed_in(omar).post(
        "/reminders/policy/", query_of(replace(Policy(), hour=7)), follow=True
    )

    page = answer.content.decode()
    assert "saved another policy in the meantime" in page
    assert 'name="number" value="1"' in page
    assert ReminderPolicy.objects.count() == 1


def test_the_preview_matches_what_the_ticks_send(ana):
    ActionItemFactory(owner=ana, due_on=MONDAY - DAY)
    ActionItemFactory(owner=ana, due_on=MONDAY + 2 * DAY)

    rows = preview.preview([ana], saved=Policy(), changed=LATER, now=MONDAY_MORNING)

    assert [(row.day, row.saved and row.saved.summary) for row in rows if row.saved] == [
        (MONDAY, "1 late, 1 due soon"),
        (MONDAY + 2 * DAY, "1 late, 1 due today"),
        (MONDAY + 3 * DAY, "1 late"),
        (MONDAY + 7 * DAY, "2 late"),
    ]
    assert [(row.day, row.changed and row.changed.summary) for row in rows if row.changed] == [
        (MONDAY, "1 due today, 1 due soon"),
        (MONDAY + DAY, "1 late"),
        (MONDAY + 2 * DAY, "1 due today"),
        (MONDAY + 4 * DAY, "1 late"),
        (MONDAY + 7 * DAY, "1 late"),
    ]


def test_the_preview_writes_nothing_and_omits_todays_messages(ana):
    ActionItemFactory(owner=ana, due_on=MONDAY)
    ledger.write_due(MONDAY_MORNING)

    rows = preview.preview([ana], saved=Policy(), changed=Policy(), now=MONDAY_MORNING)

    assert [row.day for row in rows] == [MONDAY + DAY, MONDAY + 3 * DAY, MONDAY + 7 * DAY]
    assert LedgerEntry.objects.count() == 1


def test_the_preview_takes_as_many_queries_for_three_items_as_for_one(omar, ana, signed_in):
    browser = signed_in(omar)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            browser.get("/reminders/policy/preview/", query_of(LATER))
        return len(queries)

    ActionItemFactory(owner=ana, due_on=timezone.localdate())
    count()
    one = count()
    ActionItemFactory.create_batch(2, owner=ana, due_on=timezone.localdate())

    assert count() == one


def test_holidays_are_pasted_and_removed(omar, signed_in):
    team, browser = TeamFactory(name="Payments"), signed_in(omar)
    coming = timezone.localdate() + 5 * DAY

    browser.post(
        "/reminders/holidays/add/",
        {"team": team.pk, "days": f"{coming} Founders’ day\n\n{coming + DAY}, Bridge day"},
    )
    listed = browser.get("/reminders/holidays/").content.decode()
    browser.post(f"/reminders/holidays/{Holiday.objects.first().pk}/delete/")

    assert "Founders’ day" in listed
    assert "Payments" in listed
    assert list(Holiday.objects.values_list("on", "name")) == [(coming + DAY, "Bridge day")]


def test_a_day_that_is_a_holiday_already_stays_one(omar):
    for _ in range(2):
        reminder_policies.add_holidays([(MONDAY, "Spring day")], team=None, by=omar, at=NOON)

    assert Holiday.objects.count() == 1


CALENDAR = b"""BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20261225
DTEND;VALUE=DATE:20261227
SUMMARY:Christmas
END:VEVENT
END:VCALENDAR
"""


def test_each_day_of_a_holiday_is_read_from_a_calendar_file(omar, signed_in):
    file = SimpleUploadedFile("ie.ics", CALENDAR, content_type="text/calendar")

    signed_in(omar).post("/reminders/holidays/add/", {"team": "", "days": "", "file": file})

    assert list(Holiday.objects.values_list("on", "name")) == [
        (date(2026, 12, 25), "Christmas"),
        (date(2026, 12, 26), "Christmas"),
    ]


@pytest.mark.parametrize(
    ("fields", "hint"),
    [
        ({"days": ""}, "at least one day"),
        ({"days": "Christmas"}, "does not begin with a day"),
        ({"days": "2026-02-30 Nothing"}, "no day 2026-02-30"),
        ({"file": SimpleUploadedFile("x.ics", b"\x00\xff not a calendar")}, "no calendar file"),
        ({"file": SimpleUploadedFile("x.ics", b"BEGIN:VCALENDAR\nEND:VCALENDAR\n")}, "no event"),
    ],
)
def test_invalid_holidays_are_refused_with_an_explanation(omar, signed_in, fields, hint):
    answer = signed_in(omar).post("/reminders/holidays/add/", {"team": "", **fields})

    assert answer.status_code == 422
    assert hint in answer.content.decode()
    assert Holiday.objects.count() == 0


def test_every_setting_of_the_policy_is_in_the_form():
    shown = {name for _, names in ReminderPolicyForm.GROUPS for name in names}

    assert shown == set(asdict(Policy()))


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"due_days_sev1": 90}, "A more severe incident must not leave more time"),
        ({"due_days_sev2": 61}, "A more severe incident must not leave more time"),
        ({"due_days_sev1": 31, "due_days_sev2": 30}, "A more severe incident must not leave more"),
        ({"due_soon": 15}, "would begin before an action item of a SEV1 is written down"),
        ({"lead_after": 30}, "The team lead is told before a decision"),
        ({"weekly_on": 7}, "The weekly digest comes on one of the working days"),
    ],
)
def test_a_refused_policy_explains_what_to_change(omar, signed_in, terms, message):
    asked = query_of(replace(Policy(), **terms))

    page = signed_in(omar).get("/reminders/policy/preview/", asked, follow=True).content.decode()
    signed_in(omar).post("/reminders/policy/", asked)

    assert message in page
    assert not ReminderPolicy.objects.exists()


def test_equal_days_for_every_severity_are_no_contradiction(omar):
    save(replace(Policy(), due_days_sev1=30, due_days_sev2=30, due_days=30), omar)

    assert policy_store.current().due_days_sev1 == 30
