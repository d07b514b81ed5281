"""The merge in JavaScript gives, in a real browser, exactly what the one in Python gives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.core.merging import twin

pytestmark = pytest.mark.journey

CASES = json.loads((Path(__file__).parents[1] / "core" / "merge_cases.json").read_text())["cases"]
# `|` is the caret: before and after the merge.
CARETS = [
    ("The po|ol ran.", "The big po|ol ran."),
    ("|The pool", "|So the pool"),
    ("The pool ran|.", "The pool ran| dry."),
    ("The |pool", "The big |pool"),
    ("It was dry|", "It was low|"),
    ("a dry| b", "a wet cold| b"),
    ("a |dry b", "a| b"),
    ("gone|", "|"),
    ("|", "|abc"),
    ("👍🏽 a|b", "👍🏽 👍🏽 a|b"),
    ("שלום עו|לם", "שלום לך עו|לם"),
]
MERGE = """async (cases) => {
  const { merge, codePoints } = await import("/static/js/merge.js");
  return cases.map(({ base, mine, theirs }) => {
    const { text, clashes } = merge(base, mine, theirs);
    const counted = clashes.map((clash) => ({
      ...clash,
      start: codePoints(text, clash.start),
      end: codePoints(text, clash.end),
    }));
    return { text, clashes: counted };
  });
}"""
CARRY = """async (cases) => {
  const { carried } = await import("/static/js/merge.js");
  return cases.map(([before, after, at]) => carried(before, after, [at])[0]);
}"""
# As a server would send them that knows a browser's positions: in UTF-16 units.
UNITS = """async ([text, at]) => {
  const { codePoints, units } = await import("/static/js/merge.js");
  return [units(text, at), codePoints(text, units(text, at))];
}"""


@pytest.fixture
def browser_page(live_server, page: Page) -> Page:
    page.goto(f"{live_server.url}/accounts/login/")
    return page


@pytest.mark.parametrize(
    "cases",
    [CASES, twin.cases(seed=1, number=1500), twin.cases(seed=2, number=10, words=(800, 3000))],
    ids=["table", "random", "long"],
)
def test_both_give_the_same(browser_page, cases):
    found = browser_page.evaluate(MERGE, cases)

    for case, made in zip(cases, found, strict=True):
        assert made == {"text": case["text"], "clashes": case["clashes"]}, case


def test_the_caret_stays_where_one_types(browser_page):
    asked = [
        (before.replace("|", ""), after.replace("|", ""), _units(before))
        for before, after in CARETS
    ]

    places = browser_page.evaluate(CARRY, asked)

    assert places == [_units(after) for _, after in CARETS]


def test_positions_are_counted_in_code_points_and_back(browser_page):
    assert browser_page.evaluate(UNITS, ["a👍🏽b", 3]) == [5, 3]


def _units(marked: str) -> int:
    """Return where the caret is, in UTF-16 units."""
    return len(marked.partition("|")[0].encode("utf-16-le")) // 2
