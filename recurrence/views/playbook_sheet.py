"""A playbook as it is followed: its texts and steps, with the marks of a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.safestring import SafeString

from core import markdown, times
from playbooks.content import StepFields
from playbooks.exchange import ParsedPlaybook
from playbooks.models import Playbook, Risk
from recurrence.models import PlaybookTick


@dataclass(frozen=True)
class StepRow:
    """A step. `state` is empty, `done` or `skipped`; `words` says by whom and when."""

    number: int
    title: str
    command: str
    detail: SafeString
    expected: SafeString
    if_not: SafeString
    undo: SafeString
    state: str
    words: str
    reason: str

    @property
    def has_body(self) -> bool:
        return any((self.command, self.detail, self.expected, self.if_not, self.undo))


@dataclass(frozen=True)
class Sheet:
    """A playbook with its steps. `done` and `skipped` count steps."""

    title: str
    use_when: SafeString
    risk: str
    risk_label: str
    verify: SafeString
    escalate: SafeString
    steps: list[StepRow]
    done: int
    skipped: int

    @property
    def is_through(self) -> bool:
        return self.done + self.skipped == len(self.steps)

    @property
    def progress(self) -> str:
        """A summary such as “3 of 8 done, 1 skipped”; empty if nothing is marked."""
        return progress_words(self.done, self.skipped, len(self.steps))


def is_review_due(playbook: Playbook, today: date) -> bool:
    """Return True if a review is due; False if the playbook is already marked as doubtful."""
    return not playbook.doubt and playbook.review_due_on <= today


def progress_words(done: int, skipped: int, steps: int) -> str:
    """Return “3 of 8 done, 1 skipped”; empty if nothing is marked."""
    if not done + skipped:
        return ""
    return f"{done} of {steps} done" + (f", {skipped} skipped" if skipped else "")


def sheet(said: ParsedPlaybook, ticks: Iterable[PlaybookTick] = ()) -> Sheet:
    """Return the sheet of `said` with these ticks, loaded with their people."""
    ticked = {tick.position: tick for tick in ticks}
    steps = _steps(said.steps, ticked)
    return Sheet(
        title=said.title,
        use_when=markdown.render(said.use_when),
        risk=said.risk,
        risk_label=Risk(said.risk).label,
        verify=markdown.render(said.verify),
        escalate=markdown.render(said.escalate),
        steps=steps,
        done=sum(step.state == "done" for step in steps),
        skipped=sum(step.state == "skipped" for step in steps),
    )


def _steps(steps: Sequence[StepFields], ticked: dict[int, PlaybookTick]) -> list[StepRow]:
    return [
        StepRow(
            number=number,
            title=step.title,
            command=step.command,
            detail=markdown.render(step.detail),
            expected=markdown.render(step.expected),
            if_not=markdown.render(step.if_not),
            undo=markdown.render(step.undo),
            **_mark(ticked.get(number)),
        )
        for number, step in enumerate(steps, start=1)
    ]


def _mark(tick: PlaybookTick | None) -> dict[str, str]:
    if tick is None:
        return {"state": "", "words": "", "reason": ""}
    at = timezone.localtime(tick.ticked_at)
    by = f" by {tick.ticked_by}" if tick.ticked_by else ""
    return {
        "state": "skipped" if tick.is_skipped else "done",
        "words": f"{'Skipped' if tick.is_skipped else 'Done'} {times.moment(at)}{by}",
        "reason": tick.reason,
    }
