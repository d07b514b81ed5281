"""Action items of earlier incidents, and whether they held."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from action_items.models import FixAnswer
from core.prepared import Prepared, among
from incidents.models import ActionItem, ActionItemStatus, Incident


@dataclass(frozen=True)
class PastActionItem:
    """An action item of an earlier incident of the pattern.

    `answer` and the fields about it are the answer to “Did the fix hold?” given in the current
    incident; None if nobody answered.
    """

    pk: int
    title: str
    status: str
    due_on: date | None
    closed_at: datetime | None
    closing_note: str
    incident_id: int
    check_pk: int | None
    answer: str | None
    note: str | None
    done_at: datetime | None
    answered_by: str

    @property
    def is_open(self) -> bool:
        return self.status not in (ActionItemStatus.DONE, ActionItemStatus.WONT_DO)

    @property
    def is_declined(self) -> bool:
        return self.status == ActionItemStatus.WONT_DO

    @property
    def is_answered(self) -> bool:
        return self.check_pk is not None

    def days_overdue(self, today: date) -> int:
        """Return the days since the due date of an open item; 0 if it is not overdue."""
        if not self.is_open or self.due_on is None:
            return 0
        return max((today - self.due_on).days, 0)

    def was_done_before(self, incident: Incident) -> bool:
        """Return True if it was completed before `incident`, as far as both dates are recorded."""
        done, happened = self.fixed_at, incident.occurred_at
        return done is not None and happened is not None and done < happened

    def did_not_hold(self, incident: Incident) -> bool:
        """Return True if `incident` happened although the item was completed.

        Somebody said so, or the dates show it and nobody said otherwise.
        """
        if self.is_answered:
            return self.answer == FixAnswer.DID_NOT_HOLD
        return self.was_done_before(incident)

    def asks_about(self, incident: Incident) -> bool:
        """Return True if the fix can be judged, or was judged, in `incident`.

        It must be completed before `incident`, or `incident` must be undated.
        """
        if self.is_answered:
            return True
        is_done = self.status == ActionItemStatus.DONE
        return is_done and (incident.occurred_at is None or self.was_done_before(incident))

    @property
    def fixed_at(self) -> datetime | None:
        """The time of completion; for a judged item, of the completion that was judged."""
        if self.done_at is not None:
            return self.done_at
        return self.closed_at if self.status == ActionItemStatus.DONE else None


def past_items(incident_ids: Iterable[int], incident: Incident) -> list[PastActionItem]:
    """Return the action items of these visible incidents, with the answers given in `incident`.

    In order of due date, undated ones last. One query.
    """
    wanted = list(incident_ids)
    if not wanted:
        return []
    found = [PastActionItem(*row) for row in _action_items(None, wanted, incident.pk)]
    return sorted(found, key=lambda item: (item.due_on is None, item.due_on or date.min))


@Prepared
def _action_items(_: None, incident_ids: int, asked_in: int) -> QuerySet[Any, Any]:
    check = FilteredRelation("fix_checks", condition=Q(fix_checks__incident=asked_in))
    person = "said__answered_by"
    items = ActionItem.objects.filter(among("incident_id", incident_ids)).annotate(said=check)
    return items.order_by("incident_id", "position").values_list(
        *("pk", "title", "status", "due_on", "closed_at", "closing_note", "incident_id"),
        *("said__pk", "said__answer", "said__note", "said__done_at"),
        Coalesce(NullIf(F(f"{person}__full_name"), Value("")), f"{person}__username", Value("")),
    )
