"""Hostile files: an answer in bounded time, no crash, nothing lost."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.exchange import parse, render
from tests.bounded import bounded
from tests.incidents.exchange.test_parse import FILE
from tests.incidents.exchange.test_round_trip import LOOKALIKES

LINES = FILE.split("\n")
strange = st.one_of(
    st.sampled_from([*LOOKALIKES, *LINES, "## Timeline", "## Causes", "## Patterns", "***", "**"]),
    st.text(max_size=30).map(lambda text: text.replace("\0", "")),
)


@st.composite
def mangled_files(draw):
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(lines) - 1))
        how = draw(st.sampled_from(["insert", "replace", "delete", "cut"]))
        if how == "insert":
            lines.insert(place, draw(strange))
        elif how == "replace":
            lines[place] = draw(strange)
        elif how == "cut":
            lines[place] = lines[place][: draw(st.integers(0, 20))]
        else:
            del lines[place]
            lines = lines or [""]
    return "\n".join(lines)


@given(st.one_of(mangled_files(), st.text(max_size=200)), st.sampled_from(["x.md", "x.rst"]))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_parsed_and_the_result_renders_faithfully(text, name):
    document = parse(text, name=name)

    if not document.refused:
        text = render(document)
        again = parse(text, name=name)
        assert not again.refused, again.problems
        assert again == document
        assert render(again) == text


@pytest.mark.parametrize(
    "text",
    [
        "#" * 2_000_000,
        "- " * 2_000_000,
        "*" * 2_000_000,
        "a: b · " * 500_000,
        "[" * 1_000_000,
        "**Root cause: " * 300_000,
        "```\n" * 60_001,
        FILE + "*" + "a · " * 500_000 + "*",
        FILE.replace("*minute", "*" + "\\" * 200_001 + "minute"),
        FILE.replace("- registry", "- registry\n- x: " + "{" * 100_000),
        "---\na: &a [x]\n" + "b: [*a, *a]\n" * 10_000 + "---\n",
        "---\nformat: nevertwice/incident/1\ntitle: " + "x" * 150_000 + "\n---\n",
        "+++\na = " + "[" * 100_000 + "\n+++\n",
        "<" * 1_000_000,
        "_" * 1_000_000 + "\n\ntext",
        "![" * 500_000,
        "# a" + " " * 300_000 + "x\n\n# " + "could " * 100_000,
        ("a" * 100 + "\n") * 40_000,
        "=\n" * 300_000,
        "title\n" + "=" * 2_000_000,
    ],
    ids=range(20),
)
def test_large_and_odd_text_takes_bounded_time(text):
    with bounded(10):
        for name in ("x.md", "x.rst"):
            document = parse(text, name=name)
            assert document.title or document.refused
