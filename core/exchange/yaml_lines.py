"""Reading YAML of unknown quality: whole where it is valid, else line by line.

Values are texts, lists and mappings, each with its line. Aliases are refused, because a few of
them can stand for gigabytes, and so is deep nesting; where either is found, it is text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import yaml

from core.exchange.problems import Problems
from core.text import words_in

_MAX_DEPTH = 8
_MOST_ATTEMPTS = 1_000  # at parsing one entry by itself
_SIMPLE = re.compile(r"([^\W\d_][\w-]*):[ \t]+([^\W_][^:#\n]*)\Z")
_KEYED = re.compile(r"([^\s:#\[\]{},&*!|>@`%][^:\n]*?)[ \t]*:(?:[ \t]+(.*))?\Z")
_LISTED = re.compile(r"\s*-(?:[ \t]+(.*))?\Z")
_CONTINUES = (" ", "\t", "#", "-", "]", "}", ")")
_BROKEN = (yaml.YAMLError, ValueError, OverflowError, IndexError, RecursionError)


@dataclass(frozen=True)
class Value:
    """A value: text, None for null, a list, or a mapping; its line, and its source with its key."""

    content: str | list[Value] | dict[str, Value] | None
    line: int
    raw: str = ""


@dataclass(frozen=True)
class Entry:
    """A piece of the source: a key with all of its lines, or lines without a key."""

    key: str
    line: int
    raw: str


@dataclass
class Found:
    """The values by key; all pieces of the source in order, and those that became no value."""

    values: dict[str, Value] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    unread: list[Entry] = field(default_factory=list)
    repeated: dict[str, list[Value]] = field(default_factory=dict)


def read(source: str, problems: Problems) -> Found | None:
    """The mapping in `source`, which begins in line 2 of its file; None where it has no key.

    What is wrong becomes warnings with their lines, and stays as text.
    """
    found = Found()
    try:
        node = _compose(source)
    except _BROKEN as error:
        return _line_by_line(source, problems, error)
    if not isinstance(node, yaml.MappingNode):
        return None if node is not None or source.strip() else found
    _take(node, source, 0, found, problems)
    return found


def _compose(source: str) -> yaml.Node | None:
    loader = _Loader(source)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _take(
    node: yaml.MappingNode,
    source: str,
    offset: int,
    found: Found,
    problems: Problems,
    *,
    whole: bool = True,
) -> None:
    """Add the pairs of `node`, whose `source` begins `offset` lines after the front matter does.

    `whole` says that `node` is all of `source`, comments and blank lines included.
    """
    pieces = _pieces(node, source, offset, whole=whole)
    found.entries += pieces
    found.unread += [piece for piece in pieces if not piece.key and piece.raw.strip()]
    pieces = [piece for piece in pieces if piece.key]
    for (key_node, value_node), piece in zip(node.value, pieces, strict=True):
        if not isinstance(key_node, yaml.ScalarNode):
            problems.warn(piece.line, "A key must be a word; no value was read from this.")
            found.unread.append(piece)
            continue
        key = _text(key_node, offset, problems)
        value = Value(_content(value_node, source, offset, found, problems), piece.line, piece.raw)
        if key in found.values:
            problems.warn(
                piece.line,
                f"“{key}” is here a second time; the first one counts.",
            )
            found.unread.append(piece)
            found.repeated.setdefault(key, []).append(value)
        else:
            found.values[key] = value


def _pieces(node: yaml.MappingNode, source: str, offset: int, *, whole: bool) -> list[Entry]:
    """`source` cut at the keys of `node`: whole lines, unless several keys share one."""
    starts = [key.start_mark for key, _ in node.value]
    keys = [
        key.value if isinstance(key, yaml.ScalarNode) and key.value else "?"
        for key, _ in node.value
    ]
    if not whole or len({start.line for start in starts}) < len(starts):
        ends = [value.end_mark.index for _, value in node.value]
        pieces = [
            Entry(key, start.line + offset + 2, source[start.index : end])
            for key, start, end in zip(keys, starts, ends, strict=True)
        ]
        return pieces + ([_between(source, starts, ends, offset)] if whole else [])
    lines = source.split("\n")
    first = starts[0].line if starts else len(lines)
    pieces = [Entry("", offset + 2, "\n".join(lines[:first]))] if first else []
    bounds = [start.line for start in starts] + [len(lines)]
    for key, start, end in zip(keys, bounds, bounds[1:], strict=False):
        pieces.append(Entry(key, start + offset + 2, "\n".join(lines[start:end]).rstrip()))
    return pieces


def _between(source: str, starts: list[yaml.Mark], ends: list[int], offset: int) -> Entry:
    """The source without the pairs, such as comments; empty where nothing but marks is left."""
    begins = [start.index for start in starts]
    rest = [
        source[end:start] for end, start in zip([0, *ends], [*begins, len(source)], strict=True)
    ]
    text = "\n".join(line.strip(" ,{}") for line in "\n".join(rest).split("\n"))
    return Entry("", offset + 2, text.strip() if words_in(text) else "")


def _content(
    node: yaml.Node, source: str, offset: int, found: Found, problems: Problems
) -> str | list[Value] | dict[str, Value] | None:
    if isinstance(node, yaml.MappingNode):
        inner = Found(unread=found.unread)
        _take(node, source, offset, inner, problems, whole=False)
        return inner.values
    if isinstance(node, yaml.SequenceNode):
        return [
            Value(
                _content(entry, source, offset, found, problems),
                entry.start_mark.line + offset + 2,
                source[entry.start_mark.index : entry.end_mark.index],
            )
            for entry in node.value
        ]
    if node.tag == "tag:yaml.org,2002:null":
        return None
    return _text(node, offset, problems)


def _text(node: yaml.Node, offset: int, problems: Problems) -> str:
    """The scalar as text that can be stored: halves of surrogate pairs are joined or replaced."""
    text = str(node.value)
    if any("\ud800" <= character <= "\udfff" for character in text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        if "\ufffd" in text:
            line = node.start_mark.line + offset + 2
            problems.warn(
                line, "Half of a surrogate pair is no character; it was replaced by “\ufffd”."
            )
    return text


def _line_by_line(source: str, problems: Problems, error: Exception) -> Found | None:
    chunks = _chunks(source)
    if not any(_KEYED.match(chunk.raw.split("\n", 1)[0]) for chunk in chunks):
        return None
    found = Found()
    attempts = 0
    for chunk in chunks:
        first, _, more = chunk.raw.partition("\n")
        simple = None if more.strip() else _SIMPLE.match(first)
        if simple:
            _add(simple[1], simple[2].strip(), chunk, found, problems)
            continue
        attempts += 1
        try:
            node = _compose(chunk.raw) if attempts <= _MOST_ATTEMPTS else chunk.raw
        except _BROKEN as why:
            _salvage(chunk, why, found, problems)
            continue
        if isinstance(node, yaml.MappingNode) and node.value:
            _take(node, chunk.raw, chunk.line - 2, found, problems)
        elif node is not None or chunk.raw.strip():
            _salvage(chunk, error, found, problems)
    return found


def _chunks(source: str) -> list[Entry]:
    """`source` cut before every line that may begin an entry."""
    starts: list[int] = []
    lines = source.split("\n")
    for index, line in enumerate(lines):
        if not starts or (line.strip() and not line.startswith(_CONTINUES)):
            starts.append(index)
    return [
        Entry("", start + 2, "\n".join(lines[start:end]))
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)
    ]


def _salvage(chunk: Entry, error: Exception, found: Found, problems: Problems) -> None:
    """Take an entry that is no YAML as text: after its key, or else without one."""
    line, why = _place(error, chunk)
    first, _, more = chunk.raw.partition("\n")
    match = _KEYED.match(first)
    if match is None:
        if chunk.raw.strip():
            if not chunk.raw.lstrip().startswith("#"):
                problems.warn(
                    chunk.line, f"This is not valid YAML, so no value was read from it: {why}."
                )
            piece = Entry("", chunk.line, chunk.raw)
            found.entries.append(piece)
            found.unread.append(piece)
        return
    problems.warn(line, f"This is not valid YAML and was read as text: {why}.")
    content: str | list[Value] = _unquoted(match[2] or "")
    listed = [_LISTED.match(each) for each in more.split("\n") if each.strip()]
    if listed and all(listed) and not content:
        content = [Value(_unquoted(each[1] or ""), chunk.line) for each in listed if each]
    elif more.strip():
        content = f"{match[2] or ''}\n{more}".strip()
    _add(_unquoted(match[1]), content, chunk, found, problems)


def _add(
    key: str, content: str | list[Value], chunk: Entry, found: Found, problems: Problems
) -> None:
    raw = chunk.raw.rstrip()
    value = Value(content or None, chunk.line, raw)
    piece = Entry(key, chunk.line, raw)
    found.entries.append(piece)
    if key in found.values:
        problems.warn(
            chunk.line,
            f"“{key}” is here a second time; the first one counts.",
        )
        found.unread.append(piece)
        found.repeated.setdefault(key, []).append(value)
    else:
        found.values[key] = value


def _place(error: Exception, chunk: Entry) -> tuple[int, str]:
    """The line of the error in the file, and its reason in words."""
    if isinstance(error, _Refused):
        return chunk.line + error.line, str(error)
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        last = chunk.raw.rstrip().count("\n")
        return chunk.line + (min(mark.line, last) if mark else 0), str(error.problem)
    if isinstance(error, yaml.reader.ReaderError):
        line = chunk.line + chunk.raw.count("\n", 0, error.position)
        return line, "it holds a character that YAML does not allow"
    return chunk.line, "it cannot be read"


def _unquoted(text: str) -> str:
    text = text.strip()
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
    return text[1:-1] if quoted else text


class _Refused(yaml.YAMLError):
    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class _Loader(yaml.SafeLoader):
    """Composes nodes without aliases and without depth; constructs nothing."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        line = self.peek_event().start_mark.line
        if self.check_event(yaml.AliasEvent):
            raise _Refused("YAML aliases (“*name”) are not allowed", line)
        if self.depth >= _MAX_DEPTH:
            raise _Refused("it is nested too deeply", line)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node
