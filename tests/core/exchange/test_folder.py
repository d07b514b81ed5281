"""Looking into a folder: everything in it is read or listed with the reason why not."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from core.exchange.folder import look_into


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("text")


def looked(folder: Path) -> tuple[list[str], dict[str, str]]:
    """Names of the files to read, and the reason for each that is passed over."""
    found = look_into(folder)
    names = [path.relative_to(folder).as_posix() for path in found.files]
    return names, {s.path.relative_to(folder).as_posix(): s.reason for s in found.skipped}


def test_text_files_are_found_at_any_depth_and_the_others_are_listed(tmp_path):
    make(tmp_path, "b.md", "a/c.RST", "a/d.png", ".git/e.md", "a/.f.md", "g.qmd", "h", "i.json")

    read, skipped = looked(tmp_path)

    assert read == ["a/c.RST", "b.md", "g.qmd"]
    assert skipped == {
        ".git": "hidden",
        "a/.f.md": "hidden",
        "a/d.png": "a file with the ending “.png” is not read from a folder",
        "h": "a file without an ending is not read from a folder",
        "i.json": "a file with the ending “.json” is not read from a folder",
    }


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("README.md", "a page about the folder"),
        ("readme.rst", "a page about the folder"),
        ("docs/index.md", "a page about the folder"),
        ("_index.md", "a page about the folder"),
        ("CONTRIBUTING.md", "a page about the folder"),
        ("CODE_OF_CONDUCT.md", "a page about the folder"),
        ("CHANGELOG.md", "a page about the folder"),
        ("TEMPLATE.md", "a template"),
        ("postmortem-template.md", "a template"),
        ("template_incident_report.md", "a template"),
        ("0000-template.md", "a template"),
        ("2024-03-01-template-rendering-failed.md", ""),
        ("email-template-outage.md", ""),
        ("readme-service-down.md", ""),
        ("2024/2024-03-01-disk-full/index.md", ""),
        ("2024-03-01/README.md", ""),
    ],
)
def test_pages_about_the_folder_and_templates_are_passed_over(tmp_path, name, reason):
    make(tmp_path, name)

    read, skipped = looked(tmp_path)

    if reason:
        assert (read, skipped) == ([], {name: f"{reason} by its name"})
    else:
        assert (read, skipped) == ([name], {})


def test_a_file_in_our_format_is_read_whatever_its_name(tmp_path):
    (tmp_path / "README.md").write_text("---\nformat: nevertwice/incident/1\n---\n")

    assert looked(tmp_path) == (["README.md"], {})


def test_links_are_followed_within_the_folder_only(tmp_path):
    folder, outside = tmp_path / "in", tmp_path / "out"
    make(folder, "a.md", "sub/b.md", ".hidden/c.md")
    make(outside, "secret.md")
    for name, target in {
        "inside.md": folder / "a.md",
        "relative.md": Path("sub/b.md"),
        "secret.md": outside / "secret.md",
        "passwd.md": Path("/etc/passwd"),
        "up.md": Path("../out/secret.md"),
        "gone.md": folder / "missing.md",
        "circle.md": folder / "circle.md",
        "hidden.md": folder / ".hidden/c.md",
        "folder": folder / "sub",
        "everything": outside,
        "self": folder,
    }.items():
        (folder / name).symlink_to(target)

    read, skipped = looked(folder)

    outside_of = "a link to a place outside of the folder"
    own_place = "a link to a folder, which is read at its own place"
    assert read == ["a.md", "inside.md", "relative.md", "sub/b.md"]
    assert skipped == {
        ".hidden": "hidden",
        "circle.md": "a link that leads in a circle or cannot be followed",
        "everything": outside_of,
        "folder": own_place,
        "gone.md": "a link to a file that does not exist",
        "hidden.md": "a link to a hidden file",
        "passwd.md": outside_of,
        "secret.md": outside_of,
        "self": own_place,
        "up.md": outside_of,
    }


def test_what_is_no_regular_file_is_passed_over(tmp_path):
    os.mkfifo(tmp_path / "pipe.md")
    socket.socket(socket.AF_UNIX).bind(str(tmp_path / "socket.md"))
    make(tmp_path, "folder.md/inside.md")

    assert looked(tmp_path) == (
        ["folder.md/inside.md"],
        {
            "pipe.md": "not a regular file but a named pipe",
            "socket.md": "not a regular file but a socket",
        },
    )


def test_folders_may_be_nested_deeply(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _ in range(1_500):
        os.mkdir("d")
        os.chdir("d")
    Path("a.md").write_text("text")
    os.chdir(tmp_path)

    found = look_into(tmp_path)

    subprocess.run(["rm", "-rf", "d"], check=True)  # Python's own recursion does not go so deep
    assert [path.name for path in found.files] == ["a.md"]


def test_a_name_may_be_any_bytes(tmp_path):
    name = os.fsdecode(b"caf\xe9\n.md")
    make(tmp_path, name)

    assert [path.name for path in look_into(tmp_path).files] == [name]
