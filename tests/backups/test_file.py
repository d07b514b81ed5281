"""The file of a backup shows every change to it."""

from __future__ import annotations

import os
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from backups.archive import Archive, Damaged, Newer, NotABackup, Unusable, Writer, form
from tests.factories import NOON

CONTENT = {
    "database/one/000001.copy.gz": b"rows" * 200,
    "uploads/a\nb \\ ü": b"",
    "uploads/" + "long/" * 60 + os.fsdecode(b"\xff"): bytes(1024),
}


@pytest.fixture
def path(tmp_path) -> Path:
    with open(tmp_path / "backup.tar", "wb") as file, Writer(file, at=NOON) as writer:
        for name, content in CONTENT.items():
            assert writer.add_file(name, BytesIO(content), len(content), modified_at=5.5)
        writer.finish({"version": "0.1.0"})
    return tmp_path / "backup.tar"


def test_what_was_written_is_read(path):
    with Archive(path) as archive:
        found = {member.name: member.content.read() for member in archive.members()}

    assert found == CONTENT
    assert archive.manifest["version"] == "0.1.0"


def test_a_flipped_bit_in_any_byte_is_noticed(path):
    whole = path.read_bytes()
    unnoticed = []
    for position in range(len(whole)):
        changed = bytearray(whole)
        changed[position] ^= 1 << position % 8
        path.write_bytes(changed)
        try:
            Archive(path).close()
            unnoticed.append(position)
        except Unusable:
            pass

    assert unnoticed == []


def test_a_file_cut_off_anywhere_or_continued_is_noticed(path):
    whole = path.read_bytes()
    for length in (*range(1, len(whole), 97), len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(Unusable):
            Archive(path)

    path.write_bytes(whole + bytes(form.BLOCK))
    with pytest.raises(Damaged, match="incomplete or damaged"):
        Archive(path)


@pytest.mark.parametrize("content", [b"", b"hello", bytes(10_000), b"PK\x03\x04" * 1000])
def test_another_file_is_refused(tmp_path, content):
    (tmp_path / "other").write_bytes(content)

    with pytest.raises(NotABackup, match="is not a backup of Nevertwice"):
        Archive(tmp_path / "other")


def test_another_tar_file_is_refused(tmp_path, path):
    with tarfile.open(tmp_path / "other.tar", "w") as tar:
        tar.add(path, "backup.tar")

    with pytest.raises(NotABackup):
        Archive(tmp_path / "other.tar")


def test_a_folder_and_a_named_pipe_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    for place in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(NotABackup, match="is not a file"):
            Archive(place)


def test_a_later_format_is_refused_by_name(path):
    path.write_bytes(path.read_bytes().replace(form.first(1), form.first(2), 1))

    with pytest.raises(Newer, match="newer version"):
        Archive(path)


def test_a_file_that_shrinks_while_it_is_copied_is_reported(tmp_path):
    with open(tmp_path / "backup.tar", "wb") as file, Writer(file, at=NOON) as writer:
        assert not writer.add_file("uploads/x", BytesIO(b"abc"), 10, modified_at=0)
        writer.finish({})

    with Archive(tmp_path / "backup.tar") as archive:
        assert [member.content.read() for member in archive.members()] == [b"abc" + bytes(7)]


def test_a_change_after_the_check_is_noticed_before_the_member_ends(path):
    with Archive(path) as archive:
        whole = path.read_bytes()
        with open(path, "r+b") as file:
            file.write(whole.replace(b"rowsrows", b"rowsrowt", 1))
        with pytest.raises(Damaged, match="changed while it was read"):
            list(archive.members())


def test_ordinary_tools_open_and_check_it(path, tmp_path):
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()

    subprocess.run(["tar", "-xf", path, "-C", unpacked], check=True)
    checked = subprocess.run(
        ["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=unpacked, capture_output=True, check=False
    )

    assert (checked.returncode, checked.stdout) == (0, b"")
