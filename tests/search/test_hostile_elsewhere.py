"""Hostile texts where searches are kept and followed, and where likenesses are looked for."""

from __future__ import annotations

import time
from io import StringIO
from xml.dom import minidom

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from search import operations
from tests.factories import IncidentFactory, SectionFactory
from tests.search.hostile import BYTES, TEXTS, Hostile, in_address

pytestmark = pytest.mark.django_db

FACETS = reverse("search_facets")
WRITING = reverse("similar_while_writing")
SLOWER = 60  # times as slow as for an ordinary text of a few sentences
ORDINARY = "The disk of the primary was full. Nobody could save anything for an hour."


@pytest.fixture
def reader(vera, signed_in):
    return signed_in(vera)


@pytest.fixture
def full(index):
    incident = IncidentFactory(title="Disk full")
    SectionFactory(incident=incident, body="No space left on the disk.\x01\x1b[31m\ufffe")
    return index(incident)


@pytest.mark.parametrize("hostile", TEXTS, ids=lambda hostile: hostile.name)
def test_facets_are_counted_for_any_text(full, reader, hostile):
    asked = in_address(hostile.text)

    answer = reader.get(f"{FACETS}?q={asked}&service={asked}&since={asked}")

    assert answer.status_code == 200
    assert "<script>alert(1)" not in answer.content.decode()


@pytest.mark.parametrize("raw", BYTES)
def test_facets_bear_bytes_that_are_no_text(full, reader, raw):
    assert reader.get(f"{FACETS}?q={raw}&kind={raw}").status_code == 200


@pytest.mark.parametrize("hostile", TEXTS, ids=lambda hostile: hostile.name)
def test_any_search_may_be_kept_or_is_refused_with_a_sentence(full, reader, hostile):
    asked = in_address(hostile.text)
    text = hostile.text.encode("utf-8", "replace").decode()
    address = reverse("saved_search_add")

    assert reader.get(f"{address}?q={asked}").status_code == 200
    answer = reader.post(address, {"name": text[:60], "text": text[:500]})

    assert answer.status_code in (302, 422)


@pytest.mark.parametrize("hostile", TEXTS, ids=lambda hostile: hostile.name)
def test_the_feed_of_any_search_is_well_formed(full, vera, client, hostile):
    text = hostile.text.encode("utf-8", "replace").decode().replace("\0", "")[:400]
    kept = operations.save(
        f"disk {text}", name=text[:50] or "x", sort="relevance", is_shared=False, by=vera,
        at=timezone.now(),
    )  # fmt: skip

    answer = client.get(kept.feed_url)

    assert answer.status_code == 200
    assert elements(answer, "feed")


def test_a_feed_is_well_formed_whatever_it_found(full, vera, client):
    kept = operations.save(
        "disk", name="Disks", sort="relevance", is_shared=False, by=vera, at=timezone.now()
    )

    [summary] = elements(client.get(kept.feed_url), "summary")

    assert "No space left on the disk." in summary.firstChild.data


@pytest.mark.parametrize("raw", [*BYTES, "a" * 3_000, "../../etc/passwd"])
def test_a_feed_that_nobody_has_is_not_found(client, raw):
    assert client.get(f"/search/feeds/{raw}/").status_code == 404


@pytest.mark.parametrize("hostile", TEXTS, ids=lambda hostile: hostile.name)
def test_what_is_typed_in_a_postmortem_may_be_anything(full, ana, signed_in, hostile):
    text = hostile.text.encode("utf-8", "replace").decode()
    writer = signed_in(ana)

    for form in ({"title": text}, {"body": text}, {"title": text, "body": text, "of": text[:99]}):
        answer = writer.post(WRITING, form)

        assert answer.status_code == 200
        assert "<script>alert(1)" not in answer.content.decode()


def test_no_typed_text_takes_longer_than_a_bounded_multiple_of_an_ordinary_one(
    full, ana, signed_in
):
    writer = signed_in(ana)
    huge = Hostile("two hundred thousand characters", "disk full again. " * 12_000)
    ordinary = fastest(writer, ORDINARY)

    took = {one.name: fastest(writer, one.text) / ordinary for one in (*TEXTS, huge)}

    assert {name: round(ratio) for name, ratio in took.items() if ratio > SLOWER} == {}


@pytest.mark.parametrize("view", ["incident_similar_decide", "pattern_suggestion_decide"])
def test_deciding_about_what_cannot_exist_is_not_found(full, ana, signed_in, view):
    writer = signed_in(ana)
    address = reverse(view, args=[full.reference])

    for odd in ("\0", "INC-\0", "²", "'", "x" * 9_999):
        assert (
            writer.post(address, {"other": odd, "slug": odd, "verdict": "same"}).status_code == 404
        )


@pytest.mark.parametrize("command", ["similar", "suggest_patterns"])
@pytest.mark.parametrize("hostile", TEXTS, ids=lambda hostile: hostile.name)
def test_a_command_says_that_it_knows_no_such_incident(full, command, hostile):
    with pytest.raises(CommandError):
        call_command(command, hostile.text, json=True, stdout=StringIO())


@pytest.mark.parametrize("view", ["incident_similar", "pattern_suggestions"])
@pytest.mark.parametrize(
    "reference", ["%00", "INC-" + "9" * 300, "%ED%A0%80", "INC-²", "'", "%2E%2E"]
)
def test_a_reference_that_is_none_is_not_found(reader, view, reference):
    address = reverse(view, args=["REFERENCE"]).replace("REFERENCE", reference)

    assert reader.get(address).status_code == 404


def elements(answer, name: str) -> list:
    """Those of that name in a well-formed answer."""
    return minidom.parseString(answer.content).getElementsByTagName(name)  # noqa: S318  our own


def fastest(client, text: str) -> float:
    """Seconds of the fastest of three answers."""
    body = text.encode("utf-8", "replace").decode()

    def once() -> float:
        started = time.perf_counter()
        client.post(WRITING, {"title": "Disk full", "body": body})
        return time.perf_counter() - started

    return min(once() for _ in range(3))
