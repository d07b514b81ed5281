"""Writing the timeline, causes and pattern links, as pages and in place."""

from datetime import UTC, datetime, timedelta

import pytest

from incidents.models import PatternLink, RootCause, TimelineEvent
from incidents.operations import root_causes, timeline
from incidents.operations.root_causes import CauseFields
from incidents.operations.timeline import EventFields
from tests.factories import NOON, IncidentFactory, PatternFactory, PatternLinkFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def incident(ana):
    return IncidentFactory(owner=ana, time_zone="Europe/Dublin")


def base(incident):
    return f"/incidents/{incident.reference}/"


def event(**more):
    return {
        "text": "The alert fired.",
        "day": "2026-07-01",
        "clock": "10:30",
        "precision": "minute",
        "kind": "observation",
    } | more


def test_an_event_is_entered_in_the_incidents_zone(incident, ana, signed_in):
    answer = signed_in(ana).post(base(incident) + "timeline/new/", event(end_clock="11:00"))

    assert answer.url == base(incident) + "#timeline"
    made = TimelineEvent.objects.get()
    assert made.occurred_at == datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
    assert made.ends_at == datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
    page = signed_in(ana).get(f"{base(incident)}timeline/{made.pk}/edit/").content.decode()
    for shown in ('value="2026-07-01"', 'value="10:30', "In UTC: 09:30 – 10:00."):
        assert shown in page


def test_htmx_gets_the_timeline_with_the_new_event(incident, ana, signed_in):
    client = signed_in(ana)
    form = client.get(base(incident) + "timeline/new/", headers=HTMX)
    assert form.headers["HX-Retarget"] == "#event-new"

    answer = client.post(base(incident) + "timeline/new/", event(), headers=HTMX)

    assert answer.headers["HX-Retarget"] == "#timeline"
    assert "The alert fired." in answer.content.decode()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"clock": ""}, "choose “to the day”"),
        ({"day": "", "clock": ""}, "choose “time not recorded”"),
        ({"precision": "unknown"}, "Choose the precision of the time."),
        ({"end_clock": "10:00"}, "It ends before it starts."),
        ({"text": " "}, "Say what happened."),
        ({"day": "2026-03-29", "clock": "01:30"}, "did not exist"),
        ({"day": "2026-10-25", "clock": "01:30"}, "This time occurred twice"),
        ({"evidence_url": "javascript:alert(1)"}, "Enter a valid URL"),
    ],
)
def test_errors_are_shown_and_nothing_is_saved(incident, ana, signed_in, more, message):
    answer = signed_in(ana).post(base(incident) + "timeline/new/", event(**more))

    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not TimelineEvent.objects.exists()


def test_a_repeated_hour_is_asked_about_and_kept(incident, ana, signed_in):
    client = signed_in(ana)
    twice = event(day="2026-10-25", clock="01:30", which="second")
    client.post(base(incident) + "timeline/new/", twice)

    made = TimelineEvent.objects.get()
    assert made.occurred_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    client.post(f"{base(incident)}timeline/{made.pk}/edit/", twice | {"version": 1})
    made.refresh_from_db()
    assert made.version == 1


def test_each_end_of_a_range_asks_which_of_two_equal_times_is_meant(incident, ana, signed_in):
    client = signed_in(ana)
    ends = {"day": "2026-10-25", "clock": "01:30", "end_clock": "01:30", "which": "first"}

    asked = client.post(base(incident) + "timeline/new/", event(**ends))
    assert asked.status_code == 422
    assert "The end time occurred twice" in asked.content.decode()

    client.post(base(incident) + "timeline/new/", event(**ends, end_which="second"))
    made = TimelineEvent.objects.get()
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert (made.occurred_at, made.ends_at) == (first, first + timedelta(hours=1))

    same = event(**ends, end_which="second", version=1)
    client.post(f"{base(incident)}timeline/{made.pk}/edit/", same)
    made.refresh_from_db()
    assert made.version == 1  # the form shows the event as it is


def test_events_without_a_time_or_to_the_day_are_accepted(incident, ana, signed_in):
    client = signed_in(ana)
    undated = event(day="", clock="", precision="unknown", as_written="later that night")

    client.post(base(incident) + "timeline/new/", undated)
    client.post(base(incident) + "timeline/new/", event(clock="", precision="day"))

    assert [made.precision for made in TimelineEvent.objects.order_by("pk")] == ["unknown", "day"]


def test_a_taken_milestone_names_its_event(incident, ana, signed_in):
    client = signed_in(ana)
    client.post(base(incident) + "timeline/new/", event(milestone="detected"))

    answer = client.post(base(incident) + "timeline/new/", event(milestone="detected", text="B"))

    assert answer.status_code == 422
    assert "already set on the event “The alert fired.”" in answer.content.decode()


def test_a_conflict_shows_the_differences_in_an_event(incident, ana, ben, signed_in):
    made = timeline.add(incident, EventFields(text="A", occurred_at=NOON), by=ana, at=NOON)
    address = f"{base(incident)}timeline/{made.pk}/edit/"
    same = event(day="2026-03-02", clock="12:00", version=1)
    signed_in(ana).post(address, same | {"text": "hers"})

    answer = signed_in(ben).post(address, same | {"text": "his", "kind": "action"}, headers=HTMX)

    assert answer.status_code == 409
    page = answer.content.decode()
    for shown in ("hers", "his", "Observation", "Action", 'name="version" value="2"'):
        assert shown in page
    assert signed_in(ben).post(address, same | {"text": "his", "version": 2}).status_code == 302


def test_an_event_is_removed_after_asking(incident, ana, signed_in):
    made = timeline.add(incident, EventFields(text="A", occurred_at=NOON), by=ana, at=NOON)
    address = f"{base(incident)}timeline/{made.pk}/delete/"

    assert "Remove this event?" in signed_in(ana).get(address).content.decode()
    assert TimelineEvent.objects.exists()
    signed_in(ana).post(address, {"version": 1})
    assert not TimelineEvent.objects.exists()


def cause(**more):
    return {"text": "It expired.", "role": "root", "origin": "team"} | more


def test_a_cause_is_written_changed_and_removed(incident, ana, signed_in):
    client = signed_in(ana)
    client.post(base(incident) + "causes/new/", cause())
    made = RootCause.objects.get()

    client.post(f"{base(incident)}causes/{made.pk}/edit/", cause(text="Nobody knew.", version=1))
    made.refresh_from_db()
    assert (made.text, made.role) == ("Nobody knew.", "root")

    client.post(f"{base(incident)}causes/{made.pk}/delete/", {"version": 2})
    assert not RootCause.objects.exists()


def test_a_conflict_shows_the_differences_in_a_cause(incident, ana, ben, signed_in):
    made = root_causes.add(incident, CauseFields(text="A"), by=ana, at=NOON)
    address = f"{base(incident)}causes/{made.pk}/edit/"
    signed_in(ana).post(address, cause(text="hers", version=1))

    answer = signed_in(ben).post(address, cause(text="his", version=1))

    assert answer.status_code == 409
    assert "hers" in answer.content.decode()
    assert RootCause.objects.get().text == "hers"


def test_a_pattern_is_linked_decided_and_unlinked(incident, ana, signed_in):
    client = signed_in(ana)
    pattern = PatternFactory(name="Credential expired")
    client.post(base(incident) + "patterns/new/", {"pattern": pattern.pk, "evidence": "`x509`"})
    link = PatternLink.objects.get()
    address = f"{base(incident)}patterns/{link.pk}/"

    def seen():
        return {"version": PatternLink.objects.get().version}

    again = client.post(base(incident) + "patterns/new/", {"pattern": pattern.pk})
    assert again.status_code == 422
    answer = client.post(address + "decide/", {"state": "dismissed", **seen()}, headers=HTMX)
    assert 'id="pattern-rows"' in answer.content.decode()
    client.post(address + "edit/", {"evidence": "`x509`, twice", **seen()})
    link.refresh_from_db()
    assert (link.state, link.evidence) == ("dismissed", "`x509`, twice")

    assert "Unlink this pattern?" in client.get(address + "delete/").content.decode()
    client.post(address + "delete/", seen())
    assert not PatternLink.objects.exists()


def test_viewers_and_people_without_access_get_no_form(incident, vera, ben, signed_in):
    link = PatternLinkFactory(incident=incident)
    addresses = ("timeline/new/", "causes/new/", "patterns/new/", f"patterns/{link.pk}/delete/")

    for address in addresses:
        assert signed_in(vera).get(base(incident) + address).status_code == 403
    incident.visibility = "restricted"
    incident.save(update_fields=["visibility"])
    for address in addresses:
        assert signed_in(ben).get(base(incident) + address).status_code == 404
        assert signed_in(ben).post(base(incident) + address, event()).status_code == 404


def test_untouched_fields_take_the_other_persons_values(incident, ana, ben, signed_in):
    made = root_causes.add(incident, CauseFields(text="A", category="Old"), by=ana, at=NOON)
    address = f"{base(incident)}causes/{made.pk}/edit/"
    began = {
        "initial-text": "A",
        "initial-category": "Old",
        "initial-role": "contributing",
        "initial-evidence": "",
        "initial-origin": "team",
    }
    page = signed_in(ben).get(address).content.decode()
    assert 'name="initial-category" value="Old"' in page
    hers = cause(text="A", category="New", role="contributing", evidence="A log", version=1)
    signed_in(ana).post(address, began | hers)

    his = began | cause(text="his", category="Old", role="contributing", version=1)
    answer = signed_in(ben).post(address, his)

    assert answer.status_code == 409
    form = answer.context["form"]
    assert [form[name].value() for name in ("text", "category", "evidence", "version")] == [
        *("his", "New", "A log", "2")
    ]
    assert [row["label"] for row in answer.context["differences"]] == ["Cause"]
