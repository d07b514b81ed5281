"""The YAML between two `---` lines at the top of a file, read with the line of everything.

Every scalar is read as the text that stands there, so a title that looks like a number or a date
stays one. Aliases are refused: a few of them can stand for gigabytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import yaml

from core.exchange.problems import Problems
from core.exchange.structure import Passage
from core.text import one_line

MAX_CHARACTERS = 200_000
_MAX_DEPTH = 8
_PLAIN = re.compile(r"[^\W\d_][^\n]*|\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?")
_RESERVED = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}

Scalar = str | list[str]
Mapping = dict[str, "Scalar | dict[str, Scalar]"]


@dataclass(frozen=True)
class Value:
    """A value of the front matter: text, None for null, a list, or a mapping; and its line."""

    content: str | list[Value] | dict[str, Value] | None
    line: int


@dataclass
class FrontMatter:
    """What a file says about itself, key by key. Wrong shapes become problems, not exceptions."""

    values: dict[str, Value]
    problems: Problems
    line: int = 1
    asked: set[str] = field(default_factory=set)

    def line_of(self, key: str) -> int:
        return self.values[key].line if key in self.values else self.line

    def has(self, key: str) -> bool:
        self.asked.add(key)
        return key in self.values and self.values[key].content is not None

    def raw(self, key: str) -> str:
        """The text under `key` with its line breaks; empty where there is none."""
        if not self.has(key):
            return ""
        content = self.values[key].content
        if isinstance(content, str):
            return content
        self.problems.error(self.line_of(key), f"“{key}” must be text.")
        return ""

    def text(self, key: str) -> str:
        """The text under `key` on one line; empty where there is none."""
        return one_line(self.raw(key))

    def texts(self, key: str) -> list[str]:
        """The list of texts under `key`; a single text counts as a list of one."""
        if not self.has(key):
            return []
        content = self.values[key].content
        entries = content if isinstance(content, list) else [self.values[key]]
        found = []
        for entry in entries:
            if isinstance(entry.content, str):
                found.append(one_line(entry.content))
            else:
                self.problems.error(entry.line, f"“{key}” must be a list of texts.")
        return list(dict.fromkeys(text for text in found if text))

    def mapping(self, key: str) -> FrontMatter:
        """The mapping under `key`; an empty one where there is none."""
        if not self.has(key):
            return FrontMatter({}, self.problems, self.line)
        content = self.values[key].content
        if isinstance(content, dict):
            return FrontMatter(content, self.problems, self.line_of(key))
        self.problems.error(self.line_of(key), f"“{key}” must hold keys and values.")
        return FrontMatter({}, self.problems, self.line_of(key))

    def warn_of_unknown_keys(self) -> None:
        """Name the keys that nobody asked for: they are not imported."""
        for key in self.values.keys() - self.asked:
            self.problems.warn(self.line_of(key), f"“{key}” is not known here and was left out.")


def split(text: str) -> tuple[str | None, Passage]:
    """The YAML at the top of `text`, None where there is none, and the rest."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return None, Passage.of(text)
    for index, line in enumerate(lines[1:], start=1):
        if line.rstrip() == "---":
            return "\n".join(lines[1:index]), Passage(tuple(lines[index + 1 :]), index + 2)
    return None, Passage.of(text)


def read(source: str, problems: Problems) -> FrontMatter | None:
    """The front matter whose YAML is `source`. None, with a problem noted, where it is broken."""
    if len(source) > MAX_CHARACTERS:
        problems.error(1, "The front matter is too long; is its closing “---” missing?")
        return None
    try:
        loader = _Loader(source)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except _Refused as error:
        problems.error(error.line, str(error))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 2 if mark else 1
        problems.error(line, f"The front matter is not valid YAML: {error.problem}.")
    except yaml.reader.ReaderError as error:
        line = source.count("\n", 0, error.position) + 2
        problems.error(line, "The front matter holds a character that YAML does not allow.")
    else:
        return _mapping(node, problems)
    return None


def _mapping(node: yaml.Node | None, problems: Problems) -> FrontMatter | None:
    if node is None:
        return FrontMatter({}, problems)
    if not isinstance(node, yaml.MappingNode):
        problems.error(node.start_mark.line + 2, "The front matter must be lines of “key: value”.")
        return None
    return FrontMatter(_pairs(node, problems), problems)


def _pairs(node: yaml.MappingNode, problems: Problems) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 2
        if not isinstance(key_node, yaml.ScalarNode):
            problems.error(line, "A key of the front matter must be a word.")
        elif key_node.value in found:
            problems.error(line, f"“{key_node.value}” stands here a second time.")
        else:
            found[key_node.value] = Value(_content(value_node, problems), line)
    return found


def _content(node: yaml.Node, problems: Problems) -> str | list[Value] | dict[str, Value] | None:
    if isinstance(node, yaml.MappingNode):
        return _pairs(node, problems)
    if isinstance(node, yaml.SequenceNode):
        return [Value(_content(entry, problems), entry.start_mark.line + 2) for entry in node.value]
    return None if node.tag == "tag:yaml.org,2002:null" else str(node.value)


class _Refused(Exception):
    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class _Loader(yaml.SafeLoader):
    """Composes nodes without aliases and without depth; constructs nothing."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        line = self.peek_event().start_mark.line + 2
        if self.check_event(yaml.AliasEvent):
            raise _Refused("YAML aliases (“*name”) are not allowed in the front matter.", line)
        if self.depth >= _MAX_DEPTH:
            raise _Refused("The front matter is nested too deeply.", line)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def dump(mapping: Mapping) -> str:
    """`mapping` as front matter, `---` lines included. Empty values are left out."""
    lines = ["---"]
    for key, value in mapping.items():
        if isinstance(value, dict):
            inner = [line for name, each in value.items() for line in _written(name, each)]
            lines += [f"{key}:", *(f"  {line}" for line in inner)] if inner else []
        else:
            lines += _written(key, value)
    return "\n".join([*lines, "---"])


def _written(key: str, value: Scalar) -> list[str]:
    if isinstance(value, list):
        return [f"{key}:", *(f"- {scalar(entry)}" for entry in value)] if value else []
    return [f"{key}: {scalar(value)}"] if value else []


def scalar(text: str) -> str:
    """`text` as a YAML scalar: plain where every reader takes it for text, else in quotes."""
    if (
        _PLAIN.fullmatch(text)
        and text.isprintable()
        and text == text.strip()
        and not text.endswith(":")
        and ": " not in text
        and " #" not in text
        and text.lower() not in _RESERVED
    ):
        return text
    return '"' + "".join(_quoted(character) for character in text) + '"'


def _quoted(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character == "\n":
        return "\\n"
    if character.isprintable():
        return character
    return f"\\u{ord(character):04x}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08x}"
