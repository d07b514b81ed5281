"""Queries with what they should find, from files."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Labelled:
    """A query as typed, and the grade of each document that is relevant to it: 2 or 1.

    `kind` is the way of asking. `service` narrows it to what concerns that service.
    """

    text: str
    kind: str
    grades: dict[str, int]
    service: str = ""

    def __str__(self) -> str:
        return f"{self.text} [service:{self.service}]" if self.service else self.text


def ours(path: Path = HERE / "queries.toml") -> list[Labelled]:
    """The labelled queries of this benchmark; the file's head says what its keys mean."""
    read = tomllib.loads(path.read_text(encoding="utf-8"))
    return [_labelled(entry, read["topics"]) for entry in read["query"]]


def _labelled(entry: dict[str, Any], topics: dict[str, list[str]]) -> Labelled:
    near = [*entry.get("near", ()), *(n for t in entry.get("topics", ()) for n in topics[t])]
    grades = dict.fromkeys(near, 1) | dict.fromkeys(entry["about"], 2)
    return Labelled(entry["text"], entry["kind"], grades, entry.get("service", ""))


def from_json(path: Path) -> list[Labelled]:
    """Queries of somebody else's: `{"queries": [{"query", "relevant": [{"name", "grade"}]}]}`."""
    read = json.loads(path.read_text(encoding="utf-8"))
    return [
        Labelled(
            text=entry["query"],
            kind=entry.get("kind", "all"),
            grades={one["name"]: one["grade"] for one in entry["relevant"]},
        )
        for entry in read["queries"]
    ]
