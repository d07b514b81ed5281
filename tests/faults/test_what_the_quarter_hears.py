"""The quarter of reminders notices who is told of what, and is not misled by chance."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from random import Random

import pytest

from tests.faults.broker import clock_file
from tests.faults.conftest import ROOT
from tests.faults.quarter.listening import Heard, Listeners, incidents_in
from tests.faults.quarter.reckoning import Reckoning
from tests.faults.quarter.world import FIRST_DAY, World, make, marked


@pytest.fixture
def world() -> World:
    made = make(people=5, items=10, chance=Random(1))
    made.incidents[1].is_restricted = True
    made.incidents[1].owner, made.incidents[1].readers = 2, {3}
    return made


@pytest.mark.parametrize(
    "text",
    [
        f"* Promise 3 of {marked(1)}",
        "Due tomorrow · INC-1 Outage",
        "<a href='/x/'>INC-1</a>",
        "Promise 3 of &#x2039;inc 1&#x203a;",
    ],
)
def test_an_incident_is_known_by_its_title_and_by_its_reference(text):
    assert incidents_in([text]).keys() == {1}


@pytest.mark.parametrize(
    "text",
    [
        "/answer/choose.9.5.8.2026-04-09.person-5:NAuFinc-1-qzf7kINC-1-/",
        "/unsubscribe/5:INC-1/",
        "since 1 January",
    ],
)
def test_a_signed_address_names_no_incident(text):
    assert not incidents_in([text])


@pytest.mark.parametrize(
    ("name", "is_digest"),
    [
        ("<digest.3.2026-03-09@nt>", True),
        ("9 new, 9 overdue\nHello person15,", True),
        ("<weekly_summary.3.2026-03-09@nt>", False),
        ("Team 3: 37 open, 24 overdue, 0 done\n* Promise 103 of INC-21", False),
    ],
)
def test_a_weekly_summary_is_no_digest_by_mail_or_by_chat(name, is_digest):
    listeners = Listeners(now=datetime.combine(FIRST_DAY, datetime.min.time(), UTC))

    listeners._hear(15, name, name, [name])

    assert listeners.heard[0].is_digest is is_digest


@pytest.mark.parametrize(("person", "leaks"), [(1, 0), (2, 0), (3, 0), (4, 1)])
def test_who_hears_of_what_they_may_not_see_is_counted(world, person, leaks):
    """The first is an administrator, the second the owner, the third a reader."""
    told = incidents_in([f"Promise 3 of {marked(1)}", f"Promise 8 of {marked(2)}"])
    at = datetime.combine(FIRST_DAY, datetime.min.time(), UTC)
    found = Reckoning()

    found.look_for_leaks(
        [Heard(person, "<a@b>", at, True, frozenset(), told, is_cut=False)],
        world,
    )

    assert len(found.leaks) == leaks
    assert all("incident 1 " in leak and "Promise 3" in leak for leak in found.leaks)


def test_a_task_that_comes_too_late_for_its_moment_is_let_go(tmp_path):
    """Else one that was tried again would act upon facts that came after its moment."""
    clock_file(tmp_path).write_text("2026-03-02T00:00:00+00:00")
    asked = """
from tests.faults.hasty import app
@app.task(lazy=False)
def ping(now): return now
print(ping("2026-03-01T09:00:00+00:00"), ping("2026-03-02T00:00:00+00:00"))
"""

    said = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=ROOT,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "ENV_FILE": os.devnull,
            "VAR_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout.split() == ["None", "2026-03-02T00:00:00+00:00"]
