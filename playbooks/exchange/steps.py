"""The steps of a playbook's file."""

from __future__ import annotations

import re
from collections.abc import Callable

from core.exchange.problems import Problems
from core.exchange.structure import (
    Block,
    Passage,
    escape,
    fence_opened_by,
    fences,
    labelled,
    unescape,
    with_label,
)
from core.text import clean_markdown, one_line
from playbooks.content import StepFields
from playbooks.exchange.fields import limit_of
from playbooks.models import PlaybookStep

LEVEL = 3
_FIELDS = {"**You should see:**": "expected", "**If not:**": "if_not", "**How to undo:**": "undo"}
_LABELS = list(_FIELDS)
_NUMBER = re.compile(r"\d+[.)][ \t]+")
_MARK = " detail"  # tells a fence of the detail that is marked sh from the command
_MARKABLE = re.compile(r"sh(?:[ \t]+detail)*")
_MARKED = re.compile(r"sh(?:[ \t]+detail)+")


def step_of(step: PlaybookStep | StepFields) -> StepFields:
    """Return the step in canonical form."""
    return StepFields(
        title=one_line(step.title) or "–",
        detail=clean_markdown(step.detail),
        command=clean_markdown(step.command),
        expected=clean_markdown(step.expected),
        if_not=clean_markdown(step.if_not),
        undo=clean_markdown(step.undo),
    )


def write_step(number: int, step: StepFields) -> str:
    parts = [f"### {number}. {step.title}"]
    if step.detail:
        parts.append(_on_openers(escape(step.detail, LEVEL, _LABELS), _mark))
    if step.command:
        longest = max((len(run) for run in re.findall(r"`+", step.command)), default=0)
        fence = "`" * max(3, longest + 1)
        parts.append(f"{fence}sh\n{step.command}\n{fence}")
    for label, name in _FIELDS.items():
        if text := getattr(step, name):
            parts.append(with_label(label, escape(text, LEVEL, _LABELS)))
    return "\n\n".join(parts)


def read_step(block: Block, problems: Problems) -> StepFields:
    title = _NUMBER.sub("", block.title, count=1)
    limit = limit_of(PlaybookStep, "title")
    if not title:
        problems.error(block.line, "The step has no title; write what to do.")
    if len(title) > limit:
        problems.error(block.line, f"The title of a step has at most {limit} characters.")
    head, parts = labelled(block.passage, _LABELS)
    detail, command = _command(head)
    texts: dict[str, str] = {}
    for part in parts:
        name = _FIELDS[part.label]
        text = unescape(part.raw.removeprefix(" "), LEVEL, _LABELS)
        texts[name] = f"{texts[name]}\n\n{text}" if texts.get(name) else text
    return StepFields(
        title=title,
        detail=unescape(_on_openers(detail, _unmark), LEVEL, _LABELS),
        command=command,
        **texts,
    )


def _command(head: Passage) -> tuple[str, str]:
    """The detail and the command: the first fence marked `sh` and nothing else."""
    for start, end in fences(head.lines):
        opened = fence_opened_by(head.lines[start])
        if opened and opened[1] == "sh":
            around = [head.part(0, start).text, head.part(end + 1).text]
            detail = "\n\n".join(text for text in around if text)
            return detail, clean_markdown("\n".join(head.lines[start + 1 : end]))
    return head.text, ""


def _on_openers(text: str, change: Callable[[str], str]) -> str:
    lines = text.split("\n")
    for start, _ in fences(lines):
        lines[start] = change(lines[start])
    return "\n".join(lines)


def _mark(opener: str) -> str:
    opened = fence_opened_by(opener)
    return opener + _MARK if opened and _MARKABLE.fullmatch(opened[1]) else opener


def _unmark(opener: str) -> str:
    opened = fence_opened_by(opener)
    marked = opened and _MARKED.fullmatch(opened[1]) and opener.endswith(_MARK)
    return opener.removesuffix(_MARK) if marked else opener
