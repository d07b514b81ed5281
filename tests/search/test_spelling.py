"""The distance between words."""

from __future__ import annotations

import pytest

from search.spelling import distance, one_edit_variants


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("certificate", "certificate", 0),
        ("certifcate", "certificate", 1),
        ("expird", "expired", 1),
        ("dsn", "dns", 1),
        ("postgers", "postgres", 1),
        ("kubernets", "kubernetes", 1),
        ("calico", "canal", 4),
        ("", "dns", 3),
    ],
)
def test_edits_between_two_words_are_counted(one, other, slips):
    assert distance(one, other) == distance(other, one) == slips


def test_one_edit_variants_are_one_edit_away():
    assert {"dsn", "dn", "dnss", "dnx"} <= one_edit_variants("dns")
    assert {distance("dns", word) for word in one_edit_variants("dns")} <= {0, 1}
