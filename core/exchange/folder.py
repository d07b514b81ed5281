"""The files in a folder: those to read, and those that are passed over, each with the reason."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from core.exchange.files import Unreadable, kind_of, read_bytes

TEXT_SUFFIXES = frozenset(
    {".md", ".markdown", ".mdown", ".mdx", ".qmd", ".rmd", ".rst", ".txt", ".text", ".adoc"}
)
MOST_ENTRIES = 200_000
_ABOUT_THE_FOLDER = {
    *("readme", "index", "_index", "contributing", "contributors", "changelog", "changes"),
    *("license", "licence", "copying", "authors", "maintainers", "security", "support"),
    *("code of conduct", "governance", "codeowners", "summary", "toc", "_sidebar", "_navbar"),
}
_TEMPLATE_WORDS = {
    *("postmortem", "post", "mortem", "incident", "report", "review", "rca", "pir", "example"),
    *("retrospective", "retro", "analysis", "outage", "default", "blank", "new", "sample", "my"),
    *("issue", "write", "up", "writeup", "page", "document", "doc", "short", "long", "full"),
}
_DATED = re.compile(r"(?<!\d)\d{4}[-_]?\d{2}[-_]?\d{2}(?!\d)")
_OURS = re.compile(rb"^format: *nevertwice/", re.MULTILINE)


@dataclass(frozen=True)
class Skipped:
    """A file or folder that is passed over, and why, as words after its name and a colon."""

    path: Path
    reason: str


@dataclass
class Folder:
    """The files to read under a folder, sorted, and those that are passed over."""

    files: list[Path] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def look_into(root: Path) -> Folder:
    """The files under `root` at any depth. Links are followed to files within it only."""
    found = Folder()
    real_root = root.resolve()
    for entry in _entries(root, found):
        path = Path(entry.path)
        if reason := _reason(entry, path, root, real_root):
            found.skipped.append(Skipped(path, reason))
        else:
            found.files.append(path)
    found.files.sort()
    found.skipped.sort(key=lambda skipped: skipped.path)
    return found


def _entries(root: Path, found: Folder) -> Iterator[os.DirEntry[str]]:
    """List everything in `root` that is no folder, and the folders that are not entered."""
    waiting, count = [str(root)], 0
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    count += 1
                    if count > MOST_ENTRIES:
                        reason = f"only the first {MOST_ENTRIES:,} entries are read"
                        found.skipped.append(Skipped(root, reason))
                        return
                    if entry.name.startswith(".") or not entry.is_dir(follow_symlinks=False):
                        yield entry
                    else:
                        waiting.append(entry.path)
        except OSError as error:
            found.skipped.append(Skipped(Path(folder), f"cannot be opened: {error.strerror}"))


def _reason(entry: os.DirEntry[str], path: Path, root: Path, real_root: Path) -> str:
    """The reason to pass over an entry; empty where it is to be read."""
    if path.name.startswith("."):
        return "hidden"
    try:
        if entry.is_symlink() and (reason := _reason_of_link(path, real_root)):
            return reason
        mode = path.stat().st_mode
    except (OSError, RuntimeError) as error:
        return f"cannot be read: {getattr(error, 'strerror', None) or 'a circle of links'}"
    if kind := kind_of(mode):
        return f"not a regular file but {kind}"
    if path.suffix.lower() not in TEXT_SUFFIXES:
        ending = f"with the ending “{path.suffix}”" if path.suffix else "without an ending"
        return f"a file {ending} is not read from a folder"
    if (reason := _reason_of_name(path, root)) and not _is_ours(path):
        return reason
    return ""


def _reason_of_link(path: Path, real_root: Path) -> str:
    try:
        target = path.resolve(strict=True)
    except FileNotFoundError:
        return "a link to a file that does not exist"
    except (OSError, RuntimeError):
        return "a link that leads in a circle or cannot be followed"
    if not target.is_relative_to(real_root):
        return "a link to a place outside of the folder"
    if any(part.startswith(".") for part in target.relative_to(real_root).parts):
        return "a link to a hidden file"
    if target.is_dir():
        return "a link to a folder, which is read at its own place"
    return ""


def _reason_of_name(path: Path, root: Path) -> str:
    words = [word for word in re.split(r"[-_. ]+", path.stem.casefold()) if word]
    name = path.stem.casefold()
    about = name in _ABOUT_THE_FOLDER or " ".join(words) in _ABOUT_THE_FOLDER
    if about and not (path.parent != root and _DATED.match(path.parent.name)):
        return "a page about the folder by its name"
    if "template" in words and not _DATED.search(name):
        others = {word for word in words if not word.isdigit()} - {"template"}
        if others <= _TEMPLATE_WORDS:
            return "a template by its name"
    return ""


def _is_ours(path: Path) -> bool:
    """Return True if the file begins as those that this product writes."""
    try:
        head = read_bytes(path, limit=500)
    except Unreadable:
        return False
    return head.startswith(b"---") and bool(_OURS.search(head))
