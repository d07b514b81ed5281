"""Reindexing of documents that contain the name of something renamed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.urls import reverse

from config.celery import app
from core import text_search
from incidents.admin import labels
from incidents.models import Incident
from playbooks import operations
from search import listener
from search.engine import search
from tests.factories import (
    NOON,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    ServiceFactory,
)


@pytest.fixture
def worker(monkeypatch):
    """A worker that is never late, and saves that leave all but one incident to it."""
    monkeypatch.setattr(listener, "AT_ONCE", 1)
    monkeypatch.setattr(labels, "AT_ONCE", 1)
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def found(words, person):
    hits = search(words, user=person).hits
    return set(Incident.objects.filter(pk__in=[hit.pk for hit in hits if hit.kind == "incident"]))


@pytest.mark.usefixtures("worker")
def test_incidents_are_found_by_the_new_name_of_their_pattern(index, ana):
    pattern = index(PatternFactory(name="Credential expired"))
    linked = {PatternLinkFactory(pattern=pattern).incident for _ in range(3)}
    PatternLinkFactory(pattern=pattern, state="dismissed")
    index(*linked)
    said = replace(operations.pattern_fields(pattern), name="Licence lapsed")

    with index.committed():
        operations.edit_pattern(pattern, said, base_version=1, by=ana, at=NOON)

    assert found("lapsed", ana) == linked
    assert found("credential", ana) == set()


def test_a_pattern_that_keeps_its_name_reindexes_no_incidents(
    index, ana, django_assert_max_num_queries
):
    pattern = index(PatternFactory(name="Credential expired"))
    index(PatternLinkFactory(pattern=pattern).incident)

    with django_assert_max_num_queries(4):
        text_search.refresh("pattern", [pattern.pk])


@pytest.mark.usefixtures("worker")
def test_incidents_are_found_by_the_new_name_of_their_service(index, omar, signed_in):
    service = ServiceFactory(name="ledger", slug="ledger")
    carrying = {IncidentFactory() for _ in range(3)}
    for incident in carrying:
        incident.services.add(service)
    index(*carrying)

    with index.committed():
        answer = signed_in(omar).post(
            reverse("admin:incidents_service_change", args=[service.pk]),
            {"name": "bookkeeping", "slug": "ledger", "team": ""},
        )

    assert answer.status_code == 302
    assert found("bookkeeping", omar) == carrying
    assert {incident.revisions.count() for incident in carrying} == {1}
