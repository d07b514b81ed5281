"""Front matter: every scalar as it stands, every problem with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.exchange import front_matter
from core.exchange.problems import Problems


def read(source: str):
    problems = Problems()
    return front_matter.read(source, problems), problems.in_order()


@given(st.text())
def test_any_text_survives_as_a_scalar(text):
    matter, problems = read(f"title: {front_matter.scalar(text)}\nnext: key")

    assert matter.raw("title") == text
    assert matter.text("next") == "key"
    assert problems == ()


def test_what_looks_like_a_number_a_date_or_a_truth_stays_text():
    matter, _ = read("a: 2019-02-25\nb: 007\nc: yes\nd: 1_000\ne:")

    assert [matter.text(key) for key in "abcd"] == ["2019-02-25", "007", "yes", "1_000"]
    assert not matter.has("e")


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("title: a\nbroken: [1, 2", 3, "not valid YAML"),
        ("title: 'a\nb: c", 3, "not valid YAML"),
        ("title: a\ntitle: b", 3, "second time"),
        ("title: a\nb: &x [1]\nc: *x", 4, "aliases"),
        ("- a\n- b", 2, "key: value"),
        ("title: \x07", 2, "does not allow"),
        ("a: " + "[" * 50 + "]" * 50, 2, "nested too deeply"),
        ("a: " + "[" * 50_000, 2, "nested too deeply"),
        ("a: b\n" * 60_000, 1, "too long"),
        ("? [a, b]\n: c", 2, "must be a word"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(source, line, words):
    _, [first, *_] = read(source)

    assert first.line == line
    assert words in first.message


def test_wrong_shapes_are_problems_and_not_exceptions():
    matter, _ = read("title: [a]\ntags: {a: b}\nsource: text")

    assert (matter.text("title"), matter.texts("tags"), matter.mapping("source").values) == (
        "",
        [],
        {},
    )
    assert [problem.line for problem in matter.problems.found] == [2, 3, 4]


def test_keys_that_nobody_asked_for_are_named():
    matter, _ = read("title: a\nseverty: SEV1")
    matter.text("title")

    matter.warn_of_unknown_keys()

    [problem] = matter.problems.found
    assert (problem.line, problem.warning) == (3, True)
    assert "severty" in problem.message
