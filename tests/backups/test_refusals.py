"""Backups that cannot be restored leave the installation as it was."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from backups.archive import Archive
from tests.backups.conftest import uploads_of
from tests.backups.rewriting import rewritten

pytestmark = pytest.mark.usefixtures("django_db_unblocked")


@pytest.fixture(scope="module")
def untouched(new_installation, database):
    """An installation with nothing written into it, which has to be so after each test."""
    installation = new_installation(template=database)
    before = installation.rows()
    yield installation
    assert installation.rows() == before


def refusal(installation, path) -> str:
    before = uploads_of(installation)
    with installation.in_use(), pytest.raises(CommandError) as refused:
        call_command("restore", str(path))
    assert uploads_of(installation) == before == {}
    assert not list(installation.folder.rglob(".restoring"))
    return str(refused.value)


def test_a_flipped_byte_is_noticed_before_anything_is_restored(source, untouched, tmp_path):
    whole = source.path.read_bytes()
    with Archive(source.path) as archive:
        manifest = whole.index(b'"product"')
        sums = archive.manifest["sums"]["offset"]
    last = len(whole) - 1
    places = [0, 600, 3_000, len(whole) // 3, len(whole) // 2, sums + 600, manifest, last]
    for place in [*places, *range(0, len(whole), len(whole) // 20)]:
        changed = bytearray(whole)
        changed[place] ^= 0x10
        (tmp_path / "flipped.tar").write_bytes(changed)

        assert "damaged" in refusal(untouched, tmp_path / "flipped.tar")


def test_a_truncated_backup_is_refused(source, untouched, tmp_path):
    (tmp_path / "cut.tar").write_bytes(source.path.read_bytes()[:-20_000])

    assert "incomplete or damaged" in refusal(untouched, tmp_path / "cut.tar")


def test_other_files_are_refused(untouched, tmp_path):
    (tmp_path / "notes.txt").write_text("dear all")

    assert "is not a backup" in refusal(untouched, tmp_path / "notes.txt")
    assert "There is no file" in refusal(untouched, tmp_path / "nowhere.tar")


def test_a_backup_of_a_newer_version_is_refused(source, untouched, tmp_path):
    def by_version(manifest):
        manifest["version"] = "99.0.0"

    def by_migration(manifest):
        manifest["migrations"].append(["incidents", "9999_from_the_future"])

    for number, change in enumerate((by_version, by_migration)):
        path = rewritten(source.path, tmp_path / f"{number}.tar", change=change)

        assert "Upgrade this installation first" in refusal(untouched, path)


def test_rows_that_are_missing_or_do_not_fit_together_are_refused(source, untouched, tmp_path):
    def without_people(member) -> bool:
        return not member.name.startswith("database/accounts_user/")

    def no_people(manifest):
        for table in manifest["tables"]:
            if table["name"] == "accounts_user":
                table["rows"] = 0

    missing = rewritten(source.path, tmp_path / "missing.tar", keep=without_people)
    unfit = rewritten(source.path, tmp_path / "unfit.tar", keep=without_people, change=no_people)

    assert "0 rows of accounts_user" in refusal(untouched, missing)
    assert "violates foreign key constraint" in refusal(untouched, unfit)


@pytest.mark.parametrize("name", ["uploads/../../out", "uploads//etc/out", "uploads/", "other"])
def test_members_that_belong_nowhere_are_refused(source, untouched, tmp_path, name):
    path = rewritten(source.path, tmp_path / "odd.tar", add={name: b"x"})
    before = set(tmp_path.parent.rglob("out"))

    assert "Nothing was restored" in refusal(untouched, path)
    assert set(tmp_path.parent.rglob("out")) == before


def test_a_check_reports_and_changes_nothing(source, untouched, capsys):
    with untouched.in_use():
        call_command("restore", str(source.path), "--check")

    assert "is complete" in capsys.readouterr().out


def test_a_backup_of_an_older_version_is_migrated(source, prepared, tmp_path):
    latest = ["recurrence", "0001_initial"]

    def older(manifest):
        manifest["migrations"].remove(latest)
        manifest["version"] = "0.0.9"
        for name in ("tables", "sequences"):
            field = "name" if name == "tables" else "table"
            manifest[name] = [
                each for each in manifest[name] if not each[field].startswith("recurrence_")
            ]

    def known_then(member) -> bool:
        return not member.name.startswith("database/recurrence_")

    path = rewritten(source.path, tmp_path / "older.tar", keep=known_then, change=older)
    with prepared.in_use():
        call_command("restore", str(path))

    rows, ours = source.rows, prepared.rows()
    later = {table for table in rows if table.startswith("recurrence_")}
    assert later == {table for table in ours if table.startswith("recurrence_")}
    assert len(later) == 2
    assert not any(ours[table] for table in later), "tables of a later version start empty"
    restoring = {"messaging_message", "messaging_sendingpause"}  # a restore pauses sending
    assert {t: r for t, r in ours.items() if t not in later | restoring} == {
        t: r for t, r in rows.items() if t not in later | restoring
    }
