"""The items in a digest, and their texts, fetched together."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from accounts.models import User
from action_items.reminders import lines, links
from action_items.reminders.candidates import Candidate
from action_items.reminders.lines import AssignmentNote, Line
from action_items.reminders.policy import Due, Policy
from action_items.reminders.postmortems import PendingPostmortem
from action_items.steps import ASSIGNED
from core.prepared import among
from core.text import one_line
from incidents.models import ActionItem, ActionItemChange, Changed, Incident
from messaging.models import Message

_LONGEST_NOTE = 200


class DigestItem(NamedTuple):
    """An item in a digest, with all steps that it has reached and those that the digest
    announces.
    """

    candidate: Candidate
    reached: list[Due]
    announced: Collection[Due] = frozenset()

    @property
    def order(self) -> tuple[date, int]:
        return self.candidate.facts.due_on or date.max, self.candidate.item

    @property
    def is_due(self) -> bool:
        """True if it has reached a step that counts from its due date."""
        return any(due.since == self.candidate.facts.due_on for due in self.reached)

    @property
    def is_given(self) -> bool:
        """True if the digest announces its assignment to the recipient."""
        return any(due.step == ASSIGNED and due in self.announced for due in self.reached)

    def has(self, step: str) -> bool:
        return any(due.step == step for due in self.reached)


class ItemTexts:
    """The texts of the items mentioned in `message` to `reader`."""

    def __init__(
        self, named: list[DigestItem], message: Message, reader: User, today: date, policy: Policy
    ) -> None:
        people = ("incident", "owner", "owner_team", "given_by")
        items = ActionItem.objects.filter(pk__in={each.candidate.item for each in named})
        self._items = {item.pk: item for item in items.select_related(*people)}
        self._notes = _notes(each.candidate.item for each in named if each.is_given)
        self._message, self._reader = message, reader
        self._today, self._policy = today, policy

    def priority(self, each: DigestItem) -> str:
        return self._items[each.candidate.item].priority

    def line(self, each: DigestItem) -> Line:
        item = self._items[each.candidate.item]
        return lines.item_line(
            item,
            each.candidate,
            today=self._today,
            choose=links.choose(item, to=self._reader, message=self._message, today=self._today),
            policy=self._policy,
            given=self._given(item) if each.is_given else None,
        )

    def _given(self, item: ActionItem) -> AssignmentNote:
        return AssignmentNote(item.given_by, item.owner_team, self._notes.get(item.pk, ""))


def _notes(given: Iterable[int]) -> dict[int, str]:
    """Return the notes of these items' latest assignments, each on one line."""
    keys = list(given)
    if not keys:
        return {}
    said = ActionItemChange.objects.filter(among("item", list(keys)), what=Changed.OWNER)
    latest = said.order_by("item", "-at", "-pk").distinct("item").values_list("item", "note")
    return {item: _shortened(one_line(note)) for item, note in latest}


def _shortened(note: str) -> str:
    return note if len(note) <= _LONGEST_NOTE else f"{note[: _LONGEST_NOTE - 1]}…"


def postmortem_lines(waiting: list[PendingPostmortem]) -> list[Line]:
    """Return the lines of waiting postmortems."""
    incidents = Incident.objects.in_bulk([each.incident for each in waiting])
    return [lines.postmortem_line(incidents[each.incident], each) for each in waiting]
