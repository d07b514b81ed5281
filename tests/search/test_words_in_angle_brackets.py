"""Words that look like HTML are found, and shown as they were typed."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from django.test import Client

from search import operations
from tests.factories import NOON, IncidentFactory, SectionFactory

pytestmark = pytest.mark.django_db

TEXT = "Image <quokka>:<none> was running and returned List<Wombat>. See ![gauge of load](/u)."


@pytest.mark.parametrize("word", ["quokka", "wombat", "gauge"])
def test_words_in_angle_brackets_appear_in_the_result_and_the_feed(signed_in, ana, index, word):
    incident = IncidentFactory(title="Registry down")
    SectionFactory(incident=incident, body=TEXT)
    index(incident)
    kept = operations.save(word, name="Kept", sort="relevance", is_shared=False, by=ana, at=NOON)

    page = signed_in(ana).get("/search/", {"q": word}).content.decode()
    feed = ElementTree.fromstring(Client().get(kept.feed_url).content)  # noqa: S314  our own
    entries = list(feed.iter("{http://www.w3.org/2005/Atom}entry"))

    assert "Registry down" in page
    assert "&lt;" in page
    [entry] = entries
    assert "List<Wombat>" in "".join(entry.itertext()).replace("&lt;", "<").replace("&gt;", ">")
