"""Metadata of a write-up: front matter (YAML or TOML), and the file's name."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import PurePath

from core.exchange.front_matter import FrontMatter, as_text
from core.exchange.yaml_lines import Value
from core.text import one_line
from incidents.exchange.documents import ParsedEvent
from incidents.models import Precision

_DATE = re.compile(r"(?<!\d)(\d{4})([-_]?)(\d{2})\2(\d{2})(?!\d)")
_TIME_AFTER = re.compile(r"[T_-]\d{2}[-_:]?\d{2}(?:[-_:]?\d{2})?(?=[-_.]|$)")
DAY_KEYS = ("incident_date", "occurred_on", "occurred", "started", "date")  # the last is weakest
_NAME = "its file’s name"
_EMPTY_NAMES = {"", "readme", "index", "incident", "postmortem", "post mortem", "report"}


@dataclass(frozen=True)
class About:
    """Front matter as lists of texts by key in lower case, and in its original pieces."""

    values: dict[str, list[str]] = field(default_factory=dict)
    matter: FrontMatter | None = None
    language: str = "yaml"

    def text(self, *keys: str) -> str:
        """Return the value of the first of `keys` that has one, its entries joined with commas."""
        for key in keys:
            if found := self.values.get(key):
                return ", ".join(found)
        return ""

    def beyond(self, said: dict[str, Collection[str]]) -> str:
        """Return, verbatim, the pieces of the front matter that say more than `said` has for
        their keys.
        """
        return as_text(self.matter.entries_beyond(said)) if self.matter else ""


def about_yaml(matter: FrontMatter) -> About:
    def texts(value: Value) -> list[str]:
        if isinstance(value.content, str):
            return [one_line(value.content)] if value.content.strip() else []
        if isinstance(value.content, list):
            return [text for entry in value.content for text in texts(entry)]
        if isinstance(value.content, dict) and "name" in value.content:
            return texts(value.content["name"])
        return []

    return About({key.lower(): texts(value) for key, value in matter.values.items()}, matter)


def title_of_name(name: str) -> str:
    """Return a title made from a file's name; empty if the name is too generic."""
    stem = PurePath(name).stem
    if found := _DATE.match(stem):
        after = stem[found.end() :]
        stem = _TIME_AFTER.sub("", after, count=1) if _TIME_AFTER.match(after) else after
    words = " ".join(re.split(r"[-_\s]+", stem)).strip()
    if words.casefold() in _EMPTY_NAMES or len(re.findall(r"[^\W\d_]", words)) < 4:
        return ""
    return words[0].upper() + words[1:]


def dated(about: About, *, name: str, title: str) -> tuple[ParsedEvent, ...]:
    """Return the day of the incident as an event, if the write-up or its file's name gives one."""
    first = next((key for key in DAY_KEYS[:-1] if about.text(key)), "")
    last = DAY_KEYS[-1]
    for written, where in (
        (about.text(first), f"its front matter, as “{first}”"),
        (PurePath(name).stem, _NAME),
        (title, "its title"),
        (about.text(last), f"its front matter, as “{last}”"),
    ):
        match = _DATE.match(written)
        day = _day(match) if match else None
        if match and day:
            return (
                ParsedEvent(
                    text=f"The day that the write-up gives in {where}.",
                    occurred_at=datetime(day.year, day.month, day.day, tzinfo=UTC),
                    precision=Precision.DAY.value,
                    as_written=match[0] if where == _NAME else written[:60],
                ),
            )
    return ()


def _day(match: re.Match[str]) -> date | None:
    try:
        day = date(int(match[1]), int(match[3]), int(match[4]))
    except ValueError:
        return None
    return day if 1970 <= day.year <= 2100 else None
