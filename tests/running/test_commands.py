"""Every command of manage.py answers what goes wrong in one line, with an exit code."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.running.server import ROOT, environment

UNREACHABLE = "postgres://ana:geheim@127.0.0.1:9/nevertwice"
NO_DATABASE = r"The database cannot be reached \(.*Connection refused\)\. Check that it runs"
# One call of each command that needs the database.
CALLS = {
    "backup": [],
    "export": ["{folder}"],
    "first_administrator": [],
    "import": ["{file}"],
    "learn": [],
    "prepare": [],
    "reindex": [],
    "reseal_channels": [],
    "resume_sending": [],
    "search": ["disk full"],
    "seed": [],
    "send_reminders": [],
    "sign_in_link": ["ana"],
    "similar": ["INC-1"],
    "suggest_patterns": ["INC-1"],
    # Of Django, which answers in the same way.
    "migrate": [],
    "createsuperuser": ["--noinput", "--username=x", "--email=x@example.com"],
}
# Wrong arguments: none of these needs the database.
WRONG = [
    (["restore"], 2, "required: FILE"),
    (["restore", "{folder}/missing"], 1, "missing"),
    (["resume_sending", "x"], 2, "unrecognized arguments: x"),
    (["banana"], 1, "Unknown command: 'banana'"),
    (["export"], 2, "required: REFERENCE, DIR|required: DIR"),
    (["import"], 2, "required: PATH"),
    (["import", "{folder}", "--update", "INC-1"], 1, "--update goes with one file"),
    (["import", "{file}", "--source", "x"], 1, "--source goes with one folder"),
    (["import", "{folder}/missing"], 1, "1 of 1 files could not be imported"),
    (["learn", "--nothing"], 2, "unrecognized arguments: --nothing"),
    (["first_administrator", "x"], 2, "unrecognized arguments: x"),
    (["prepare", "x"], 2, "unrecognized arguments: x"),
    (["reseal_channels", "x"], 2, "unrecognized arguments: x"),
    (["serve", "x"], 2, "unrecognized arguments: x"),
    (["reindex", "--processes", "x"], 2, "invalid int value"),
    (["reindex", "--processes", "0"], 1, "--processes must be a number from 1 to 64"),
    (["reindex", "--processes", "99999"], 1, "--processes must be a number from 1 to 64"),
    (["search"], 2, "required: query"),
    (["search", "x", "--limit", "0"], 1, "--limit must be a number from 1 to"),
    (["seed", "{file}", "x"], 2, "unrecognized arguments: x"),
    (["send_reminders", "--now", "noon"], 1, "expected a moment such as"),
    (["send_reminders", "--now", "2026-01-01T09:00"], 1, "which has no time zone"),
    (["send_reminders", "--now", "0001-01-01T00:00:00+14:00"], 1, "a year from 2000 to 2100"),
    (["send_reminders", "--now", "9999-12-31T23:59:59-12:00"], 1, "a year from 2000 to 2100"),
    (["sign_in_link"], 2, "required: person"),
    (["similar"], 2, "required: reference"),
    (["suggest_patterns"], 2, "required: reference"),
]


@dataclass(frozen=True)
class Answer:
    code: int
    stdout: str
    stderr: str


def called(calls: list[list[str]], folder: Path, **variables: str) -> list[Answer]:
    """Answers of manage.py to calls with these arguments."""
    file = folder / "write-up.md"
    filled = [[each.format(folder=folder, file=file) for each in call] for call in calls]
    done = subprocess.run(
        [sys.executable, "-m", "tests.running.many_commands"],
        cwd=ROOT,
        env=environment(folder / "var", **variables),
        input=json.dumps(filled),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return [Answer(**each) for each in json.loads(done.stdout.strip().splitlines()[-1])]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("commands")
    (made / "write-up.md").write_text("# Outage\n\nThe disk was full.\n")
    return made


@pytest.fixture(scope="module")
def answers(folder):
    """Answers of all calls without a database, by their words."""
    calls = [[name, *arguments] for name, arguments in CALLS.items()]
    calls += [arguments for arguments, _, _ in WRONG]
    calls.append(["search", "x", "--traceback"])
    done = called(calls, folder, DATABASE_URL=UNREACHABLE)
    return {tuple(each): answer for each, answer in zip(calls, done, strict=True)}


def test_every_command_of_ours_is_called_here():
    files = [*ROOT.glob("*/management/commands/*.py")]
    ours = {file.stem for file in files} - {"__init__"}

    # Those are called by test_wrong_settings.py, and by tests/backups with a file to restore.
    assert ours - CALLS.keys() == {"serve", "restore"}
    assert ours <= CALLS.keys() | {arguments[0] for arguments, _, _ in WRONG}


@pytest.mark.parametrize("name", CALLS)
def test_a_database_that_cannot_be_reached_is_said(answers, name):
    answer = answers[(name, *CALLS[name])]

    last = answer.stderr.strip().splitlines()[-1]
    assert answer.code == 1
    assert re.search(NO_DATABASE, last) or "DATABASE_URL: nevertwice at 127.0.0.1" in last
    assert "Traceback" not in answer.stderr
    assert "geheim" not in answer.stderr + answer.stdout


@pytest.mark.parametrize(("arguments", "code", "words"), WRONG)
def test_wrong_arguments_are_said(answers, arguments, code, words):
    answer = answers[tuple(arguments)]

    assert answer.code == code
    assert re.search(words, answer.stderr)
    assert "Traceback" not in answer.stderr


def test_with_traceback_the_error_is_shown_as_it_is(answers):
    answer = answers[("search", "x", "--traceback")]

    assert "Traceback" in answer.stderr
    assert answer.code == 1


def test_manage_py_itself_answers_so(folder):
    done = subprocess.run(
        [sys.executable, "manage.py", "search", "x"],
        cwd=ROOT,
        env=environment(folder / "var", DATABASE_URL=UNREACHABLE),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    [line] = done.stderr.splitlines()
    assert re.match(NO_DATABASE, line)
    assert done.returncode == 1


@pytest.mark.faults
def test_what_a_command_started_is_stopped_when_it_is_interrupted(tmp_path):
    for number in range(500):
        (tmp_path / f"{number}.md").write_text(
            f"# Outage {number}\n\n" + "The disk was full.\n" * 9
        )
    variables = environment(tmp_path / "var")
    for how, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        running = subprocess.Popen(
            [sys.executable, "manage.py", "import", str(tmp_path)],
            cwd=ROOT,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while not (pids := _postgres_of(tmp_path)):
            assert running.poll() is None, running.communicate()
            time.sleep(0.05)
        time.sleep(1)
        began = time.monotonic()
        running.send_signal(how)
        _, errors = running.communicate(timeout=60)

        assert running.returncode == code
        assert "Traceback" not in errors
        assert not [pid for pid in pids if _runs(pid)]
        assert time.monotonic() - began < 12  # a second, on a machine that does nothing else


def _postgres_of(folder: Path) -> list[int]:
    try:
        return [int((folder / "var/postgres/postmaster.pid").read_text().split("\n", 1)[0])]
    except (FileNotFoundError, ValueError):
        return []


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
