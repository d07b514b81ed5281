"""Tiers: only the best documents of a common word are read, with the same results."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from incidents.models import Incident
from search import engine, facets, impact, keys, planner, statistics
from search.engine import search
from search.filters import SearchFilters
from search.models import Document, KeyStatistic
from tests.factories import (
    NOON,
    ActionItemFactory,
    IncidentFactory,
    SectionFactory,
    ServiceFactory,
)

pytestmark = pytest.mark.django_db

MANY = 60


@pytest.fixture
def small_tiers(monkeypatch):
    """Treat a dozen documents as many."""
    sizes = (4, 8, 16, 32)
    monkeypatch.setattr(keys, "TIER_SIZES", sizes)
    monkeypatch.setattr(impact, "TIER_SIZES", sizes)
    monkeypatch.setattr(statistics, "COMMON_FROM", 8)
    monkeypatch.setattr(statistics, "_TIERS_FROM", 10)


@pytest.fixture
def many(index):
    """Index sixty incidents about proxies, each a day older than the one before."""
    service = ServiceFactory(name="Ledger", slug="ledger")
    made = []
    for number in range(MANY):
        about = "Proxy timeout" if number % 3 == 0 else "Proxy" if number % 2 else "Queue"
        incident = IncidentFactory(
            title=f"{about} {'again ' * (number % 5)}{number}",
            severity="SEV1" if number % 10 == 0 else "SEV3",
            occurred_at=NOON - timedelta(days=number),
            occurred_precision="minute",
        )
        SectionFactory(
            incident=incident, body="The proxy saw a timeout. " + "Filler words. " * number
        )
        ActionItemFactory(incident=incident, title=f"Watch the proxy {number}")
        if number % 7 == 0:
            incident.services.add(service)
        made.append(incident)
    index(*made)
    return made


def reindex():
    call_command("reindex", stdout=StringIO())


def found(text, user, **options):
    return [(hit.kind, hit.pk) for hit in search(text, user=user, **options).hits]


ASKED = [
    ("proxy", {}),
    ("proxy timeout", {}),
    ("timeout -queue", {}),
    ('"proxy timeout"', {}),
    ("proxy or queue", {}),
    ("proxy", {"filters": SearchFilters({"severity": ("SEV1",)})}),
    ("proxy", {"filters": SearchFilters({"service": ("ledger",), "kind": ("incident",)})}),
    ("proxy", {"sort": "newest"}),
    ("timeout", {"sort": "oldest"}),
    ("proxy", {"offset": 10}),
]


@pytest.mark.parametrize(("text", "options"), ASKED, ids=range(len(ASKED)))
def test_tiers_change_no_results(text, options, many, small_tiers, monkeypatch, vera):
    reindex()
    assert KeyStatistic.objects.filter(key="proxi", is_tiered=True).exists()
    with_tiers = found(text, vera, limit=5, **options)

    monkeypatch.setattr(planner.Plan, "expected", 0.0)

    assert with_tiers == found(text, vera, limit=5, **options)
    assert len(with_tiers) == 5


def test_only_as_many_rows_are_read_as_will_probably_suffice(many, small_tiers, vera, monkeypatch):
    reindex()
    asked = []
    read = planner.Plan.complete_matches
    monkeypatch.setattr(
        planner.Plan,
        "complete_matches",
        lambda plan, need: (asked.append(stage) or stage for stage in read(plan, need)),
    )

    results = search("proxy", user=vera, limit=2)

    assert [stage.is_exhaustive for stage in asked] == [False]
    assert results.total > 2


def test_a_document_saved_after_a_reindex_gets_its_tiers_at_once(many, small_tiers, index, vera):
    reindex()

    newest = IncidentFactory(title="Proxy", occurred_at=NOON, occurred_precision="minute")
    index(newest)

    assert found("proxy", vera, limit=1) == [("incident", newest.pk)]


def test_restricted_incidents_are_not_counted(index, ana):
    index(IncidentFactory(title="Zanzibar", visibility="restricted", owner=ana))

    statistics.count()

    assert not KeyStatistic.objects.filter(key="zanzibar").exists()


def test_unchanged_documents_are_not_written_again(index):
    incident = IncidentFactory(title="Proxy")
    items = [ActionItemFactory(incident=incident) for _ in range(3)]
    index(incident)
    before = dict(Document.objects.values_list("pk", "updated_at"))

    items[0].title = "Something else"
    items[0].save()
    index(incident)

    after = dict(Document.objects.values_list("pk", "updated_at"))
    changed = {pk for pk in after if after[pk] != before[pk]}
    assert set(Document.objects.filter(pk__in=changed).values_list("incident", "action_item")) == {
        (incident.pk, None),
        (None, items[0].pk),
    }


@pytest.mark.parametrize("text", ["proxy", "proxy timeout", "proxy -queue", "proxy or queue"])
def test_facets_count_a_sample_of_the_results(text, many, small_tiers, vera, monkeypatch):
    # arrange
    reindex()
    monkeypatch.setattr(engine, "MAX_SAMPLED", 10)
    everything = {pk for _, pk in found(text, vera, limit=1000)}
    # act
    sample = engine.matching_documents(text, user=vera, filters=SearchFilters())
    # assert
    documents = Document.objects.filter(pk__in=sample).values_list("incident", "action_item")
    assert len(sample) == 10
    assert {incident or item for incident, item in documents} <= everything


def test_counts_from_a_sample_are_marked_as_minimum(many, small_tiers, vera, signed_in):
    reindex()
    client = signed_in(vera)

    everything = client.get("/search/facets/", {"q": "proxy"}).content.decode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "MAX_SAMPLED", 10)
        patch.setattr(facets, "MAX_SAMPLED", 10)
        some = client.get("/search/facets/", {"q": "proxy"}).content.decode()

    assert re.findall(r'search-count">\d+\+<', everything) == []
    assert re.findall(r'search-count">\d+\+<', some)


def test_the_sample_for_facets_contains_only_visible_documents(
    many, small_tiers, vera, monkeypatch
):
    # arrange
    hidden = many[::2]
    Incident.objects.filter(pk__in=[one.pk for one in hidden]).update(visibility="restricted")
    reindex()
    monkeypatch.setattr(engine, "MAX_SAMPLED", 10)
    # act
    sample = engine.matching_documents("proxy", user=vera, filters=SearchFilters())
    # assert
    assert sample
    assert not Document.objects.filter(pk__in=sample, within__in=hidden).exists()
