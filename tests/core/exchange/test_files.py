"""Reading a file of unknown content."""

from __future__ import annotations

import os

import pytest

from core.exchange.files import MAX_BYTES, Unreadable, files_under, read_text


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


def test_a_missing_file_a_folder_and_a_pipe_are_said(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(Unreadable, match="no such file"):
        read_text(tmp_path / "missing.md")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(Unreadable, match="regular file"):
            read_text(path)


def test_a_byte_order_mark_is_not_part_of_the_text(tmp_path):
    file = tmp_path / "file.md"
    file.write_bytes(b"\xef\xbb\xbf---\n")

    assert read_text(file) == "---\n"


def test_the_text_files_of_a_folder_are_found_at_any_depth(tmp_path):
    for name in ("b.md", "a/c.RST", "a/d.png", ".git/e.md", "a/.f.md", "g.qmd"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text")

    found = [path.relative_to(tmp_path).as_posix() for path in files_under(tmp_path)]

    assert found == ["a/c.RST", "b.md", "g.qmd"]
