"""Reading a file of unknown content."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from core.exchange.files import MAX_BYTES, Unreadable, read_text


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"one\ntwo\xff\n", 2, "0xff"),
        (b"\xef\xbb\xbfone\ntwo\nthr\xc3", 3, "0xc3"),
        (b"one\n\0two", 2, "NUL"),
        (b"\x7fELF\x01\0", 1, "NUL"),
        ("text".encode("utf-16"), 1, "UTF-16"),
        (b"a" * (MAX_BYTES + 1), None, "5.0 MB"),
    ],
)
def test_what_is_no_text_is_refused_with_its_line(tmp_path, content, line, words):
    file = tmp_path / "file.md"
    file.write_bytes(content)

    with pytest.raises(Unreadable, match=words) as caught:
        read_text(file)

    assert caught.value.problem.line == line


@pytest.mark.parametrize("kind", ["a folder", "a named pipe", "a socket", "a device"])
def test_only_a_regular_file_is_read(tmp_path, kind):
    path = tmp_path / "file.md"
    if kind == "a folder":
        path.mkdir()
    elif kind == "a named pipe":
        os.mkfifo(path)
    elif kind == "a socket":
        socket.socket(socket.AF_UNIX).bind(str(path))
    else:
        path = Path("/dev/zero")

    with pytest.raises(Unreadable, match=f"not a regular file but {kind}"):
        read_text(path)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.md", "no such file"),
        ("x" * 300, "File name too long"),
        ("a\0b", "null byte"),
        ("circle", "Too many levels"),
        ("file.md/x", "Not a directory"),
    ],
)
def test_what_cannot_be_opened_is_said(tmp_path, name, words):
    (tmp_path / "file.md").write_text("text")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")

    with pytest.raises(Unreadable, match=words):
        read_text(tmp_path / name)


def test_a_byte_order_mark_is_not_part_of_the_text(tmp_path):
    file = tmp_path / "file.md"
    file.write_bytes(b"\xef\xbb\xbf---\n")

    assert read_text(file) == "---\n"
