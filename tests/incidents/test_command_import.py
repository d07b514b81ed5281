"""`manage.py import` and `manage.py export`."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from incidents.models import Incident
from playbooks.content import playbook_fields
from playbooks.models import FailurePattern, Playbook
from playbooks.operations import edit_playbook
from tests.bounded import bounded
from tests.factories import NOON

PATTERN = """\
---
format: nevertwice/pattern/1
slug: cert-credential
name: Credential expired
---

It ran out.
"""
PLAYBOOK = """\
---
format: nevertwice/playbook/1
slug: renew
title: Renew it
patterns:
- cert-credential
risk: low
---

## Use when

It ran out.
"""
INCIDENT = """\
---
format: nevertwice/incident/1
reference: INC-7
title: Registry refused pulls
status: draft
severity: SEV2
environment: unknown
time_zone: Europe/Dublin
visibility: internal
---

## Summary

Pulls were refused.

## Timeline

### 2019-07-01 00:21

*minute · as written “0:21” · milestone: started · observation*

The first pull failed.

## Patterns

### cert-credential

*confirmed*

## Playbooks used

### renew

*helped · 2019-07-01T10:00:00Z*
"""


@pytest.fixture
def folder(tmp_path) -> Path:
    for name, text in {
        "a/incident": INCIDENT,
        "b/playbook": PLAYBOOK,
        "c/pattern": PATTERN,
    }.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / f"{name}.md").write_text(text)
    return tmp_path


def run(*arguments) -> tuple[str, str, str]:
    """Return the output, the errors, and the exception of the command."""
    out, err = StringIO(), StringIO()
    failure = ""
    try:
        call_command("import", *map(str, arguments), stdout=out, stderr=err)
    except CommandError as error:
        failure = str(error)
    return out.getvalue(), err.getvalue(), failure


def run_json(*arguments) -> list[dict]:
    return [json.loads(line) for line in run(*arguments, "--json")[0].splitlines()]


def test_a_folder_is_imported_in_order_of_dependencies(db, folder):
    out, err, failure = run(folder)

    assert (err, failure) == ("", "")
    assert [line.split(": ")[1] for line in out.splitlines()] == [
        "cert-credential new",
        "renew new",
        "INC-7 new",
    ]
    assert Incident.objects.get().playbook_uses.get().playbook.slug == "renew"


def test_importing_again_changes_nothing(db, folder):
    run(folder)

    out, _, _ = run(folder)

    assert {line.split(" ")[-1] for line in out.splitlines()} == {"unchanged"}


def test_export_import_export_gives_the_same_bytes(db, folder, tmp_path):
    run(folder)
    call_command("export", str(tmp_path / "one"), stdout=StringIO())
    for model in (Incident, Playbook, FailurePattern):
        model.objects.all().delete()

    run(tmp_path / "one")
    call_command("export", str(tmp_path / "two"), stdout=StringIO())

    names = ["incidents/INC-7.md", "patterns/cert-credential.md", "playbooks/renew.md"]
    for name, text in zip(names, (INCIDENT, PATTERN, PLAYBOOK), strict=True):
        assert (tmp_path / "one" / name).read_text() == text
        assert (tmp_path / "two" / name).read_bytes() == (tmp_path / "one" / name).read_bytes()


def test_single_incidents_are_exported_by_reference(db, folder, tmp_path):
    run(folder)

    call_command("export", "INC-7", str(tmp_path / "out"), stdout=StringIO())

    assert [path.name for path in (tmp_path / "out").rglob("*.md")] == ["INC-7.md"]
    with pytest.raises(CommandError, match="no INC-8"):
        call_command("export", "INC-7", "INC-8", str(tmp_path / "out"), stdout=StringIO())


def test_json_has_one_object_per_file(db, folder):
    pattern, playbook, incident = run_json(folder)

    assert (pattern["reference"], playbook["title"]) == ("cert-credential", "Renew it")
    assert list(incident) == [
        *("path", "reference", "title", "occurred_on", "timezone", "severity", "sections"),
        *("timeline", "root_causes", "action_items", "problems"),
    ]
    assert incident["path"] == str(folder / "a/incident.md")
    assert (incident["reference"], incident["occurred_on"]) == ("INC-7", "2019-07-01")
    assert incident["timeline"][0]["occurred_at"] == "2019-07-01T00:21:00+01:00"
    assert incident["problems"] == []


def test_a_dry_run_writes_nothing_and_has_no_reference(db, folder):
    objects = run_json(folder, "--dry-run")

    assert [(o["reference"], o["problems"]) for o in objects] == [(None, [])] * 3
    assert not Incident.objects.exists()
    assert not FailurePattern.objects.exists()


def test_one_broken_file_does_not_stop_the_others(db, folder):
    (folder / "broken.md").write_text(INCIDENT.replace("SEV2", "SEV9").replace("INC-7", "INC-8"))
    (folder / "binary.md").write_bytes(b"\x89PNG\0\0")
    (folder / "latin.md").write_bytes(b"one\ncaf\xe9\n")
    (folder / "large.md").write_bytes(b"x" * 20_000_000)

    out, err, failure = run(folder)

    assert "INC-7 new" in out
    assert failure == "4 of 7 files could not be imported."
    assert f"{folder}/broken.md:6: error: “SEV9” is not a valid severity" in err
    assert f"{folder}/latin.md:2: error: The file is not UTF-8" in err
    assert f"{folder}/binary.md:1: error: This is not a text file" in err
    assert f"{folder}/large.md: error: The file is 19.1 MB" in err
    assert Incident.objects.count() == 1


def test_a_reference_that_two_files_have_is_imported_once(db, folder):
    (folder / "a/second.md").write_text(INCIDENT.replace("Registry", "Another"))

    first, second = run_json(folder)[2:]

    assert (first["reference"], second["reference"]) == ("INC-7", None)
    assert "another file of this import" in second["problems"][0]["message"]
    assert Incident.objects.get().title == "Registry refused pulls"


def test_two_files_of_one_import_never_become_one_incident(db, tmp_path):
    for name, lesson in (("a", "Watch the disk."), ("b", "Watch the queue.")):
        text = f"# Outage\n\n## Who\n\nThe same people.\n\n## Lessons\n\n{lesson}\n"
        (tmp_path / f"{name}.md").write_text(text)

    first, second = run_json(tmp_path)

    assert first["reference"] != second["reference"]
    assert [o["reference"] for o in run_json(tmp_path)] == [first["reference"], second["reference"]]


def test_a_problem_found_while_storing_has_its_line(db, folder):
    (folder / "c/pattern.md").unlink()

    playbook, incident = run_json(folder)

    assert playbook["problems"] == [
        {"line": 5, "message": "There is no failure pattern “cert-credential” here."}
    ]
    assert [problem["line"] for problem in incident["problems"]] == [
        INCIDENT.split("\n").index(f"### {slug}") + 1 for slug in ("cert-credential", "renew")
    ]
    assert not Incident.objects.exists()


def test_patterns_and_playbooks_that_were_edited_here_are_left_alone(db, folder, ana):
    run(folder)
    pattern, playbook = folder / "c/pattern.md", folder / "b/playbook.md"
    call_command("export", str(folder / "old"), stdout=StringIO())
    said = replace(playbook_fields(Playbook.objects.get()), verify="Ours.")
    edit_playbook(Playbook.objects.get(), said, base_version=1, by=ana, at=NOON)
    pattern.write_text(PATTERN.replace("It ran out.", "It has run out."))
    playbook.write_text(PLAYBOOK.replace("It ran out.", "It has run out."))

    out, err, failure = run(pattern, playbook)

    assert failure == ""
    assert [line.rsplit(": ", 1)[1] for line in out.splitlines()] == [
        "cert-credential left alone",
        "renew left alone",
    ]
    assert "--update renew FILE" in err
    assert FailurePattern.objects.get().definition == "It ran out."
    assert Playbook.objects.get().verify == "Ours."
    assert "renew left alone" in run(folder / "old/playbooks/renew.md")[0]
    assert "cert-credential changed" in run(pattern, "--update", "cert-credential")[0]
    assert "renew changed" in run(playbook, "--update", "renew")[0]


def test_an_edited_export_of_a_playbook_updates_it(db, folder, ana):
    run(folder)
    said = replace(playbook_fields(Playbook.objects.get()), verify="Ours.")
    edit_playbook(Playbook.objects.get(), said, base_version=1, by=ana, at=NOON)
    call_command("export", str(folder / "out"), stdout=StringIO())
    file = folder / "out/playbooks/renew.md"
    file.write_text(file.read_text().replace("Ours.", "Ours, edited."))

    assert "renew changed" in run(file)[0]
    assert Playbook.objects.get().verify == "Ours, edited."


def test_a_person_imports_with_their_own_permissions(db, folder, vera, ana):
    _, err, failure = run(folder, "--as", "vera")

    assert "Only authors" in err
    assert failure == "3 of 3 files could not be imported."
    assert run(folder, "--as", "ana")[2] == ""
    assert Incident.objects.get().created_by == ana
    assert run(folder, "--as", "nobody")[2] == "No user is named “nobody”."


def test_a_missing_path_and_an_empty_folder_are_reported(db, tmp_path):
    assert "no such file" in run(tmp_path / "missing.md")[1]
    assert "no text file in the folder" in run(tmp_path)[2]


def test_skipped_files_of_a_folder_are_listed(db, folder):
    (folder / "README.md").write_text("# About")
    (folder / "a/graph.png").write_bytes(b"\x89PNG")
    (folder / "passwd.md").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe.md")

    out, err, failure = run(folder)

    assert ("INC-7 new" in out, failure) == (True, "")
    assert err.splitlines() == [
        f"{folder}/README.md: skipped: a page about the folder by its name",
        f"{folder}/a/graph.png: skipped: a file with the ending “.png” is not read from a folder",
        f"{folder}/passwd.md: skipped: a link to a place outside of the folder",
        f"{folder}/pipe.md: skipped: not a regular file but a named pipe",
        "3 files read, 4 skipped.",
    ]


def test_a_file_named_explicitly_is_imported_whatever_its_suffix(db, tmp_path):
    readme, report = tmp_path / "README.md", tmp_path / "report"
    readme.write_text("# Disk full\n\nIt ran full.\n")
    report.write_text("# Token expired\n\nNobody renewed it.\n")

    assert "INC-2 new" in run(readme, report)[0]


def test_a_named_pipe_is_refused_at_once(db, tmp_path):
    os.mkfifo(tmp_path / "pipe.md")

    with bounded(5):
        _, err, failure = run(tmp_path / "pipe.md")

    assert "not a regular file but a named pipe" in err
    assert failure == "1 of 1 files could not be imported."


def test_control_characters_neither_stop_the_import_nor_reach_the_terminal(db, tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9\n.md")).write_text("# Outage\n\nA.\n")
    text = '---\nowner: "\\uD800"\n"\\e[31m": x\ntitle: "a \\uD800 b"\n---\n\nIt \x1b[31mbroke.\n'
    (tmp_path / "b.md").write_text(text)
    ours = INCIDENT.split("## Patterns")[0].replace("visibility:", 'owner: "\\uD800"\nvisibility:')
    (tmp_path / "c.md").write_text(ours)

    out, err, failure = run(tmp_path)

    assert failure == ""
    assert r"caf\xe9\n.md: INC-" in out
    assert "\x1b" not in out + err
    assert Incident.objects.count() == 3
    assert Incident.objects.filter(title="a \ufffd b").exists()


def test_an_unwritable_folder_is_reported(db, tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export", str(tmp_path / "file"), stdout=StringIO())
