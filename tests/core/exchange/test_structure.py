"""Which lines are structure, and that no text can be mistaken for it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from core.exchange.structure import Passage, blocks, escape, fences, labelled, unescape
from core.text import clean_markdown, one_line
from tests.bounded import bounded

PIECES = [
    *("#", "##", "###", " ", "\\", "```", "~~~", "````", "`", "sh", "\n", "\n", "\n", "a", "\t"),
    *("**Evidence:**", "- Owner: x", "   ", "    ", "\r\n", "\u2028", "\x0c", "\0"),
]
texts = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
LABELS = ("**Evidence:**", "- Owner:")


@given(texts, st.integers(1, 3))
@settings(max_examples=500)
def test_escaped_text_holds_no_structure_and_comes_back_as_it_was(text, level):
    escaped = escape(text, level, LABELS)

    assert blocks(Passage.of(escaped), level)[1] == []
    assert labelled(Passage.of(escaped), LABELS)[1] == []
    assert unescape(escaped, level, LABELS) == clean_markdown(text)


@given(texts)
def test_cleaning_twice_changes_nothing(text):
    assert clean_markdown(clean_markdown(text)) == clean_markdown(text)


def test_cleaning_keeps_what_means_something_in_markdown():
    text = "\r\n  \r\n    code\r\nbreak  \r\nnext\0\n\n"

    assert clean_markdown(text) == "    code\nbreak  \nnext"


def test_a_title_is_one_line():
    assert one_line(" One\r\ntwo\u2028three ") == "One two three"


def test_headings_inside_code_are_no_headings():
    text = "intro\n```\n# comment\n```\n## Real\nbody\n~~~ text\n## not\n~~~"

    before, [real] = blocks(Passage.of(text, first=10), level=2)

    assert before.text == "intro\n```\n# comment\n```"
    assert (real.title, real.line, real.passage.first) == ("Real", 14, 15)


def test_a_fence_that_is_never_closed_hides_nothing():
    _, found = blocks(Passage.of("```\n## One\n## Two"), level=2)

    assert [block.title for block in found] == ["One", "Two"]


def test_a_longer_fence_holds_a_shorter_one():
    assert fences(["````", "```", "````", "```"]) == [(0, 2)]


def test_many_open_fences_take_no_longer_than_many_lines():
    text = "```a\n" * 100_000

    with bounded(5):
        blocks(Passage.of(text), level=2)
