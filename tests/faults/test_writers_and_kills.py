"""People write at once while parts of the server are killed: nothing acknowledged is lost."""

import tempfile
from pathlib import Path

import pytest

from tests.faults.writers.run import run

pytestmark = pytest.mark.faults


def test_no_word_that_was_saved_is_lost_or_doubled():
    with tempfile.TemporaryDirectory(prefix="nevertwice-") as made:
        folder = Path(made).resolve()
        folder.chmod(0o755)

        outcome = run(folder / "var", writers=8, seconds=30, every=8, seed=4)

    assert not outcome.is_bad, outcome
    assert outcome.saved > 20, outcome
    assert outcome.kills.total() >= 3, outcome
