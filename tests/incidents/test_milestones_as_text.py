"""Precision of times and spans wherever milestones are shown."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import times
from incidents import analytics
from incidents.clock import after_words, elapsed_words
from incidents.exchange import parse, render_incident
from incidents.exchange.as_json import postmortem_fields
from incidents.models import Incident, TimelineEvent
from incidents.operations import incidents, timeline
from incidents.operations.incidents import IncidentFields
from incidents.operations.timeline import EventFields
from incidents.operations.times import refresh_times
from incidents.views.phases import phases
from search.sources import incident_records
from tests.factories import NOON, IncidentFactory

LOS_ANGELES = "America/Los_Angeles"
DAY = datetime(2026, 7, 3, 7, tzinfo=UTC)  # 00:00 in Los Angeles, where the clock time is not known


def mark(milestone, minutes=0.0, pk=1, at=NOON, **more):
    moment = at + timedelta(minutes=minutes)
    return TimelineEvent(pk=pk, milestone=milestone, occurred_at=moment, text="Seen.", **more)


def shown(*events, time_zone="UTC"):
    return phases(Incident(number=1, time_zone=time_zone), events)


def after(found, label):
    return next(row.after for row in found.milestones if row.label == label)


# --- spans --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ({}, {"minutes": 90}, "after 1 h 30 min"),
        ({}, {"minutes": 0}, "after 0 min"),
        ({"precision": "hour"}, {"minutes": 90}, "after about 1 h 30 min"),
        ({"precision": "hour"}, {"minutes": -30}, "at about the same time"),
        ({"precision": "approximate"}, {"minutes": -30}, "at about the same time"),
        ({"precision": "day"}, {"minutes": 60}, "on the same day"),
        ({"precision": "day"}, {"minutes": 3 * 1440}, "after about 3 days"),
        ({}, {"minutes": 60, "precision": "day"}, "on the same day"),
        ({}, {"minutes": 31 * 1440}, "after 31 days, if the dates are right"),
        ({}, {"minutes": 402 * 1440}, "after 402 days, if the dates are right"),
        ({}, {"minutes": -1}, ""),
        ({}, {"minutes": -14.5 * 60}, ""),
        ({"precision": "day"}, {"minutes": -1440}, ""),
    ],
)
def test_a_span_is_as_precise_as_both_of_its_ends(start, end, words):
    span = analytics.elapsed(mark("started", **start), mark("detected", **end))

    assert after_words(span) == words
    assert "−" not in elapsed_words(span)


def test_days_are_counted_on_the_incidents_clock():
    """20:00 and 02:00 UTC are one day in Los Angeles, and two in UTC."""
    start = mark("started", at=datetime(2026, 7, 3, 20, tzinfo=UTC), precision="day")
    end = mark("detected", at=datetime(2026, 7, 4, 2, tzinfo=UTC))

    here = analytics.elapsed(start, end, ZoneInfo(LOS_ANGELES))
    assert after_words(here) == "on the same day"
    assert after_words(analytics.elapsed(start, end)) == "after about 1 day"


def test_milestones_out_of_order_are_unknown_and_reported_with_a_link():
    found = shown(mark("started", pk=4), mark("resolved", -870, pk=7))

    [doubt] = found.doubts
    assert doubt.text == "Milestones out of order: resolved is before started"
    assert doubt.href == "#event-7"
    assert after(found, "Resolved") == "before started"
    assert found.segments == []  # a bar would show an impossible span


def test_a_span_of_unusual_length_is_marked_for_checking():
    found = shown(mark("started"), mark("detected", 402 * 1440, pk=7))

    [doubt] = found.doubts
    assert doubt.text == ("Detected 402 days after started: unusually long, check both dates")
    assert doubt.href == "#event-7"


def test_milestones_in_order_raise_no_doubt():
    assert shown(mark("started"), mark("resolved", 870)).doubts == []


def test_page_and_list_report_milestones_out_of_order(signed_in, ana):
    incident = incidents.create(
        IncidentFields(title="Hub down", time_zone="UTC"), started_at=NOON, by=ana, at=NOON
    )
    timeline.add(
        incident,
        EventFields(
            text="Fixed.", occurred_at=NOON - timedelta(hours=14, minutes=30), milestone="resolved"
        ),
        by=ana,
        at=NOON,
    )
    client = signed_in(ana)

    page = client.get(incident.get_absolute_url()).content.decode()
    listed = client.get("/incidents/").content.decode()

    assert "Milestones out of order: resolved is before started" in page
    assert "out of order?" in listed
    assert "Milestones out of order: resolved is before started" in listed
    assert "−1" not in page + listed


@pytest.mark.parametrize(
    ("precisions", "minutes", "words"),
    [
        (("minute", "minute"), 90, "</span>1 h 30 min</td>"),
        (("minute", "hour"), 90, "</span>about 1 h 30 min</td>"),
        (("minute", "day"), 90, "</span>under a day</td>"),
        (("day", "minute"), 2880, "</span>about 2 days</td>"),
        (("minute", "minute"), 402 * 1440, ">402 days?<"),
    ],
)
def test_a_row_shows_the_precision_of_the_time_to_resolve(
    signed_in, ana, precisions, minutes, words
):
    incident = IncidentFactory(time_zone="UTC")
    for place, (milestone, precision) in enumerate(
        zip(("started", "resolved"), precisions, strict=True)
    ):
        TimelineEvent.objects.create(
            incident=incident,
            position=place + 1,
            occurred_at=NOON + place * timedelta(minutes=minutes),
            precision=precision,
            milestone=milestone,
            text="Seen.",
            recorded_at=NOON,
        )
    refresh_times(incident)

    assert words in signed_in(ana).get("/incidents/").content.decode()


# --- days without a time of day -----------------------------------------------------------------


@pytest.fixture(params=["day", "approximate"])
def known_to_the_day(request, ana):
    """Create an incident in Los Angeles that started on one day and was resolved on the next."""
    incident = incidents.create(
        IncidentFields(title="Hub down", time_zone=LOS_ANGELES), by=ana, at=NOON
    )
    for days, milestone in enumerate(("started", "resolved")):
        fields = EventFields(
            text="Seen.",
            occurred_at=DAY + timedelta(days=days),
            precision=request.param,
            milestone=milestone,
        )
        timeline.add(incident, fields, by=ana, at=NOON)
    incident.refresh_from_db()
    return incident


def test_no_page_invents_a_clock_time_for_a_day(signed_in, ana, known_to_the_day):
    client, reference = signed_in(ana), known_to_the_day.reference
    event = known_to_the_day.timeline.first()

    client.get("/search/?q=hub")
    pages = {
        address: client.get(address).content.decode()
        for address in (
            f"/incidents/{reference}/",
            f"/incidents/{reference}/timeline/{event.pk}/edit/",
            "/incidents/",
            "/search/?q=hub",
        )
    }

    assert "</span>about 1 day</td>" in pages["/incidents/"]
    for address, page in pages.items():
        assert "3 Jul 2026" in page or "2026-07-03" in page, address
        for invented in ("07:00", ">00:00", "T00:00", "PDT"):
            assert invented not in page, (address, invented)


def test_no_export_invents_a_clock_time_for_a_day(known_to_the_day):
    document = render_incident(known_to_the_day)
    event = postmortem_fields(parse(document, name="incident.md"))["timeline"][0]

    assert "### 2026-07-03\n" in document
    assert "07:00" not in document
    assert "00:00" not in document.partition("## Timeline")[2]
    assert event["occurred_at"] == "2026-07-03"


def test_search_shows_only_the_day(known_to_the_day):
    told = incident_records([known_to_the_day.pk])[known_to_the_day.pk].facts["occurred"]

    assert told.removeprefix("about ") == "3 Jul 2026"


def test_a_day_stays_the_same_day_when_the_zone_is_corrected(ana, known_to_the_day):
    fields = IncidentFields(title="Hub down", time_zone="Asia/Tokyo", owner=ana)
    incidents.edit(known_to_the_day, fields, base_version=known_to_the_day.version, by=ana, at=NOON)

    first = known_to_the_day.timeline.first()
    assert first.occurred_at.astimezone(ZoneInfo("Asia/Tokyo")) == datetime.combine(
        date(2026, 7, 3), time(0), ZoneInfo("Asia/Tokyo")
    )


def test_a_moment_stays_the_same_moment_when_the_zone_is_corrected(ana):
    incident = incidents.create(
        IncidentFields(title="Hub down", time_zone=LOS_ANGELES), started_at=DAY, by=ana, at=NOON
    )
    fields = IncidentFields(title="Hub down", time_zone="Asia/Tokyo", owner=ana)
    incidents.edit(incident, fields, base_version=incident.version, by=ana, at=NOON)

    assert incident.timeline.get().occurred_at == DAY


@pytest.mark.parametrize(
    ("zone", "day"),
    [("America/Sao_Paulo", date(2018, 11, 4)), ("America/Havana", date(2019, 11, 3))],
)
@pytest.mark.parametrize("precision", ["day", "approximate"])
def test_a_day_on_which_clocks_change_at_midnight_is_entered_and_read_back(
    signed_in, ana, zone, day, precision
):
    incident = incidents.create(IncidentFields(title="Hub", time_zone=zone), by=ana, at=NOON)

    answer = signed_in(ana).post(
        f"/incidents/{incident.reference}/timeline/new/",
        {
            "text": "Seen.",
            "day": day.isoformat(),
            "precision": precision,
            "kind": "observation",
            "version": 0,
        },
    )

    assert answer.status_code == 302, answer.content.decode()
    event = incident.timeline.get()
    assert event.occurred_at == times.start_of_day(day, ZoneInfo(zone))
    document = render_incident(incident)
    assert parse(document, name="incident.md").timeline[0].occurred_at == event.occurred_at
    assert f"### {day}\n" in document
