"""Two versions of a pattern or playbook side by side."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from core.text_diff import Line, sides
from playbooks.content import PatternFields, PlaybookFields, StepFields


def compare(theirs: Any, yours: Any) -> tuple[list[Line], list[Line]]:
    """Compare the current text with the new one, as lines with the differences marked."""
    return sides(as_text(theirs), as_text(yours))


def as_text(said: PatternFields | PlaybookFields) -> str:
    """Return all of the content as text, with a heading before each part."""
    return "\n".join(_lines(said))


def _lines(said: Any) -> list[str]:
    lines: list[str] = []
    for field in fields(said):
        if field.name == "last_reviewed_by":
            continue
        value = getattr(said, field.name)
        if field.name == "steps":
            # Without numbers: they differ for every step behind one that was added or removed.
            for step in value:
                lines += _step(step)
        elif value:
            lines += [_heading(field.name), *_value(value), ""]
    return lines


def _heading(name: str) -> str:
    return name.removesuffix("_on").replace("_", " ").capitalize()


def _step(step: StepFields) -> list[str]:
    said = [line for field in fields(step)[1:] for line in _value(getattr(step, field.name))]
    return [f"Step: {step.title}", *said, ""]


def _value(value: Any) -> list[str]:
    if isinstance(value, (tuple, frozenset)):
        return sorted(map(str, value)) if isinstance(value, frozenset) else list(value)
    return str(value).split("\n") if value else []
