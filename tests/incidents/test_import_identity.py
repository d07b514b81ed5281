"""`manage.py import`: matching files with existing incidents."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from incidents.models import ImportedFile, Incident
from incidents.operations import sections
from incidents.operations.importing import Source
from tests.factories import NOON
from tests.incidents.test_command_import import INCIDENT, run

pytestmark = pytest.mark.django_db
SHARED = "## Who was on call\n\nThe same three people as always.\n\n"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def outage(lesson: str, title: str = "Outage") -> str:
    return f"# {title}\n\n{SHARED}## Lessons\n\n{lesson}\n"


def bodies() -> list[list[str]]:
    """Return the texts of all sections, by incident."""
    incidents = Incident.objects.order_by("number")
    return [[section.body for section in each.sections.all()] for each in incidents]


def changes(*arguments) -> list[str]:
    out, _, failure = run(*arguments)
    assert failure == ""
    return [line.rsplit(": ", 1)[1] for line in out.splitlines()]


def test_two_files_of_one_title_imported_in_two_runs_are_two_incidents(tmp_path):
    first = write(tmp_path / "a.md", outage("Watch the disk."))
    second = write(tmp_path / "b.md", outage("Renew the token in time."))

    assert changes(first) == ["INC-1 new"]
    out, err, _ = run(second)

    assert "INC-2 new" in out
    assert "INC-1 (“Outage”) has the same title" in err
    assert "import --update INC-1 FILE" in err
    assert [texts[1] for texts in bodies()] == ["Watch the disk.", "Renew the token in time."]


def test_the_same_path_in_two_folders_is_two_files(tmp_path):
    first = write(tmp_path / "one/outage.md", outage("Watch the disk."))
    second = write(tmp_path / "two/outage.md", outage("Renew the token in time."))

    assert changes(first.parent) == ["INC-1 new"]
    assert changes(second.parent) == ["INC-2 new"]
    assert changes(first.parent, second.parent) == ["INC-1 unchanged", "INC-2 unchanged"]


def test_many_files_of_one_title_keep_their_incidents(tmp_path):
    for number in range(25):
        write(tmp_path / f"{number:02}.md", outage(f"Lesson {number} of a day."))
    first = changes(tmp_path)

    second, third = changes(tmp_path), changes(tmp_path)

    assert first == [f"INC-{number} new" for number in range(1, 26)]
    assert second == third == [f"INC-{number} unchanged" for number in range(1, 26)]
    assert Incident.objects.count() == 25


def test_a_question_is_asked_once(tmp_path):
    write(tmp_path / "a.md", outage("Watch the disk."))
    write(tmp_path / "b.md", outage("Renew the token in time."))

    assert "same title" in run(tmp_path)[1]
    assert run(tmp_path)[1] == ""


def test_a_changed_title_makes_no_duplicate(tmp_path):
    file = write(tmp_path / "a.md", outage("Watch the disk."))
    run(file)

    write(file, outage("Watch the disk.", title="Registry outage"))

    assert changes(file) == ["INC-1 changed"]
    assert Incident.objects.get().title == "Registry outage"


def test_a_changed_text_makes_no_duplicate(tmp_path):
    file = write(tmp_path / "a.md", outage("Watch the disk."))
    run(file)

    write(file, outage("Watch the disk, and the queue behind it."))

    assert changes(file) == ["INC-1 changed"]


@pytest.mark.parametrize("named", [True, False])
def test_a_moved_file_is_the_same_incident(tmp_path, named):
    source = ["--source", "reports"] if named else []
    old = write(tmp_path / "in/a.md", outage("Watch the disk."))
    run(tmp_path / "in", *source)
    new = tmp_path / "in/2024/b.md"
    new.parent.mkdir()
    old.rename(new)

    assert changes(tmp_path / "in", *source) == ["INC-1 unchanged"]
    write(new, outage("Watch the disk closely.", title="Disk outage"))
    assert changes(tmp_path / "in", *source) == ["INC-1 changed"]
    assert ImportedFile.objects.count() == 1


def test_a_named_source_is_the_same_wherever_it_is(tmp_path):
    write(tmp_path / "one/a.md", outage("Watch the disk."))
    write(tmp_path / "two/a.md", outage("Watch the disk.", title="Disk outage"))
    write(tmp_path / "three/a.md", outage("Watch the queue."))

    assert changes(tmp_path / "one", "--source", "reports") == ["INC-1 new"]
    assert changes(tmp_path / "two", "--source", "reports") == ["INC-1 changed"]
    assert changes(tmp_path / "three", "--source", "others") == ["INC-2 new"]


def test_the_same_content_in_two_places_is_one_incident_until_one_changes(tmp_path):
    write(tmp_path / "a.md", outage("Watch the disk."))
    copy = write(tmp_path / "copy.md", outage("Watch the disk."))
    assert changes(tmp_path) == ["INC-1 new", "INC-1 unchanged"]

    write(copy, outage("Watch the disk closely."))
    out, err, _ = run(tmp_path)

    assert [line.split(": ")[1] for line in out.splitlines()] == ["INC-1 unchanged", "INC-2 new"]
    assert f"also imported from {tmp_path}/a.md, which is still there" in err
    assert changes(tmp_path) == ["INC-1 unchanged", "INC-2 unchanged"]


def test_another_write_up_in_the_same_place_is_another_incident(tmp_path):
    file = write(tmp_path / "latest.md", "# Disk full\n\nThe disk of the registry ran full.\n")
    run(file)

    write(file, "# Token expired\n\nNobody renewed what the queue signs with.\n")
    out, err, _ = run(file)

    assert "INC-2 new" in out
    assert "INC-1 (“Disk full”) was imported from this file before" in err
    assert changes(file) == ["INC-2 unchanged"]


def test_edits_made_here_are_not_overwritten(tmp_path, ana):
    file = write(tmp_path / "a.md", outage("Watch the disk."))
    run(file)
    section = Incident.objects.get().sections.get(title="Lessons")
    sections.save(
        section, title="Lessons", body="Ours.", kind="lessons", base_version=1, by=ana, at=NOON
    )

    assert changes(file) == ["INC-1 unchanged"]
    write(file, outage("Watch the disk closely."))
    assert "was changed here since" in run(file, "--dry-run")[1]
    out, err, failure = run(file)

    assert ("INC-1 left alone" in out, failure) == (True, "")
    assert "warning: INC-1 was changed here since this file was imported" in err
    assert bodies()[0][1] == "Ours."
    assert changes(file, "--update", "INC-1") == ["INC-1 changed"]
    assert bodies()[0][1] == "Watch the disk closely."
    assert changes(file) == ["INC-1 unchanged"]


def test_an_older_export_does_not_undo_later_edits(tmp_path, ana):
    run(write(tmp_path / "INC-7.md", INCIDENT.split("## Patterns")[0]))
    call_command("export", "INC-7", str(tmp_path / "out"), stdout=StringIO())
    section = Incident.objects.get().sections.get()
    sections.save(
        section, title="Summary", body="Ours.", kind="summary", base_version=1, by=ana, at=NOON
    )

    out, err, _ = run(tmp_path / "out")

    assert "INC-7 left alone" in out
    assert "was changed here since" in err
    assert bodies() == [["Ours."]]


def test_an_edited_export_updates_its_incident(tmp_path, ana):
    run(write(tmp_path / "INC-7.md", INCIDENT.split("## Patterns")[0]))
    section = Incident.objects.get().sections.get()
    sections.save(
        section, title="Summary", body="Ours.", kind="summary", base_version=1, by=ana, at=NOON
    )
    call_command("export", "INC-7", str(tmp_path / "out"), stdout=StringIO())
    file = tmp_path / "out/incidents/INC-7.md"

    write(file, file.read_text().replace("Ours.", "Ours, edited."))

    assert changes(file) == ["INC-7 changed"]
    assert bodies() == [["Ours, edited."]]
    assert changes(file) == ["INC-7 unchanged"]


def test_exports_of_another_installation_get_numbers_of_their_own_and_keep_them(tmp_path):
    here = INCIDENT.split("## Patterns")[0]
    run(write(tmp_path / "here.md", here))
    theirs = here.replace("Registry refused pulls", "Queue lost messages")
    theirs = theirs.replace("Pulls were refused", "Every third message was gone")
    theirs = theirs.replace("The first pull failed", "Somebody missed an order")
    file = write(tmp_path / "theirs/INC-7.md", theirs)

    out, err, _ = run(file)

    assert "INC-8 new" in out
    assert "INC-7 (“Registry refused pulls”) has the file’s reference but another text" in err
    assert changes(file) == ["INC-8 unchanged"]
    write(file, theirs.replace("SEV2", "SEV1"))
    assert changes(file) == ["INC-8 changed"]
    assert Incident.objects.get(number=7).title == "Registry refused pulls"


def test_an_option_names_the_incident_to_update(tmp_path):
    first = write(tmp_path / "a.md", outage("Watch the disk."))
    second = write(tmp_path / "b.md", outage("Renew the token in time."))
    run(first)

    assert changes(second, "--update", "inc-1") == ["INC-1 changed"]
    assert Incident.objects.count() == 1
    assert changes(second) == ["INC-1 unchanged"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["{folder}", "--update", "INC-1"], "--update goes with one file"),
        (["{file}", "{file}", "--update", "INC-1"], "--update goes with one file"),
        (["{file}", "--update", "INC-9"], "There is no INC-9 here."),
        (["{file}", "--source", "x"], "--source goes with one folder"),
        (["{folder}", "--source", "x" * 300], "at most 200 characters"),
    ],
)
def test_invalid_combinations_of_options_are_reported(tmp_path, arguments, words):
    file = write(tmp_path / "a.md", outage("Watch the disk."))

    filled = [each.format(folder=tmp_path, file=file) for each in arguments]

    assert words in run(*filled)[2]
    assert not Incident.objects.exists()


def test_a_hidden_incident_cannot_be_updated(tmp_path, ben):
    file = write(tmp_path / "a.md", outage("Watch the disk."))
    run(file)
    Incident.objects.update(visibility="restricted")
    write(file, outage("Watch the disk closely."))

    _, err, failure = run(file, "--as", "ben")

    assert "Outage" not in err
    assert failure == "1 of 1 files could not be imported."
    assert run(file, "--as", "ben", "--update", "INC-1")[2] == "There is no INC-1 here."
    assert bodies()[0][1] == "Watch the disk."


def test_an_archived_incident_is_neither_duplicated_nor_restored(tmp_path):
    file = write(tmp_path / "a.md", outage("Watch the disk."))
    run(file)
    Incident.objects.update(archived_at=NOON)

    assert "INC-1 is archived here" in run(file)[1]
    assert Incident.objects.count() == 1


def test_a_place_is_stored_once(tmp_path):
    file = write(tmp_path / "a.md", outage("Watch the disk."))
    run(file)
    stored = ImportedFile.objects.get()

    assert (stored.key, stored.path) == (Source.of(file).key, str(file))
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportedFile.objects.create(
            incident=stored.incident, key=stored.key, path="x", revision=1, imported_at=NOON
        )
