"""Search filters."""

from __future__ import annotations

from datetime import date

import pytest

from search.filters import SearchFilters

pytestmark = pytest.mark.clock

SEVERE = SearchFilters(chosen={"severity": ("SEV1", "SEV2")})


def test_empty_filters_are_false():
    assert not SearchFilters()
    assert not SearchFilters(chosen={"severity": ()})
    assert SEVERE
    assert SearchFilters(since=date(2025, 1, 1))


def test_a_value_is_added_and_removed():
    assert SEVERE.toggled("severity", "SEV1").chosen == {"severity": ("SEV2",)}
    assert SEVERE.toggled("severity", "SEV3").of("severity") == ("SEV1", "SEV2", "SEV3")
    assert not SearchFilters().toggled("kind", "incident").toggled("kind", "incident")


def test_a_facet_is_removed_as_a_whole():
    both = SEVERE.toggled("kind", "incident")

    assert both.without("severity").chosen == {"kind": ("incident",)}
    assert both.without("tag") == both


def test_choosing_an_excluded_value_includes_it_and_the_other_way_round():
    without = SearchFilters().toggled("-severity", "SEV1")

    assert without.excluded == [("severity", "SEV1")]
    assert without.toggled("severity", "SEV1").chosen == {"severity": ("SEV1",)}
    assert SEVERE.toggled("-severity", "SEV1").chosen == {
        "severity": ("SEV2",),
        "-severity": ("SEV1",),
    }
    assert not without.without("severity")
