"""No test reads the day of the machine."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from tests import clocks
from tests.clock_readers import TESTS, read_at_import, readers

SOON = timedelta(minutes=5)


def here(request) -> datetime:
    callspec = getattr(request.node, "callspec", None)
    return clocks.moment(callspec.params.get("_clock", "") if callspec else "")


def test_a_test_begins_at_the_chosen_moment(request):
    at = here(request)

    assert at <= timezone.now() < at + SOON
    assert at.timestamp() <= time.time() < at.timestamp() + SOON.seconds
    assert date.today() in {at.date(), (at + SOON).date()}  # noqa: DTZ011


def test_time_goes_on():
    before = timezone.now()
    time.sleep(0.002)

    assert timedelta(0) < timezone.now() - before < SOON


def test_threads_have_the_clock_of_their_test(request):
    seen: list[datetime] = []
    thread = threading.Thread(target=lambda: seen.append(timezone.now()))
    thread.start()
    thread.join()

    assert here(request) <= seen[0] < here(request) + SOON


def test_processes_have_the_clock_of_their_test(request):
    ask = "import time, sys; print(time.time()); print('pytest' in sys.modules)"
    for environment in (None, {"PATH": os.environ["PATH"], **clocks.of_processes()}):
        said = subprocess.run(
            [sys.executable, "-c", ask], env=environment, capture_output=True, text=True, check=True
        )
        moment, with_pytest = said.stdout.split()

        begun = datetime.fromtimestamp(float(moment), UTC)
        assert here(request) <= begun < here(request) + SOON
        assert with_pytest == "False"


def test_a_process_without_the_clock_of_its_test_is_refused():
    with pytest.raises(AssertionError, match="of_processes"):
        subprocess.run([sys.executable, "-c", ""], env={"PATH": os.environ["PATH"]}, check=False)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("TODAY = timezone.localdate()", ["timezone.localdate() in line 1"]),
        ("class A:\n    day = date.today()", ["date.today() in line 2"]),
        ("def f(at=timezone.now()): ...", ["timezone.now() in line 1"]),
        (
            "@pytest.mark.parametrize('at', [datetime.now(UTC)])\ndef f(at): ...",
            ["datetime.now() in line 1"],
        ),
        ("def f():\n    return timezone.now()", []),
        ("at = LazyFunction(lambda: timezone.now())", []),
        ("noon = time(12, 0)", []),
    ],
)
def test_clocks_read_at_import_are_found(source, found):
    assert list(read_at_import(ast.parse(source))) == found


def test_no_module_of_the_tests_reads_a_clock_when_it_is_imported():
    read = {
        f"{path.relative_to(TESTS)}: {clock}"
        for path in TESTS.rglob("*.py")
        if path.name != "sitecustomize.py"
        for clock in read_at_import(ast.parse(path.read_text()))
    }

    assert read == set()


def test_only_the_clock_of_the_tests_knows_the_machines():
    around = re.compile(r"time_machine|escape_hatch|_time_machine")
    knowing = {p.name for p in TESTS.rglob("*.py") if around.search(p.read_text())}

    assert knowing <= {"clocks.py", "sitecustomize.py", "test_clocks.py"}


def test_tests_that_read_a_clock_are_found_also_through_what_they_use():
    names = {name for path, name in readers() if path.name in {"test_clocks.py", "test_links.py"}}

    assert "test_time_goes_on" in names, "calls it"
    assert "test_opening_a_link_changes_nothing" in names, "through a fixture and another module"
    assert "test_clocks_read_at_import_are_found" not in names
