"""Reading a file of unknown content from disk, safely."""

from __future__ import annotations

from pathlib import Path

from core.errors import DomainError
from core.exchange.problems import Problem

MAX_BYTES = 5 * 1024 * 1024
TEXT_SUFFIXES = frozenset(
    {".md", ".markdown", ".mdown", ".mdx", ".qmd", ".rmd", ".rst", ".txt", ".text", ".adoc"}
)


class Unreadable(DomainError):
    """A file cannot be read as text. `problem` says why, and at which line."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.problem = Problem(line, message)


def files_under(path: Path) -> list[Path]:
    """`path` itself if it is no folder, else the text files in it at any depth, sorted.

    Hidden files and folders are passed over.
    """
    if not path.is_dir():
        return [path]
    return sorted(
        file
        for file in path.rglob("*")
        if file.suffix.lower() in TEXT_SUFFIXES
        and file.is_file()
        and not any(part.startswith(".") for part in file.relative_to(path).parts)
    )


def read_text(path: Path) -> str:
    """The text of the file at `path`. Raises Unreadable with a sentence that says why not."""
    try:
        if not path.exists():
            raise Unreadable("There is no such file.")
        if not path.is_file():
            raise Unreadable("This is not a regular file.")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        size = path.stat().st_size
    except OSError as error:
        raise Unreadable(f"The file cannot be read: {error.strerror or error}.") from error
    if len(raw) > MAX_BYTES:
        raise Unreadable(
            f"The file is {size / 1024 / 1024:.1f} MB; at most {MAX_BYTES // 1024 // 1024} MB "
            "can be imported."
        )
    return decode(raw)


def decode(raw: bytes) -> str:
    """`raw` as text. Raises Unreadable where it is not UTF-8 text."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("The file is UTF-16; save it as UTF-8.", 1)
    if (nul := raw.find(b"\0")) >= 0:
        raise Unreadable("This is not a text file: it holds NUL bytes.", _line_of(raw, nul))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The byte order mark, where there is one, is not counted in `error.start`.
        start = error.start + (len(raw) - len(error.object))
        raise Unreadable(
            f"The file is not UTF-8: byte 0x{raw[start]:02x}. Save it as UTF-8.",
            _line_of(raw, start),
        ) from error


def _line_of(raw: bytes, position: int) -> int:
    return raw.count(b"\n", 0, position) + 1
