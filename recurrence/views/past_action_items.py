"""Action items of earlier incidents of a pattern, on the page of an incident."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.safestring import SafeString

from action_items.due_dates import WEEK
from action_items.models import FixAnswer
from core import markdown, times
from core.markdown import to_plain_text
from core.text import one_line
from incidents.addresses import action_item_url, incident_part_url
from incidents.models import Incident
from recurrence import analytics
from recurrence.analytics import History, PastActionItem
from recurrence.operations.fix_checks import fix_version

OPEN_SHOWN = 5
DECLINED_SHOWN = 3
FIXES_SHOWN = 5
ANSWERED_SHOWN = 20
_REASON = 140  # characters of the reason for declining


@dataclass(frozen=True)
class PastItemLine:
    """An action item with its state. `stage` is `late`, `long-late` or empty; `note` is a
    reason.
    """

    title: str
    url: str
    facts: str
    stage: str = ""
    note: str = ""


@dataclass(frozen=True)
class FixLine:
    """A fix, with the question whether it held, or the answer.

    `may_reopen` offers to reopen it after the answer that it did not hold.
    """

    pk: int
    version: int
    title: str
    url: str
    facts: str
    answer: str
    answered: str
    note: SafeString
    undo_url: str
    may_reopen: bool


@dataclass(frozen=True)
class PastActionItems:
    """Action items of the earlier incidents of one pattern, and the number left out."""

    open: list[PastItemLine]
    declined: list[PastItemLine]
    fixes: list[FixLine]
    more: int


def past_action_items_of(
    history: History, incident: Incident, today: date, asked: set[int]
) -> PastActionItems:
    """Return the lines below a pattern of `incident`.

    A fix is shown once on the page: `asked` contains the action items shown under other patterns,
    and is updated.
    """
    references = {past.pk: past.reference for past in history.earlier}
    waiting, declined = history.open_action_items, history.declined
    fixes = [fix for fix in history.fixes(incident) if fix.pk not in asked]
    asked.update(fix.pk for fix in fixes)
    answered_open = {fix.pk for fix in fixes if fix.is_open}
    waiting = tuple(item for item in waiting if item.pk not in answered_open)
    return PastActionItems(
        open=[past_item_line(one, references, today) for one in waiting[:OPEN_SHOWN]],
        declined=[past_item_line(one, references, today) for one in declined[:DECLINED_SHOWN]],
        fixes=[_fix_line(fix, references, incident, today) for fix in _shown(fixes)],
        more=_left_out((waiting, OPEN_SHOWN), (declined, DECLINED_SHOWN))
        + len(fixes)
        - len(_shown(fixes)),
    )


def _shown(fixes: Sequence[PastActionItem]) -> list[PastActionItem]:
    """Return the fixes to show, in an order that answers do not change."""
    unanswered = [fix for fix in fixes if not fix.is_answered]
    answered = [fix for fix in fixes if fix.is_answered]
    shown = [*unanswered[:FIXES_SHOWN], *answered[:ANSWERED_SHOWN]]
    return sorted(shown, key=lambda fix: fix.pk)


def past_item_line(
    item: PastActionItem, references: Mapping[int, str], today: date
) -> PastItemLine:
    """Return the line of an open or declined action item.

    It names the item's incident by the reference in `references`, if any.
    """
    words = (references.get(item.incident_id), analytics.action_item_words(item, today))
    late = item.days_overdue(today)
    return PastItemLine(
        title=item.title,
        url=action_item_url(item.pk),
        facts=", ".join(filter(None, words)),
        stage="long-late" if late > WEEK else "late" if late else "",
        note=_short(to_plain_text(item.closing_note)) if item.is_declined else "",
    )


def fix_words(history: History, incident: Incident) -> str:
    """Return a sentence if the failure recurred after a fix; empty if not, or if the fix held."""
    fix = history.failed_fix(incident)
    if fix is None or fix.fixed_at is None:
        return ""
    done = f"“{fix.title}” was done on {times.day(timezone.localdate(fix.fixed_at))}"
    if fix.is_answered:
        return f"Recurred after a fix: {done}, and did not hold."
    return f"Recurred after a fix: {done}."


def _fix_line(
    fix: PastActionItem, references: Mapping[int, str], incident: Incident, today: date
) -> FixLine:
    done = f"done {times.day(timezone.localdate(fix.fixed_at))}" if fix.fixed_at else "done"
    undo_url = ""
    if fix.check_pk is not None:
        undo_url = incident_part_url("fix_check_take_back", incident.reference, fix.check_pk)
    return FixLine(
        pk=fix.pk,
        version=fix_version(fix.fixed_at),
        title=fix.title,
        url=action_item_url(fix.pk),
        facts=f"{references[fix.incident_id]}, {done}",
        answer=fix.answer or "",
        answered=_answered(fix, today),
        note=markdown.render(fix.note or ""),
        undo_url=undo_url,
        may_reopen=fix.answer == FixAnswer.DID_NOT_HOLD and not fix.is_open,
    )


def _answered(fix: PastActionItem, today: date) -> str:
    """Return “Ana: it did not hold; open again, due 3 Mar 2026”; empty without an answer."""
    if not fix.is_answered:
        return ""
    words = "it held" if fix.answer == FixAnswer.HELD else "it did not hold"
    now = f"; open again, {analytics.action_item_words(fix, today)}" if fix.is_open else ""
    return f"{fix.answered_by or 'Somebody'}: {words}{now}"


def _left_out(*lists: tuple[Sequence[PastActionItem], int]) -> int:
    return sum(max(len(past_items) - shown, 0) for past_items, shown in lists)


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _REASON else f"{line[: _REASON - 1].rstrip()}…"
