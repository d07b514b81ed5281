"""The YAML between two `---` lines at the top of a file, read with the line of everything.

Every scalar is read as the text that is there, so a title that looks like a number or a date stays
one. A line that is no YAML costs that line, not the file: see `yaml_lines`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from core.exchange import yaml_lines
from core.exchange.problems import Problems
from core.exchange.structure import Passage
from core.exchange.yaml_lines import Entry, Value
from core.text import one_line, words_in

MAX_CHARACTERS = 200_000
_PLAIN = re.compile(r"[^\W\d_][^\n]*|\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?")
_RESERVED = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)

Scalar = str | list[str]
Mapping = dict[str, "Scalar | dict[str, Scalar]"]


@dataclass
class FrontMatter:
    """The front matter of a file, key by key. Wrong shapes become problems, not exceptions.

    `entries` are the pieces of the source, in order; `unread` are those that became no value, and
    those of which `keep_unknown_keys` found more than was asked for.
    """

    values: dict[str, Value]
    problems: Problems
    line: int = 1
    asked: set[str] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)
    unread: list[Entry] = field(default_factory=list)
    repeated: dict[str, list[Value]] = field(default_factory=dict)

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
        content = self.values[key].content if self.has(key) else {}
        if not isinstance(content, dict):
            self.problems.error(self.line_of(key), f"“{key}” must hold keys and values.")
            content = {}
        return FrontMatter(content, self.problems, self.line_of(key), unread=self.unread)

    def keep_unknown_keys(self, what: str = "it was kept as text") -> None:
        """Add to `unread` the keys that nobody asked for, with a warning that says `what`."""
        for key, value in self.values.items():
            if key in self.asked:
                continue
            self.problems.warn(value.line, f"“{key}” is not known here; {what}.")
            self.unread.append(Entry(key, value.line, value.raw))

    def keep_comments(self) -> None:
        """Add to `unread` what has words that no value has, such as comments."""
        known = {entry.line for entry in self.unread}
        for entry in self.entries:
            value = self.values.get(entry.key)
            if value is None or value.line != entry.line or entry.line in known:
                continue
            said = words_in(entry.key) | {
                word for text in _texts_in(value) for word in words_in(text)
            }
            if not words_in(_unescaped(entry.raw)) <= said:
                self.unread.append(entry)

    def entries_beyond(self, said: dict[str, Collection[str]]) -> list[Entry]:
        """The pieces of the source that say more than was taken from them: `said` holds by key
        the texts that were."""
        found = []
        for entry in self.entries:
            taken = said.get(entry.key.lower())
            words = words_in(entry.raw) - words_in(entry.key)
            if taken is None or not words <= words_in("\n".join(taken)):
                found.append(entry)
        return found

    @property
    def unread_text(self) -> str:
        """The pieces in `unread` as they are in the source, in its order."""
        return as_text(self.unread)


def as_text(entries: list[Entry]) -> str:
    """The entries as they are in the source, in its order."""
    return "\n".join(entry.raw for entry in sorted(entries, key=lambda entry: entry.line))


def _texts_in(value: Value) -> list[str]:
    content = value.content
    if isinstance(content, dict):
        inner = [text for each in content.values() for text in _texts_in(each)]
        return [*content, *inner]
    if isinstance(content, list):
        return [text for each in content for text in _texts_in(each)]
    return [content or "null ~"]


def _unescaped(raw: str) -> str:
    """`raw` with the escapes of double-quoted text replaced by what they stand for."""

    def character(match: re.Match[str]) -> str:
        code = match[1] or match[2] or match[3]
        number = int(code, 16) if code else 0
        if not code:
            return " " if match[4] in "ntrabefv0NLP_" else match[4]
        return chr(number) if number <= 0x10FFFF else " "

    return _ESCAPE.sub(character, raw) if '"' in raw else raw


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
    """The front matter whose YAML is `source`; what is broken in it is noted and kept as text.

    None where no line of it has a key: that is text between two rules, not front matter.
    """
    if len(source) > MAX_CHARACTERS:
        problems.warn(1, "The front matter is too long to be read; is its closing “---” missing?")
        whole = Entry("", 2, source)
        return FrontMatter({}, problems, entries=[whole], unread=[whole])
    found = yaml_lines.read(source, problems)
    if found is None:
        return None
    return FrontMatter(
        found.values,
        problems,
        entries=found.entries,
        unread=found.unread,
        repeated=found.repeated,
    )


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
