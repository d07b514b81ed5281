"""The time of rendering grows with the length of a text, not with its square."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import pytest
from django.core.cache import cache

from core import markdown
from core.markdown import budget, page_budget, render, to_plain_text
from core.markdown.budget import Budget
from core.markdown.grammar import parse
from tests.bounded import bounded
from tests.core.markdown_shapes import SHAPES

SIZE = 5_000  # characters; measured again at four times as many
# n·log n makes it 5.2 times as long, n² 16 times; a busy machine disturbs either.
MOST_GROWTH = 7.5
LEAST = 0.004  # seconds: shorter times say nothing


def seconds(work: Callable[[str], object], text: str) -> float:
    """Return the processor time of `work(text)`, without collecting garbage of other tests."""
    cache.clear()
    gc.collect()
    gc.disable()
    try:
        started = time.process_time()
        work(text)
        return time.process_time() - started
    finally:
        gc.enable()


def growth(work: Callable[[str], object], shape: Callable[[int], str]) -> float:
    """Return how much longer four times as much takes: the least of up to four measurements."""
    short, long = shape(SIZE), shape(4 * SIZE)
    least_short = least_long = float("inf")
    for _ in range(4):
        least_short = min(least_short, seconds(work, short))
        least_long = min(least_long, seconds(work, long))
        if least_long / max(least_short, LEAST) < MOST_GROWTH:
            break
    return least_long / max(least_short, LEAST)


@pytest.fixture
def no_budget(monkeypatch):
    """Measure the parser itself, not the limit that stops it."""
    monkeypatch.setattr(budget, "STEPS", 10**9)


@pytest.mark.parametrize("name", SHAPES)
def test_rendering_does_not_take_the_square_of_the_length(name, no_budget):
    assert growth(render, SHAPES[name]) < MOST_GROWTH


def steps_of(text: str, monkeypatch) -> int:
    spent = []

    def settle(self: Budget) -> None:
        spent.append(self._counted - self._left)
        self._counted = self._left

    monkeypatch.setattr(Budget, "settle", settle)
    parse(text)
    return sum(spent)


@pytest.mark.parametrize("name", SHAPES)
def test_the_steps_of_parsing_do_not_grow_with_the_square(name, no_budget, monkeypatch):
    short, long = (steps_of(SHAPES[name](size), monkeypatch) for size in (SIZE, 4 * SIZE))

    assert long <= 6 * max(short, 100)


@pytest.mark.parametrize(
    "name",
    ["tasks", "opening images", "crossing emphasis", "long runs of stars", "surplus cells"],
)
def test_the_longest_text_takes_bounded_time(name):
    text = SHAPES[name](markdown.MAX_LENGTH)[: markdown.MAX_LENGTH]
    cache.clear()

    with bounded(6):
        page = render(text)
    with bounded(6):
        to_plain_text(text)

    assert "This text has too much markup to be formatted." in page
    assert '<pre tabindex="0">' in page


def test_what_costs_too_much_is_shown_whole_as_it_was_typed():
    text = "- [ ] <pod> & *done*\n" * 20_000

    page = render(text)

    assert "It is shown as it was typed." in page
    assert page.count("- [ ] &lt;pod&gt; &amp; *done*") == 20_000
    assert to_plain_text(text) == text.strip()


def test_a_long_checklist_is_formatted():
    page = render("- [ ] restart the node\n" * 4_000)

    assert page.count("<input") == 4_000


COSTLY = "**a** `b` [c](/d)\n\n" * 300  # some 6,000 steps


def test_the_texts_of_a_page_share_a_budget_and_the_next_request_goes_on():
    cache.clear()
    texts = [f"{COSTLY}{i}" for i in range(12)]
    left_out = []
    for _ in range(7):
        with page_budget(20_000):
            pages = [render(text) for text in texts]
        left_out.append(sum("Reload to format it." in page for page in pages))

    assert 6 <= left_out[0] < 12
    assert left_out == sorted(left_out, reverse=True)
    assert left_out[-1] == 0


def test_many_small_texts_use_up_the_budget_too():
    cache.clear()
    with page_budget(1_000) as page:
        pages = [render(f"*{i}* `a`\n\n" * 20) for i in range(100)]

    assert page.was_short
    assert "Reload to format it." in pages[-1]
    assert "<code>" in pages[0]


def test_a_budget_that_a_page_used_up_leaves_no_trace_in_what_is_kept():
    text = f"{COSTLY}*plain*"
    with page_budget(10):
        to_plain_text(text)

    assert to_plain_text(text).endswith("\nplain")


def test_the_budget_allows_far_more_than_people_write():
    dense = "## 12:05\n\nThe *api* answered `503`; [graph](/uploads/a.png).\n\n- [x] done\n\n"

    page = render(dense * (200_000 // len(dense)))

    assert "unformatted" not in page
