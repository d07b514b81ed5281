"""Hostile queries: the answer is always a sensible page, in bounded time."""

from __future__ import annotations

import time
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.http import QueryDict
from django.urls import reverse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import Role, User
from search.criteria import Criteria, criteria_from_params, criteria_from_text
from search.engine import search
from tests.factories import IncidentFactory, SectionFactory, ServiceFactory, TagFactory
from tests.search.hostile import BYTES, TEXTS, in_address

pytestmark = pytest.mark.django_db

PAGE = reverse("search_results")
TODAY = date(2026, 3, 31)
LARGEST = 400_000  # bytes of any answer
SLOWER = 40  # limit as a multiple of the time for an ordinary query, on a small database
READER = User(pk=0, role=Role.VIEWER)
FIELDS = ("kind", "severity", "service", "team", "tag", "pattern", "environment", "status")

within_one_database = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=60,
    deadline=None,
)
# Texts made of syntax, which random texts hardly ever contain.
PIECES = (
    *("disk", "full", "DISK", " ", "  ", '"', "-", ":", ",", " or ", "|", "&", "!", "*", "(", ")"),
    *("service:", "checkout", "sev1", "severity:", "since:", "2025", "until:", "30d", "kind:"),
    *("incident", "tag:", "web-front", '"web front"', "inc-1", "\0", "\u0301", "🔥", "\u202e", "'"),
)
texts = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=14).map("".join))


@pytest.fixture
def known(index):
    """Index some incidents, one of them about a full disk, and names that filters may use."""
    ServiceFactory(name="Checkout", slug="checkout")
    TagFactory(name="web front", slug="web-front")
    index(*(IncidentFactory(title=f"Disk number {n} nearly full") for n in range(4)))
    full = IncidentFactory(title="Disk full", severity="SEV1")
    SectionFactory(incident=full, body="No space left on device. " * 40)
    index(full)


@pytest.fixture
def reader(vera, signed_in):
    return signed_in(vera)


@pytest.mark.parametrize("hostile", TEXTS, ids=lambda hostile: hostile.name)
def test_the_page_is_sensible(known, reader, hostile):
    asked = in_address(hostile.text)

    for more in ("", "&exact=1", "&page=2", "&kind=incident&severity=SEV1"):
        assert_sensible(reader.get(f"{PAGE}?q={asked}{more}"))


@pytest.mark.parametrize("hostile", TEXTS, ids=lambda hostile: hostile.name)
def test_results_while_typing_are_sensible(known, reader, hostile):
    asked = in_address(hostile.text)

    assert_sensible(reader.get(f"{PAGE}?q={asked}", headers={"HX-Request": "true"}))


@pytest.mark.parametrize("hostile", TEXTS, ids=lambda hostile: hostile.name)
def test_any_text_in_other_url_parameters_is_ignored(known, reader, hostile):
    asked = in_address(hostile.text)
    names = (*FIELDS, "since", "until", "sort", "page", "exact", "facets", "never-heard-of")

    assert_sensible(reader.get(f"{PAGE}?q=disk&" + "&".join(f"{name}={asked}" for name in names)))


@pytest.mark.parametrize("raw", BYTES)
def test_bytes_that_are_not_text_are_accepted(known, reader, raw):
    for address in (f"q={raw}", f"q=disk{raw}full", f"q=disk&service={raw}&page={raw}", raw):
        assert_sensible(reader.get(f"{PAGE}?{address}"))


@pytest.mark.parametrize("number", ["-1", "0", "1e9", "²", "9" * 5_000, "1.5", " 2", "٣", "x"])
def test_any_page_number_shows_a_page(known, reader, number):
    assert_sensible(reader.get(PAGE, {"q": "disk", "page": number}))


@pytest.mark.parametrize("hostile", TEXTS, ids=lambda hostile: hostile.name)
def test_the_command_accepts_any_text(known, hostile):
    out = StringIO()

    call_command("search", hostile.text, json=True, stdout=out)

    assert out.getvalue().startswith("[")


def test_the_slowest_query_takes_a_bounded_multiple_of_the_usual_time(known, reader):
    ordinary = fastest(reader, "disk full")

    took = {one.name: fastest(reader, one.text) / ordinary for one in TEXTS}

    assert {name: round(ratio) for name, ratio in took.items() if ratio > SLOWER} == {}


@within_one_database
@given(text=texts)
@example(text="disk\ud800")
@example(text='service:checkout "')
def test_no_text_is_an_error(known, text):
    criteria = criteria_from_text(text, user=READER, today=TODAY)

    assert len(search(criteria.words, user=READER).hits) <= 20
    assert len(search(text, user=READER, as_typed=True).hits) <= 20


@within_one_database
@given(text=texts)
def test_a_url_leads_back_to_the_criteria(known, text):
    criteria = criteria_from_text(text, user=READER, today=TODAY)

    again = criteria_from_params(
        QueryDict(criteria.url().partition("?")[2]), user=READER, today=TODAY
    )

    assert said(again) == said(criteria)


@within_one_database
@given(text=texts)
@example(text='service:checkout "disk full')
def test_typing_the_criteria_as_text_gives_the_same_criteria(known, text):
    criteria = criteria_from_text(text, user=READER, today=TODAY)

    assert said(criteria_from_text(criteria.text, user=READER, today=TODAY)) == said(criteria)


@within_one_database
@given(text=texts)
def test_removing_a_chip_keeps_all_the_others(known, text):
    criteria = criteria_from_text(text, user=READER, today=TODAY)
    for facet, values in criteria.filters.chosen.items():
        for value in values:
            without = criteria.toggled(facet, value)
            again = criteria_from_params(
                QueryDict(without.url().partition("?")[2]), user=READER, today=TODAY
            )

            assert said(again) == said(without)
            assert value not in again.filters.of(facet)
            assert again.toggled(facet, value).filters.of(facet)[-1:] == (value,)


def said(criteria: Criteria) -> tuple[object, ...]:
    """Return the criteria without unknown filters."""
    return (
        " ".join(criteria.words.split()),
        criteria.filters,
        criteria.since,
        criteria.until,
        criteria.sort,
    )


def fastest(client, text: str) -> float:
    """Return the seconds of the fastest of three answers; the others measure how busy the machine
    is."""

    def once() -> float:
        started = time.perf_counter()
        client.get(f"{PAGE}?q={in_address(text)}")
        return time.perf_counter() - started

    return min(once() for _ in range(3))


def assert_sensible(answer) -> None:
    """Assert that the answer is a whole page or fragment that shows the typed text only as text."""
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert 'id="search-results"' in shown
    assert "<script>alert(1)" not in shown
    assert "<img src=x" not in shown
    assert len(answer.content) < LARGEST
