"""The number of queries of a search, and of documents that it reads."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command

from incidents.models import Visibility
from search import impact, keys, planner, statistics
from search.engine import search
from tests.factories import NOON, IncidentFactory, SectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def counted(index):
    """Index some incidents, and count their words."""
    index(*(IncidentFactory(title=f"Registry secret expired {n}") for n in range(6)))
    statistics.count()


@pytest.fixture
def loud_and_quiet(index, monkeypatch):
    """Index forty incidents about a proxy with timeouts, then five about anything but a proxy."""
    sizes = (4, 8, 16)
    monkeypatch.setattr(keys, "TIER_SIZES", sizes)
    monkeypatch.setattr(impact, "TIER_SIZES", sizes)
    monkeypatch.setattr(statistics, "COMMON_FROM", 8)
    monkeypatch.setattr(statistics, "_TIERS_FROM", 10)
    loud = [_incident("Proxy timeout", day=100 + day) for day in range(40)]
    quiet = [_incident("Slow and late", day=day) for day in range(5)]
    index(*loud, *quiet)
    call_command("reindex", verbosity=0)
    return quiet


def _incident(title, day):
    incident = IncidentFactory(
        title=title, occurred_at=NOON - timedelta(days=day), occurred_precision="minute"
    )
    SectionFactory(incident=incident, body="We saw a timeout.")
    return incident


def test_frequencies_are_cached_until_the_next_count(counted, django_assert_num_queries):
    statistics.document_frequencies(["registri"])

    with django_assert_num_queries(0):
        assert statistics.document_frequencies(["registri"]).of("registri") == 6

    statistics.count()
    with django_assert_num_queries(1):
        statistics.document_frequencies(["registri"])


def test_uncounted_frequencies_are_not_cached(index, django_assert_num_queries):
    index(IncidentFactory())
    assert statistics.document_frequencies([]).all == 1

    index(IncidentFactory())

    with django_assert_num_queries(1):
        assert statistics.document_frequencies([]).all == 2


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        ("registry", 2),  # retrieval, presentation
        ("registry secret", 2),
        ("registry secr", 3),  # completion, retrieval, presentation
        ("regsitry", 4),  # the same, and correction
    ],
)
def test_a_search_takes_few_queries(text, queries, counted, vera, django_assert_num_queries):
    search(text, user=vera)  # caches the frequencies of its words

    with django_assert_num_queries(queries):
        results = search(text, user=vera)

    assert results.total == 6


def test_a_word_newer_than_the_count_is_searched_as_typed(counted, index, vera):
    new = IncidentFactory(title="The frobnicator")
    index(new)

    assert [hit.pk for hit in search("frobnicator", user=vera).hits] == [new.pk]
    assert [hit.pk for hit in search("the frobnicator", user=vera).hits][:1] == [new.pk]


def test_a_word_in_restricted_incidents_only_counts_as_absent(counted, index, vera):
    hidden = IncidentFactory(title="The frobnicator", visibility=Visibility.RESTRICTED)
    index(hidden)

    assert search("frobnicator", user=vera, as_typed=True).hits == []
    shown = search("registry frobnicator", user=vera)
    assert shown.hits
    assert shown.corrected == ""
    assert {hit.pk for hit in shown.hits} == {
        hit.pk for hit in search("registry qqqqqqqqq", user=vera).hits
    }


def test_excluding_a_very_common_term_does_not_read_everything(loud_and_quiet, vera, monkeypatch):
    # arrange
    monkeypatch.setattr(planner.Plan, "excludes_most", True)
    monkeypatch.setattr(planner.Plan, "expected", 30.0)
    asked = []
    read = planner.Plan.recent_matches
    monkeypatch.setattr(
        planner.Plan,
        "recent_matches",
        lambda plan, need, months: (
            asked.append(stage) or stage for stage in read(plan, need, months=months)
        ),
    )
    # act
    hits = search("timeout -proxy", user=vera, limit=2).hits
    # assert
    assert {hit.pk for hit in hits} <= {incident.pk for incident in loud_and_quiet}
    assert len(hits) == 2
    assert not any(stage.is_exhaustive for stage in asked)
