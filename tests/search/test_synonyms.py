"""Synonyms."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from search.analyzer import tokenize
from search.models import Synonym
from search.synonyms import synonyms_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asked", "others"),
    [
        ("k8s", {"k8s": {"kubernetes"}}),
        ("kubernetes upgrade", {"kubernetes": {"k8s"}}),
        ("oom", {"oom": {"out memory"}}),
        ("pod out of memory", {"out memory": {"oom"}, "memory": {"mem"}}),
        ("certs", {"certs": {"certificate"}}),
        ("cert", {"cert": {"certificate"}}),
        ("reboots", {"reboots": {"restart"}}),
        ("sluggishness", {"sluggishness": {"slow"}}),
        ("ssl", {"ssl": {"tls"}}),
        ("prod db", {"prod": {"production"}, "db": {"database"}}),
        ("load balancer", {"load balancer": {"lb"}}),
        ("read only file system", {"read only": {"readonly", "ro"}, "file system": {"fs"}}),
        ("proxy timeout", {"timeout": {"time out", "timed out"}}),
        ("latency", {}),
        ("memory", {"memory": {"mem"}}),
        ("", {}),
    ],
)
def test_a_new_knowledge_base_has_the_synonyms_of_the_field(asked, others):
    found = {
        term: {" ".join(way) for way in ways if way != ("filesystem",)}
        for term, ways in synonyms_of(tokenize(asked)).items()
    }

    assert found == others


def test_every_synonym_of_postmortem_finds_the_others():
    [ways] = synonyms_of(["rca"]).values()

    assert {("postmortem",), ("post", "incident", "review"), ("retrospective",)} <= set(ways)


def test_the_shipped_groups_are_valid():
    groups = list(Synonym.objects.all())
    terms = [form for group in groups for form in {tuple(tokenize(term)) for term in group.terms}]

    for group in groups:
        group.full_clean()
    assert len(groups) >= 80
    # A term in two groups would merge both groups.
    assert len(terms) == len(set(terms))


def test_two_lookups_read_the_groups_once():
    synonyms_of(["k8s"])

    with CaptureQueriesContext(connection) as captured:
        synonyms_of(["oom"])

    assert len(captured) == 0


def test_the_next_search_uses_groups_that_an_administrator_edited(
    signed_in, omar, django_capture_on_commit_callbacks
):
    client = signed_in(omar)
    assert synonyms_of(["flux"]) == {}

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(
            reverse("admin:search_synonym_add"),
            {"terms": "flux\r\n\r\nflux  capacitor", "note": ""},
        )
    assert answer.status_code == 302
    assert synonyms_of(["flux"]) == {"flux": (("flux", "capacitor"),)}

    group = Synonym.objects.get(terms__contains=["flux"])
    assert group.terms == ["flux", "flux capacitor"]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("admin:search_synonym_delete", args=[group.pk]), {"post": "yes"})
    assert synonyms_of(["flux"]) == {}


@pytest.mark.parametrize(
    "terms", [["flux"], ["flux", "Flux"], ["flux", "!?"], ["flux", "a1 b c1 d e f g"]]
)
def test_an_invalid_group_is_refused(terms):
    with pytest.raises(ValidationError):
        Synonym(terms=terms).full_clean()


def test_a_viewer_may_not_open_the_groups(signed_in, vera):
    assert signed_in(vera).get(reverse("admin:search_synonym_changelist")).status_code == 302
