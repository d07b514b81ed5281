"""Nothing is lost and nothing comes twice in a quarter in which everything is killed at random."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.faults.conftest import ROOT

pytestmark = pytest.mark.faults


def test_a_quarter_of_reminders_survives_being_killed(capsys):
    """QUARTER="--people 1000 --items 10000 --kills 120" makes it as large as one likes; a seed
    that failed is given the same way. On a machine that is too busy it ends early, and says so."""
    wanted = os.environ.get("QUARTER", "--minutes 5").split()

    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.quarter", *wanted],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    with capsys.disabled():
        sys.stdout.write(f"\n{done.stdout}")
    assert done.returncode == 0, done.stdout + done.stderr
