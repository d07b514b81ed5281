"""The map of patterns: chart and table agree, are bounded, and reveal nothing hidden."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.models import Incident, PatternLink
from incidents.operations import revisions
from playbooks import operations
from tests.factories import (
    NOON,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    PlaybookFactory,
    PlaybookUseFactory,
    ServiceFactory,
)

pytestmark = pytest.mark.django_db
MAP = "/patterns/map/"


def incident(title="It broke", at=NOON, **more):
    precision = {"occurred_precision": "minute"} if at else {}
    return IncidentFactory(title=title, occurred_at=at, **precision, **more)


def met(pattern, **more):
    return PatternLinkFactory(pattern=pattern, incident=incident(**more))


def test_an_incident_is_on_the_lane_of_its_pattern_with_its_playbooks(signed_in, vera):
    pattern = PatternFactory(name="Disk full")
    link = met(pattern, title="Logs ate the disk", severity="SEV1")
    playbook = PlaybookFactory(title="Make room")
    playbook.patterns.add(pattern)
    PlaybookUseFactory(playbook=playbook, incident=link.incident, outcome="helped")

    answer = signed_in(vera).get(MAP)

    [lane] = answer.context["picture"]["lanes"]
    [mark] = answer.context["picture"]["marks"]
    [line] = answer.context["picture"]["lines"]
    assert (lane["name"], lane["url"]) == ("Disk full", pattern.get_absolute_url())
    assert mark["lane"] == 0
    assert mark["url"] == link.incident.get_absolute_url()
    assert mark["words"].endswith("Logs ate the disk")
    assert (line["helped"], line["words"]) == (1, "helped 1 of 1 time")
    page = answer.content.decode()
    table = page[page.index('id="as-table"') :]
    for words in ("Disk full", "Logs ate the disk", "2 Mar 2026", "Make room", "helped 1 of"):
        assert words in table


def test_an_incident_without_a_date_is_on_the_map_too(signed_in, vera):
    met(PatternFactory(), at=None)

    answer = signed_in(vera).get(MAP)

    [mark] = answer.context["picture"]["marks"]
    assert mark["at"] == ""
    assert "date not recorded" in answer.content.decode()


def test_suggested_and_dismissed_links_are_not_on_the_map(signed_in, vera):
    for state in ("suggested", "dismissed"):
        PatternLinkFactory(incident=incident(), state=state)

    answer = signed_in(vera).get(MAP)

    assert answer.context["rows"] == []
    assert "No patterns here" in answer.content.decode()


def test_service_and_period_filter_the_map(signed_in, vera):
    checkout = ServiceFactory(slug="checkout")
    pattern = PatternFactory(name="Meant")
    met(pattern, title="The one").incident.services.add(checkout)
    met(pattern, title="Elsewhere")
    met(pattern, title="Long ago", at=datetime(2011, 1, 1, tzinfo=UTC)).incident.services.add(
        checkout
    )

    answer = signed_in(vera).get(MAP, {"service": "checkout", "since": "2020-01-01"})

    [mark] = answer.context["picture"]["marks"]
    assert mark["words"].endswith("The one")


def test_a_chosen_pattern_shows_other_patterns_of_its_incidents(signed_in, vera):
    chosen, beside, other = (PatternFactory(name=name) for name in ("Chosen", "Beside", "Other"))
    both = met(chosen, title="Both").incident
    PatternLinkFactory(pattern=beside, incident=both)
    met(beside, title="Beside alone")
    met(other)

    answer = signed_in(vera).get(MAP, {"pattern": chosen.slug})

    assert [lane["name"] for lane in answer.context["picture"]["lanes"]] == ["Beside", "Chosen"]
    assert {mark["words"].split()[-1] for mark in answer.context["picture"]["marks"]} == {"Both"}


def many(pattern, count, *, every=timedelta(days=1)):
    made = Incident.objects.bulk_create(
        Incident(
            number=n + 1000,
            title=f"Again {n}",
            occurred_at=NOON - n * every,
            occurred_precision="minute",
            created_at=NOON,
            updated_at=NOON,
        )
        for n in range(count)
    )
    PatternLink.objects.bulk_create(
        PatternLink(pattern=pattern, incident=one, decided_at=NOON) for one in made
    )


def test_too_many_incidents_are_counted_by_quarter(signed_in, vera):
    pattern = PatternFactory(slug="again")
    many(pattern, 601)

    answer = signed_in(vera).get(MAP)

    picture = answer.context["picture"]
    assert sum(incidents for _, _, incidents, _ in picture["bubbles"]) == 601
    lane, quarter, *_ = picture["bubbles"][-1]
    address = picture["lanes"][lane]["list"] + picture["quarters"][quarter]["days"]
    assert address.endswith("?pattern=again&since=2026-01-01&until=2026-03-31")
    [row] = answer.context["rows"]
    assert (row.total, row.incidents) == (601, ())


def test_a_chosen_pattern_shows_its_latest_incidents(signed_in, vera):
    pattern = PatternFactory(slug="again")
    many(pattern, 201)

    answer = signed_in(vera).get(MAP, {"pattern": "again"})

    words = {mark["words"] for mark in answer.context["picture"]["marks"]}
    assert len(words) == 200
    assert "INC-1200 Again 200" not in words
    assert "The latest 200 incidents" in answer.content.decode()


def test_the_most_frequent_patterns_are_shown_and_the_others_counted(signed_in, vera):
    often = PatternFactory(name="Often")
    met(often)
    met(often)
    for _ in range(31):
        met(PatternFactory())

    answer = signed_in(vera).get(MAP)

    assert len(answer.context["rows"]) == 30
    assert answer.context["rows"][0].name == "Often"
    assert "2 patterns seen less often are left out" in answer.content.decode()


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("incidents", ["Brittle", "Aged", "Cold"]),
        ("name", ["Aged", "Brittle", "Cold"]),
        ("last", ["Cold", "Brittle", "Aged"]),
        ("nonsense", ["Brittle", "Aged", "Cold"]),
    ],
)
def test_the_table_is_sorted_as_asked(signed_in, vera, sort, names):
    brittle, aged, cold = (PatternFactory(name=name) for name in ("Brittle", "Aged", "Cold"))
    met(brittle, at=NOON - timedelta(days=2))
    met(brittle, at=NOON - timedelta(days=3))
    met(aged, at=None)
    met(cold)

    answer = signed_in(vera).get(MAP, {"sort": sort})

    assert [row.name for row in answer.context["rows"]] == names


def test_a_restricted_incident_is_on_the_map_only_with_access(signed_in, vera, ana):
    pattern = PatternFactory(name="Secret failure")
    met(pattern, title="Unspoken", visibility="restricted", owner=ana)

    hers = signed_in(ana).get(MAP).content.decode()
    theirs = signed_in(vera).get(MAP)

    assert "Unspoken" in hers
    assert theirs.context["rows"] == []
    assert "Unspoken" not in theirs.content.decode()


def test_the_map_takes_as_many_queries_for_three_patterns_as_for_one(signed_in, vera):
    def make():
        pattern = PatternFactory()
        link = met(pattern)
        playbook = PlaybookFactory()
        playbook.patterns.add(pattern)
        PlaybookUseFactory(playbook=playbook, incident=link.incident)

    def queries():
        client = signed_in(vera)
        client.get(MAP)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(MAP).status_code == 200
        return len(captured)

    make()
    for_one = queries()
    make()
    make()

    assert queries() == for_one <= 10


def test_the_cached_map_is_invalidated_by_a_write(signed_in, vera, ana):
    pattern = PatternFactory()
    first = met(pattern).incident
    client = signed_in(vera)
    client.get(MAP)

    PatternLinkFactory(pattern=pattern, incident=incident())
    revisions.record(first, by=ana, at=NOON, summary="Something was written")

    assert client.get(MAP).context["rows"][0].total == 2


def test_no_pattern_can_have_the_address_of_the_map(ana):
    pattern = operations.create_pattern(
        operations.PatternFields(name="Map", definition="Lost."), by=ana, at=NOON
    )

    assert pattern.slug == "map-2"
