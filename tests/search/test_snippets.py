"""Marked words, and the choice of the line to show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analyzer import fold, prefixes, stem
from search.snippets import Highlighter, contains_phrase

WRITTEN = [
    *("cache", "Caching", "made", "MAKING", "makers", "reliability", "reliable", "dying", "skies"),
    *("use", "using", "users", "us-east-1", "happy", "happiest", "failures", "Zürich", "café"),
    *("“lost”", "loss", "x_y", "node-made", "—", "\n", "…"),
]


def _marked(marker: Highlighter, text: str) -> list[str]:
    return [piece.text for piece in marker.pieces(text) if piece.marked]


@pytest.mark.parametrize(
    ("word", "text", "marked"),
    [
        ("make", "Making a list, made by makers", ["Making", "made"]),
        ("reliable", "Reliability is not reliably had", ["Reliability", "reliably"]),
        ("die", "A node that is dying had died", ["dying", "died"]),
        ("happy", "“happy”, happiness – unhappy", ["happy", "happiness"]),
        ("zurich", "Zürich and Zurich", ["Zürich", "Zurich"]),
    ],
)
def test_every_form_of_a_word_is_marked(word, text, marked):
    assert _marked(Highlighter({stem(word): 1.0}), text) == marked


@pytest.mark.parametrize("word", [fold(word) for word in WRITTEN if word.isalpha()])
def test_every_form_of_a_word_has_one_of_its_prefixes(word):
    assert word.startswith(prefixes(stem(word)))


@given(
    st.lists(st.sampled_from(WRITTEN), max_size=12),
    st.lists(st.sampled_from(["cache", "make", "use", "happy", "reliable", "lose"]), min_size=1),
)
def test_few_and_many_words_are_marked_alike(parts, sought):
    """Many words are found by looking at each word of the text, few by searching for them."""
    text = " ".join(parts)
    few = {stem(word): 1.0 for word in sought}
    many = few | {f"absent{number}": 0.1 for number in range(20)}

    pieces = Highlighter(few).pieces(text)

    assert pieces == Highlighter(many).pieces(text)
    assert "".join(piece.text for piece in pieces) == text


def test_the_line_with_the_most_words_is_shown():
    text = "The cache was cold.\n" * 4 + "Nobody made the cache warm.\nThe cache was made again."

    assert (
        Highlighter({"cach": 1.0, "make": 1.0}).best_passage(text) == "Nobody made the cache warm."
    )


def test_words_with_the_same_prefix_hide_no_line():
    text = "users of us-east-1, " * 5 + "\nand what they use"

    assert Highlighter({"use": 1.0}).best_passage(text) == "and what they use"


def test_a_phrase_matches_in_every_form_of_its_first_word():
    assert (
        contains_phrase("They wrote the file", (stem("write"), stem("the"), stem("file"))) is False
    )
    assert contains_phrase("They wrote files", (stem("write"), stem("file")))
