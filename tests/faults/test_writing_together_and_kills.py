"""People write one section while parts of the server are killed: every word is there once."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from tests.faults.together.killed import run, served
from tests.faults.together.network import Network

pytestmark = pytest.mark.faults


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="nevertwice-") as made:
        found = Path(made).resolve()
        found.chmod(0o755)
        yield found


def test_every_word_that_nobody_deleted_is_there_once(folder):
    outcome, happened, kills = run(folder / "var", writers=3, edits=60, pause=0.05, every=5, seed=1)

    assert not outcome.is_bad, outcome
    assert outcome.words > 250
    assert kills["everything"] >= 1, "the first that this seed kills, after two seconds"
    assert happened["server away"] > 0


def test_search_finds_what_is_written_live_within_five_seconds(folder):
    with served(folder / "var", people=1) as place:
        [session] = place.sessions
        network = Network(place.site, session, random.Random(1))
        network.is_calm = True

        def write(seq: int, word: str) -> float:
            """Return how many seconds after the answer the word is found."""
            fields = {"tab": str(UUID(int=1)), "seq": seq, "base": seq, "text": f"A {word}."}
            address = f"{place.page}sections/{place.section}/live/"
            assert network.send(address, fields).result().status == 200
            began = time.monotonic()
            while time.monotonic() < began + 60:
                found = session.get(f"{place.site}/search/?q={word}", timeout=20).text
                if f'href="{place.page}' in found:
                    break
                time.sleep(0.2)
            return time.monotonic() - began

        write(1, "harpsichord")  # the worker is still starting
        took = write(2, "xylophone")

    assert took < 5
