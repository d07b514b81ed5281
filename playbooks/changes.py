"""Describe the changes between two versions of a playbook in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

from core.pairing import Part, moved, pairs
from playbooks.content import PlaybookFields, StepFields

_LABELS = {
    "title": "the title",
    "use_when": "when to use it",
    "patterns": "its patterns",
    "risk": "the risk",
    "verify": "how to verify",
    "escalate": "when to escalate",
    "owner": "the owner",
    "review_by_on": "when to review it",
}
_MOST_PLACED = 2  # steps of which it is said where they went
CONFIRMED = "Confirmed as correct"


def what_changed(before: PlaybookFields, after: PlaybookFields) -> str:
    """Return the changes: “Changed when to use it; step 2 removed, step 4 edited”."""
    changed = [
        label for name, label in _LABELS.items() if getattr(before, name) != getattr(after, name)
    ]
    steps = steps_changed(before.steps, after.steps)
    parts = [f"Changed {_listed(changed)}"] if changed else []
    sentence = "; ".join(part for part in (*parts, steps) if part)
    return sentence[:1].upper() + sentence[1:] if sentence else CONFIRMED


def steps_changed(before: Sequence[StepFields], after: Sequence[StepFields]) -> str:
    """Return what became of the steps, compared by what they say: “step 2 removed, step 4 edited,
    step 1 moved after step 3, step 5 added”. Empty where nothing changed.

    Steps are numbered as they were before, those that were added as they are now.
    """
    found = pairs([_part(step) for step in before], [_part(step) for step in after])
    removed = [index + 1 for index in range(len(before)) if index not in found]
    edited = [a + 1 for a, b in sorted(found.items()) if before[a] != after[b]]
    added = [b + 1 for b in sorted(set(range(len(after))) - set(found.values()))]
    said = [
        f"{_steps(numbers)} {what}"
        for numbers, what in ((removed, "removed"), (edited, "edited"))
        if numbers
    ]
    said += _moved(sorted(moved(found)), found)
    return ", ".join([*said, f"{_steps(added)} added"] if added else said)


def _part(step: StepFields) -> Part:
    return Part(step.title, "\n".join(astuple(step)))


def _moved(indexes: Sequence[int], found: dict[int, int]) -> list[str]:
    """Say where a step or two went; of more, only which they are."""
    if len(indexes) > _MOST_PLACED:
        return [f"{_steps([index + 1 for index in indexes])} moved"]
    return [f"step {index + 1} moved {_where(index, found)}" for index in indexes]


def _where(index: int, found: dict[int, int]) -> str:
    earlier = [(new, old) for old, new in found.items() if new < found[index]]
    return f"after step {max(earlier)[1] + 1}" if earlier else "to the beginning"


def _steps(numbers: Sequence[int]) -> str:
    return f"step{'s' if len(numbers) > 1 else ''} {_listed([str(n) for n in numbers])}"


def _listed(words: Sequence[str]) -> str:
    """Return words as a list in a sentence: “a”, “a and b”, “a, b and c”."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
