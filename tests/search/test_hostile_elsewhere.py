"""Hostile texts in saved searches, feeds, similar incidents and pattern suggestions."""

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
SLOWER = 60  # limit as a multiple of the time for an ordinary text
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
def test_facets_accept_bytes_that_are_not_text(full, reader, raw):
    assert reader.get(f"{FACETS}?q={raw}&kind={raw}").status_code == 200


@pytest.mark.parametrize("hostile", TEXTS, ids=lambda hostile: hostile.name)
def test_any_search_can_be_saved_or_is_refused_with_a_message(full, reader, hostile):
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


def test_a_feed_is_well_formed_for_any_result(full, vera, client):
    kept = operations.save(
        "disk", name="Disks", sort="relevance", is_shared=False, by=vera, at=timezone.now()
    )

    [summary] = elements(client.get(kept.feed_url), "summary")

    assert "No space left on the disk." in summary.firstChild.data


@pytest.mark.parametrize("raw", [*BYTES, "a" * 3_000, "../../etc/passwd"])
def test_an_unknown_feed_is_not_found(client, raw):
    assert client.get(f"/search/feeds/{raw}/").status_code == 404


@pytest.mark.parametrize("hostile", TEXTS, ids=lambda hostile: hostile.name)
def test_the_text_of_a_postmortem_may_be_anything(full, ana, signed_in, hostile):
    text = hostile.text.encode("utf-8", "replace").decode()
    writer = signed_in(ana)

    for form in ({"title": text}, {"body": text}, {"title": text, "body": text, "of": text[:99]}):
        answer = writer.post(WRITING, form)

        assert answer.status_code == 200
        assert "<script>alert(1)" not in answer.content.decode()


def test_any_typed_text_takes_a_bounded_multiple_of_the_usual_time(full, ana, signed_in):
    writer = signed_in(ana)
    huge = Hostile("two hundred thousand characters", "disk full again. " * 12_000)
    ordinary = fastest(writer, ORDINARY)

    took = {one.name: fastest(writer, one.text) / ordinary for one in (*TEXTS, huge)}

    assert {name: round(ratio) for name, ratio in took.items() if ratio > SLOWER} == {}


@pytest.mark.parametrize("view", ["incident_similar_decide", "pattern_suggestion_decide"])
def test_a_decision_about_a_nonexistent_incident_or_pattern_is_not_found(
    full, ana, signed_in, view
):
    writer = signed_in(ana)
    address = reverse(view, args=[full.reference])

    for odd in ("\0", "INC-\0", "²", "'", "x" * 9_999):
        assert (
            writer.post(address, {"other": odd, "slug": odd, "verdict": "same"}).status_code == 404
        )


@pytest.mark.parametrize("command", ["similar", "suggest_patterns"])
@pytest.mark.parametrize("hostile", TEXTS, ids=lambda hostile: hostile.name)
def test_a_command_reports_an_unknown_incident(full, command, hostile):
    with pytest.raises(CommandError):
        call_command(command, hostile.text, json=True, stdout=StringIO())


@pytest.mark.parametrize("view", ["incident_similar", "pattern_suggestions"])
@pytest.mark.parametrize(
    "reference", ["%00", "INC-" + "9" * 300, "%ED%A0%80", "INC-²", "'", "%2E%2E"]
)
def test_an_invalid_reference_is_not_found(reader, view, reference):
    address = reverse(view, args=["REFERENCE"]).replace("REFERENCE", reference)

    assert reader.get(address).status_code == 404


def elements(answer, name: str) -> list:
    """Return the elements of that name in a well-formed answer."""
    return minidom.parseString(answer.content).getElementsByTagName(name)  # noqa: S318  our own


def fastest(client, text: str) -> float:
    """Return the seconds of the fastest of three answers."""
    body = text.encode("utf-8", "replace").decode()

    def once() -> float:
        started = time.perf_counter()
        client.post(WRITING, {"title": "Disk full", "body": body})
        return time.perf_counter() - started

    return min(once() for _ in range(3))
