"""Limits on the work that rendering may cost, counted in steps of the parser.

A step is one position or one line at which the parser tries its rules, or one token it makes. Steps
are counted, not measured in seconds, so the same text is rendered the same way on every machine.
A limit on processor time backs them up.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

STEPS = 200_000  # for one text: about a second; a write-up of 100 kB with dense markup takes 40,000
STEPS_FOR_A_PAGE = 400_000  # for all texts that one request renders and that are not cached
SECONDS = 10.0  # of the processor, for one text
_STEPS_BETWEEN_LOOKS = 2_000


class TooMuchWork(Exception):
    """Rendering costs more than its budget. `is_final` if it always will."""

    def __init__(self, *, is_final: bool) -> None:
        super().__init__()
        self.is_final = is_final


class PageBudget:
    """The steps that are left for the texts of one page."""

    def __init__(self, steps: int = STEPS_FOR_A_PAGE) -> None:
        self.left = steps
        self.was_short = False


_page: ContextVar[PageBudget | None] = ContextVar("page budget of Markdown", default=None)


@contextmanager
def page_budget(steps: int = STEPS_FOR_A_PAGE) -> Iterator[PageBudget]:
    """Let everything rendered inside the block share `steps`."""
    budget = PageBudget(steps)
    token = _page.set(budget)
    try:
        yield budget
    finally:
        _page.reset(token)


def page_was_short() -> bool:
    """Return True if a text of this page was left unformatted to save time."""
    page = _page.get()
    return page is not None and page.was_short


class Budget:
    """The steps that are left for one text, never more than its page has."""

    def __init__(self) -> None:
        self._page = _page.get()
        self._left = self._counted = STEPS
        self._tokens = 0
        self._ends = time.thread_time() + SECONDS
        self._look()

    def spend(self, steps: int = 1) -> None:
        """Count `steps`. Raise TooMuchWork once there are none left."""
        self._left -= steps
        if self._counted - self._left > _STEPS_BETWEEN_LOOKS:
            self._look()

    def spend_tokens(self, made: int) -> None:
        """Count one step, and one for each of the `made` tokens that is new since the last call."""
        grown, self._tokens = max(made - self._tokens, 0), made
        self.spend(1 + grown)

    def settle(self) -> None:
        """Charge the page with what was spent since the last look."""
        if self._page is not None:
            self._page.left -= self._counted - self._left
        self._counted = self._left

    def _look(self) -> None:
        self.settle()
        if self._left < 0:
            raise TooMuchWork(is_final=True)
        if self._page is not None and self._page.left < 0:
            self._page.was_short = True
            raise TooMuchWork(is_final=False)
        if time.thread_time() > self._ends:
            raise TooMuchWork(is_final=False)
