"""People write one section while parts of the server are killed: every word is there once."""

import tempfile
from pathlib import Path

import pytest

from tests.faults.together.killed import run

pytestmark = pytest.mark.faults


def test_every_word_that_nobody_deleted_is_there_once():
    with tempfile.TemporaryDirectory(prefix="nevertwice-") as made:
        folder = Path(made).resolve()
        folder.chmod(0o755)

        outcome, happened, kills = run(
            folder / "var", writers=3, edits=60, pause=0.05, every=5, seed=7
        )

    assert not outcome.is_bad, outcome
    assert outcome.words > 250
    assert kills.total() >= 1
    assert happened["server away"] > 0
