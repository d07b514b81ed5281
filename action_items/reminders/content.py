"""The contents of a digest, in a form for its templates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from accounts.models import User
from action_items.reminders.lines import Line

_ROUND = str.maketrans("[]<>", "()‹›")


def unlinked(title: str) -> str:
    """Return `title` without the brackets that make links in Markdown, whatever a service
    escapes.
    """
    return title.translate(_ROUND)


@dataclass(frozen=True)
class Section:
    """Lines of a digest under one heading."""

    title: str
    words: str
    lines: list[Line]


@dataclass(frozen=True)
class Contents:
    """The contents of a digest: news by section, and what its recipient was told before."""

    recipient: User
    subject: str
    hours: str
    sections: list[Section]
    before: list[Line]
    more: int
    undecided: int
    answers_until: date
    list_url: str
    profile_url: str
    is_immediate: bool = False

    def for_chat(self, most: int) -> Self:
        """Return the contents cut to the first `most` lines, for chat.

        The other lines are added to `more`. Titles contain no links.
        """
        room, sections = most, []
        for section in self.sections:
            if room:
                lines = [_plain(line) for line in section.lines[:room]]
                sections.append(replace(section, lines=lines))
                room -= len(sections[-1].lines)
        before = [_plain(line) for line in self.before[:room]]
        named = sum(len(section.lines) for section in self.sections) + len(self.before)
        shown = sum(len(section.lines) for section in sections) + len(before)
        return replace(self, sections=sections, before=before, more=self.more + named - shown)


def _plain(line: Line) -> Line:
    """Return `line` without text that would make a link in Markdown."""
    return replace(
        line,
        title=unlinked(line.title),
        incident=unlinked(line.incident),
        note=unlinked(line.note),
    )
