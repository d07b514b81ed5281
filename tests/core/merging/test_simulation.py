"""Writers at one text over a bad network: no word is lost, doubled, torn or back."""

from __future__ import annotations

import pytest

from tests.core.merging.simulation import Outcome, run


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_word_that_nobody_deleted_is_there_once(seed):
    outcome = run(seed=seed, writers=4, edits=60)

    # Repeat it with `python -m tests.core.merging.simulation --writers 4 --edits 60 --seed …`.
    assert outcome == Outcome(words=outcome.words, lost=[], doubled=[], torn=[], resurrected=[]), (
        f"seed {seed}"
    )
    assert outcome.words > 250
