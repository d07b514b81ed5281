"""`manage.py seed`: loading seeds once, without overwriting edits."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.models import Incident, Section, SeededFile
from incidents.operations import sections
from playbooks.models import FailurePattern, Playbook
from tests.factories import NOON, IncidentFactory, PatternFactory
from tests.incidents.test_command_import import INCIDENT, PATTERN, PLAYBOOK


@pytest.fixture
def folder(tmp_path) -> Path:
    for name, text in {
        "incidents/INC-7": INCIDENT,
        "patterns/cert-credential": PATTERN,
        "playbooks/renew": PLAYBOOK,
    }.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / f"{name}.md").write_text(text)
    return tmp_path


def seed(folder: Path) -> str:
    out = StringIO()
    call_command("seed", str(folder), stdout=out)
    return out.getvalue()


def change(folder: Path, before: str, after: str) -> None:
    for path in folder.rglob("*.md"):
        path.write_text(path.read_text().replace(before, after))


def test_seeding_twice_loads_once(db, folder):
    assert "Loaded 3 files" in seed(folder)

    with CaptureQueriesContext(connection) as queries:
        assert "Nothing new" in seed(folder)

    assert len(queries) == 1
    assert (Incident.objects.count(), FailurePattern.objects.count()) == (1, 1)


def test_a_newer_seed_replaces_an_older_one(db, folder):
    seed(folder)
    change(folder, "Pulls were", "All pulls were")
    change(folder, "It ran out", "It has run out")

    assert "Loaded 3 files" in seed(folder)

    assert Section.objects.get().body == "All pulls were refused."
    assert FailurePattern.objects.get().definition == "It has run out."


def test_rows_that_people_changed_are_kept(db, folder, ana):
    seed(folder)
    section = Section.objects.get()
    sections.save(
        section, title="Summary", body="Ours.", kind="summary", base_version=1, by=ana, at=NOON
    )
    change(folder, "Pulls were", "All pulls were")

    assert "incidents/INC-7.md: not loaded, it was changed here" in seed(folder)
    assert Section.objects.get().body == "Ours."
    assert "Nothing new" in seed(folder)


def test_rows_that_people_removed_do_not_come_back(db, folder):
    seed(folder)
    Incident.objects.update(archived_at=NOON)
    FailurePattern.objects.all().delete()
    change(folder, "refused", "denied")
    change(folder, "It ran out", "It has run out")

    out = seed(folder)

    assert "INC-7.md: not loaded, it was archived here" in out
    assert "cert-credential.md: not loaded, it was removed here" in out
    assert "renew.md: not loaded, There is no failure pattern “cert-credential” here." in out


def test_a_playbook_is_limited_to_patterns_that_still_exist(db, folder):
    seed(folder)
    other = PatternFactory(slug="dns")
    FailurePattern.objects.filter(slug="cert-credential").delete()
    change(folder, "- cert-credential\n", "- cert-credential\n- dns\n")

    assert "Loaded 1 file" in seed(folder)

    assert list(Playbook.objects.get().patterns.all()) == [other]


def test_an_incident_of_the_team_keeps_its_number(db, folder):
    IncidentFactory(number=7, title="Ours")

    seed(folder)
    change(folder, "refused", "denied")
    seed(folder)

    assert Incident.objects.get(number=7).title == "Ours"
    assert Incident.objects.get(number=8).title == "Registry denied pulls"
    assert SeededFile.objects.get(name="incidents/INC-7.md").became == "INC-8"


def test_a_broken_seed_is_named(db, folder):
    change(folder, "SEV2", "SEV9")

    with pytest.raises(CommandError, match=r"INC-7\.md:6: “SEV9” is not a valid severity"):
        seed(folder)


@pytest.mark.parametrize("name", ["banana", "incidents/INC-7.md"])
def test_a_missing_folder_is_reported(db, folder, name):
    with pytest.raises(CommandError, match=r"cannot be loaded: There is no folder .*"):
        seed(folder / name)


def test_only_regular_files_are_seeds(db, folder):
    os.mkfifo(folder / "pipe.md")
    (folder / "README.md").write_text("# How we keep seeds")

    assert "Loaded 3 files" in seed(folder)


def test_a_seed_that_is_not_text_is_named(db, folder):
    (folder / "latin.md").write_bytes(b"one\ncaf\xe9\n")

    with pytest.raises(CommandError, match=r"latin\.md: The file is not UTF-8"):
        seed(folder)
