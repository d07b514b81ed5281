"""Addresses that no page links to: each is answered, none is an error of ours."""

from __future__ import annotations

import re

import pytest

from tests.safety.addresses import World, places

pytestmark = pytest.mark.django_db

# Every name that some page reads from its address, and one that none does.
NAMES = (
    *("q", "page", "sort", "order", "kind", "severity", "service", "team", "tag", "pattern"),
    *("environment", "status", "owner", "since", "until", "of", "other", "slug", "next", "at"),
    *("incident", "playbook", "from", "to", "days", "month", "view", "tab", "version", "state"),
    *("exact", "facets", "show", "filter", "overdue", "mine", "kind", "run", "never-heard-of"),
)
OURS = [place for place in places() if place.is_ours]


def named(place) -> str:
    return place.name


@pytest.mark.parametrize("place", OURS, ids=named)
def test_odd_values_in_an_address_are_no_error(omar, signed_in, ana, place):
    client, address = signed_in(omar), World(ana).address(place)

    for odd in ("%00", "%ED%A0%80", "9" * 3_000, "-1", "%F0%9F%94%A5", "%27%22%3C"):
        query = "&".join(f"{name}={odd}" for name in NAMES)

        assert client.get(f"{address}?{query}").status_code < 500


@pytest.mark.parametrize("place", [place for place in OURS if place.arguments], ids=named)
def test_a_name_that_cannot_exist_is_not_found(omar, signed_in, ana, place):
    address = re.sub(r"[^/]+/?$", "a%00b/", World(ana).address(place))

    assert signed_in(omar).get(address).status_code == 404
