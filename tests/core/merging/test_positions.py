"""Ranges of a text, carried over to what it became."""

from __future__ import annotations

import pytest

from core.merging import moved


def carried(before: str, passage: str, after: str) -> str:
    start = before.index(passage)
    [(first, last)] = moved(before, after, [(start, start + len(passage))])
    return after[first:last]


@pytest.mark.parametrize(
    ("after", "kept"),
    [
        ("The pool ran dry at noon.", "ran dry"),
        ("So the big pool ran dry at noon.", "ran dry"),
        ("The pool quickly ran dry soon.", "ran dry"),
        ("The pool ran completely dry at noon.", "ran completely dry"),
        ("The pool ran low at noon.", "ran low"),
        ("The pool emptied itself at noon.", "emptied itself"),
        ("The pool at noon.", ""),
        ("", ""),
    ],
)
def test_a_range_keeps_its_words_and_what_became_of_them(after, kept):
    assert carried("The pool ran dry at noon.", "ran dry", after) == kept


def test_positions_count_code_points():
    assert carried("👍🏽 ran dry é.", "dry é", "👍🏽 👍🏽 it ran dry é.") == "dry é"


def test_an_empty_range_stays_at_its_place():
    assert moved("one two", "zero one two", [(4, 4)]) == [(9, 9)]
    assert moved("one two", "one", [(7, 7)]) == [(3, 3)]
