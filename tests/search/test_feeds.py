"""The feed of a saved search."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.models import Incident
from search import operations
from tests.factories import (
    NOON,
    ActionItemFactory,
    IncidentFactory,
    PatternFactory,
    PlaybookFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.clock]

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def kept(ana):
    return operations.save(
        "proxy", name="Proxies", sort="relevance", is_shared=False, by=ana, at=NOON
    )


def read(kept, **headers):
    """Read a feed without a session, as feed readers do."""
    return Client().get(kept.feed_url, headers=headers)


def titles(answer):
    feed = ElementTree.fromstring(answer.content)  # noqa: S314  our own
    return [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]


def test_a_feed_lists_the_results_newest_first(kept, index):
    index(
        IncidentFactory(
            number=7,
            title="Proxy of old",
            occurred_at=NOON.replace(year=2020),
            occurred_precision="day",
        )
    )
    newest = index(
        IncidentFactory(
            number=8, title="Proxy <lately>", occurred_at=NOON, occurred_precision="day"
        )
    )
    index(PlaybookFactory(title="Restart the proxy"), PatternFactory(name="Proxy worn out"))
    index(IncidentFactory(title="Something else"))

    answer = read(kept)

    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    found = titles(answer)
    assert found[:2] == ["INC-8 Proxy <lately>", "INC-7 Proxy of old"]
    assert set(found[2:]) == {"Restart the proxy", "Proxy worn out"}
    [entry, *_] = ElementTree.fromstring(answer.content).iter(f"{ATOM}entry")  # noqa: S314
    assert entry.find(f"{ATOM}link").get("href").endswith(newest.get_absolute_url())


def test_a_feed_contains_nothing_restricted_whoever_owns_it(kept, ana, index):
    secret = index(IncidentFactory(title="Proxy secret", visibility="restricted", owner=ana))
    ActionItemFactory(incident=secret, title="Proxy promise")
    index(secret)

    assert titles(read(kept)) == []


def test_an_incident_that_becomes_restricted_leaves_the_feed(kept, index):
    incident = index(IncidentFactory(title="Proxy"))
    assert titles(read(kept)) == [f"{incident.reference} Proxy"]

    Incident.objects.update(visibility="restricted")

    assert titles(read(kept)) == []


def test_a_feed_ends_with_its_owners_account(kept, ana):
    ana.is_active = False
    ana.save()

    assert read(kept).status_code == 404


def test_a_new_address_ends_the_old_one(kept, ana, signed_in):
    old = kept.feed_url

    signed_in(ana).post(f"/search/saved/{kept.pk}/feed/")

    kept.refresh_from_db()
    assert kept.feed_url != old
    assert read(kept).status_code == 200
    assert Client().get(old).status_code == 410


def test_an_address_cannot_be_guessed(kept):
    assert len(kept.feed_key) >= 40
    assert Client().get("/search/feeds/x/").status_code == 404


def test_an_unchanged_feed_is_not_sent_again(kept, index):
    index(IncidentFactory(title="Proxy"))
    first = read(kept)

    assert read(kept, if_none_match=first["ETag"]).status_code == 304
    assert read(kept, if_modified_since=first["Last-Modified"]).status_code == 304
    index(IncidentFactory(title="Another proxy"))
    assert read(kept, if_none_match=first["ETag"]).status_code == 200


def test_an_empty_feed_stays_identical(kept):
    first = read(kept)

    assert first.status_code == 200
    assert read(kept, if_none_match=first["ETag"]).status_code == 304


def test_a_feed_reveals_only_the_name_of_the_search(kept, ana):
    assert ana.full_name not in read(kept).content.decode()


def test_a_feed_takes_the_same_queries_at_any_length(kept, index):
    def queries():
        read(kept)
        with CaptureQueriesContext(connection) as captured:
            read(kept)
        return len(captured)

    index(IncidentFactory(title="Proxy 1"))
    with_one = queries()
    index(IncidentFactory(title="Proxy 2"), IncidentFactory(title="Proxy 3"))

    assert queries() == with_one <= 20


@pytest.mark.parametrize("how", ["by its owner", "in the administration", "by a new address"])
def test_readers_of_an_ended_feed_are_told(kept, ana, omar, signed_in, how):
    address = reverse("saved_search_delete", args=[kept.pk])
    page = signed_in(ana).get(address).content.decode()
    assert "one last entry that tells its readers" in page

    if how == "by its owner":
        signed_in(ana).post(address)
    elif how == "in the administration":
        admin = reverse("admin:search_savedsearch_delete", args=[kept.pk])
        signed_in(omar).post(admin, {"post": "yes"})
    else:
        signed_in(ana).post(reverse("saved_search_feed_renew", args=[kept.pk]))

    answer = read(kept)
    assert answer.status_code == 410
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert titles(answer) == ["This feed has ended"]
    assert b"proxy" not in answer.content.lower()  # the query is private to its owner
    assert b"Proxies" not in answer.content
    feed = ElementTree.fromstring(answer.content)  # noqa: S314  our own
    for required in ("id", "title", "updated", "author"):
        assert feed.find(f"{ATOM}{required}") is not None, required


def test_an_address_that_never_existed_is_not_found(kept, ana):
    operations.delete(kept, by=ana, at=NOON)

    for guessed in (kept.feed_key[:-1], kept.feed_key + "a", kept.feed_key.swapcase(), "a" * 43):
        assert Client().get(f"/search/feeds/{guessed}/").status_code == 404


def test_an_active_feed_is_unaffected_when_another_ends(kept, ana):
    other = operations.save("dns", name="DNS", sort="relevance", is_shared=False, by=ana, at=NOON)

    operations.delete(other, by=ana, at=NOON)

    assert read(kept).status_code == 200
    assert read(other).status_code == 410
