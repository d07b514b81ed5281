"""Front matter: every scalar as it stands, every problem with its line."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.exchange import front_matter
from core.exchange.problems import Problems
from core.text import words_in


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
        ("title: 'a\nb: c", 2, "not valid YAML"),
        ("title: a\ntitle: b", 3, "second time"),
        ("title: a\nb: &x [1]\nc: *x", 4, "aliases"),
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


def test_keys_that_nobody_asked_for_are_named_and_kept():
    matter, _ = read("title: a\nseverty: SEV1 # by hand")
    matter.text("title")

    matter.keep_unknown_keys()

    [problem] = matter.problems.found
    assert (problem.line, problem.warning) == (3, True)
    assert "severty" in problem.message
    assert matter.unread_text == "severty: SEV1 # by hand"


@pytest.mark.parametrize(
    ("source", "key", "value", "line"),
    [
        ("title: a\nauthors: @kim\nseverity: high", "authors", "@kim", 3),
        ("title: Outage: the sequel\nseverity: high", "title", "Outage: the sequel", 2),
        ("a: b\ntitle:\n\tx y\nseverity: high", "title", "x y", 4),
        ("a: b\nimpact: `all` of them\nseverity: high", "impact", "`all` of them", 3),
        ("a: b\nteam: %ops\nseverity: high", "team", "%ops", 3),
        ("a: b\nlink: *anchor\nseverity: high", "link", "*anchor", 3),
        ('a: b\nquote: "so" he said\nseverity: high', "quote", '"so" he said', 3),
        ("a: b\nbell: \x07 rang\nseverity: high", "bell", "\x07 rang", 3),
        ('a: b\nfar: "\\UFFFFFFFF"\nseverity: high', "far", "\\UFFFFFFFF", 3),
        ("a: b\nlong: " + "[" * 50_000 + "\nseverity: high", "long", "[" * 50_000, 3),
    ],
)
def test_a_line_that_is_no_yaml_costs_that_line(source, key, value, line):
    matter, problems = read(source)

    assert matter.text(key) == value
    assert matter.text("severity") == "high"
    assert [(problem.line, problem.warning) for problem in problems] == [(line, True)]


def test_a_list_with_one_bad_entry_is_still_a_list():
    matter, _ = read("authors:\n- @kim\n- Bob\nseverity: high")

    assert (matter.texts("authors"), matter.text("severity")) == (["@kim", "Bob"], "high")


def test_a_line_without_a_key_is_kept():
    matter, [problem] = read("title: a\nno key here\n  nor here\nseverity: high")

    assert matter.unread_text == "no key here\n  nor here"
    assert (problem.line, matter.text("severity")) == (3, "high")


@pytest.mark.parametrize("source", ["- a\n- b", "just words", "It broke.\nThen it worked."])
def test_text_between_two_rules_is_no_front_matter(source):
    assert read(source) == (None, ())


def test_of_two_equal_keys_the_first_counts_and_both_are_kept():
    matter, [problem] = read("title: a\ntitle: b\nc: d")

    assert (matter.text("title"), problem.line) == ("a", 3)
    assert matter.unread_text == "title: b"


def test_comments_are_kept():
    matter, _ = read("# Of the year\ntitle: a # or so\nb: [c, d]\n# the end")
    for key in "title", "b":
        matter.has(key)

    matter.keep_comments()

    assert matter.unread_text == "# Of the year\ntitle: a # or so\nb: [c, d]\n# the end"


def test_comments_beside_a_mapping_on_one_line_are_kept():
    matter, _ = read("{title: a, b: c} # or so")

    assert (matter.text("title"), matter.unread_text) == ("a", "# or so")


@pytest.mark.parametrize(
    ("written", "text", "warned"),
    [
        (r"\uD800", "\ufffd", True),
        (r"a\uDC00b", "a\ufffdb", True),
        (r"\ud83d\udd25", "🔥", False),
    ],
)
def test_halves_of_surrogate_pairs_are_joined_or_replaced(written, text, warned):
    matter, problems = read(f'owner: "{written}"')

    assert matter.text("owner") == text
    assert [problem.line for problem in problems] == [2] * warned


def test_of_very_many_problems_the_rest_is_counted():
    _, problems = read("\n".join(f"k{number}: @" for number in range(5_000)))

    assert len(problems) == 201
    assert [problem.line for problem in problems[:3]] == [2, 3, 4]
    assert problems[-1].message == "4,800 more are not listed."


pieces = st.sampled_from(
    [
        *(
            "title",
            "a b",
            ": ",
            ":",
            "\n",
            "\n",
            "\n",
            "  ",
            "- ",
            "\t",
            "#",
            " # c",
            "[",
            "]",
            "{",
        ),
        *(
            "}",
            ",",
            "'",
            '"',
            "|",
            ">",
            "&x",
            "*x",
            "!t",
            "@kim",
            "%",
            "`",
            "?",
            "...",
            "---",
            "\\",
        ),
        *("\\uD800", "\\U00110000", "\x07", "é", "007", "null", "<<"),
    ]
)


@given(st.lists(pieces, max_size=40).map("".join))
@settings(max_examples=500, deadline=None)
def test_every_word_is_in_an_entry(source):
    matter, _ = read(source)

    if matter is not None:
        kept = words_in("\n".join(entry.raw for entry in matter.entries))
        assert words_in(source) <= kept
        for key in matter.values:
            matter.text(key), matter.texts(key), matter.mapping(key)


@pytest.mark.parametrize(
    "of",
    [
        lambda n: "a: b\n" * n,
        lambda n: "".join(f"k{i}: {{x: [y, {{z: 1}}]}}\n" for i in range(n // 5)),
        lambda n: "bad: @\n" + "a: b\n" * n,
        lambda n: "bad: @\n" + 'a: "b"\n' * n,
        lambda n: "bad: @\n" + "a: b: c\n" * (n // 2),
        lambda n: "bad: @\n" + "junk\n" * n,
        lambda n: "bad: @\n" + "- x\n" * n,
        lambda n: "a: " + "[" * n,
        lambda n: "a: [" + "x, " * n + "]",
        lambda n: "? a\n" * n,
        lambda n: "a: |\n" + "  x\n" * n,
        lambda n: 'a: "' + "\\n" * n,
        lambda n: "a: &a x\n" * (n // 2),
        lambda n: "a: [" + "*a, " * n + "]",
        lambda n: "#\n" * n + "a: b",
        lambda n: "a: b" + " " * n + "c",
        lambda n: "a: " + "!t " * n,
        lambda n: "- " * n,
        lambda n: "a:" * n,
        lambda n: "{" + "a: b, " * (n // 2) + "}",
    ],
    ids=range(20),
)
def test_the_time_it_takes_grows_with_the_length_alone(of):
    def took(n: int) -> float:
        began = time.process_time()
        matter, _ = read(of(n))
        if matter is not None:
            matter.keep_unknown_keys()
            matter.keep_comments()
        return time.process_time() - began

    small = took(5_000)
    large = min(took(20_000) for _ in range(2))  # collecting garbage may fall into one

    assert large < 8 * small + 0.3
    assert large < 3
