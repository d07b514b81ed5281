"""Let people write one section at the same time, and count every word in the end."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable

import requests

from tests.faults.together.browser import Browser
from tests.faults.together.network import Network
from tests.faults.together.typist import Outcome, Typist, outcome

PATIENCE = 180  # seconds for everybody to have the same text, once the network works


def write_together(
    site: str,
    page: str,
    section: int,
    sessions: list[requests.Session],
    *,
    edits: int,
    seed: int,
    pause: float = 0.004,
    until: Callable[[], None] = lambda: None,
) -> tuple[Outcome, Counter[str]]:
    """Let one person for each signed-in session make `edits`; return what became of the words.

    `pause` seconds are between two letters. `until` is called once all have typed, before the
    network is made to work. The second value counts what the network did.
    """
    chances = [random.Random(f"{seed} {number}") for number in range(len(sessions))]
    browsers = [
        Browser(
            Typist(number, edits, chance),
            Network(site, session, random.Random(f"{seed} network {number}")),
            page,
            section,
        )
        for number, (session, chance) in enumerate(zip(sessions, chances, strict=True))
    ]
    failures: list[str] = []

    def guarded(work: Callable[[Browser, float], None], amount: float) -> None:
        def run(browser: Browser) -> None:
            try:
                work(browser, amount)
            except Exception as error:  # noqa: BLE001 - said below, by the thread that waits
                failures.append(f"{type(error).__name__}: {error}")

        _all_at_once(browsers, run)
        assert not failures, f"seed {seed}: {failures}"

    guarded(_type, pause)
    until()
    for browser in browsers:
        browser.network.is_calm = True
    guarded(_settle, PATIENCE)
    _agree(browsers)
    text = browsers[0].stored()
    happened: Counter[str] = Counter()
    for browser in browsers:
        browser.network.close()
        happened += browser.network.happened
    return outcome(text, [browser.typist for browser in browsers]), happened


def _type(browser: Browser, pause: float) -> None:
    chance = browser.typist.chance
    while browser.typist.is_busy:
        browser.typist.act()
        browser.turn()
        if chance.random() < 0.002:
            browser.reload()
        time.sleep(pause)


def _settle(browser: Browser, patience: float) -> None:
    """Go on until all that this person typed is saved."""
    give_up = time.monotonic() + patience
    while not browser.is_saved:
        assert time.monotonic() < give_up, "It was not saved in time."
        browser.turn()
        time.sleep(0.01)


def _agree(browsers: list[Browser]) -> None:
    """Go on until everybody has heard what the others saved."""
    give_up = time.monotonic() + PATIENCE
    while len({(browser.typist.text, browser.state.base) for browser in browsers}) > 1:
        if time.monotonic() > give_up:
            return  # the outcome says so
        for browser in browsers:
            browser.turn()
        time.sleep(0.01)


def _all_at_once(browsers: list[Browser], work: Callable[[Browser], None]) -> None:
    threads = [threading.Thread(target=work, args=[browser]) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
