"""Of several beats, one works."""

import os
import subprocess
import sys

from config.beat import LeadingScheduler
from config.celery import app
from tests import clocks


def scheduler(folder, name) -> LeadingScheduler:
    return LeadingScheduler(app=app, schedule_filename=str(folder / name), lazy=True)


def test_a_second_beat_stands_by_until_the_first_is_gone(db, tmp_path):
    first, second = scheduler(tmp_path, "first"), scheduler(tmp_path, "second")
    first.setup_schedule()
    second.setup_schedule()

    assert first.leads()
    assert not second.leads()
    assert first.leads(), "the one at work stays"
    assert second.tick() == 30

    first.close()

    assert second.leads()
    second.close()


def test_what_opens_the_schedule_is_loaded_before_a_signal_can_interrupt_it():
    script = (
        "import django; django.setup(); import config.beat, sys; print('dbm.dumb' in sys.modules)"
    )
    variables = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"} | clocks.of_processes()

    said = subprocess.run(
        [sys.executable, "-c", script], env=variables, capture_output=True, text=True, check=True
    )

    assert said.stdout.split() == ["True"]
