"""Forms for changing action items in a list: one, or many."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Team, User
from action_items.forms.moves import MovingForm
from action_items.forms.owners import OwnerField
from action_items.operations.action_items import Change, DueOn, GivenTo
from incidents.forms.fields import LineField
from incidents.forms.timeline import DayInput
from incidents.models import CLOSED, ActionItem, ActionItemStatus, Priority

_STATUSES = [choice for choice in ActionItemStatus.choices if choice[0] not in CLOSED]
_AS_IT_IS = [("", "Unchanged")]


class RowForm(MovingForm):
    """Status, priority, owner and due date of one item. `version` is the one that the writer
    saw.
    """

    status = forms.ChoiceField(choices=_STATUSES)
    priority = forms.ChoiceField(choices=Priority.choices)
    owner = OwnerField(label="Owner")
    due_on = forms.DateField(label="Due on", required=False, widget=DayInput)
    reason = LineField(
        label="Reason for the later date",
        required=False,
        max_length=300,
        help_text="Required if later than its severity allows.",
    )

    def __init__(self, *args: Any, item: ActionItem, **kwargs: Any) -> None:
        initial = {
            "status": item.status,
            "priority": item.priority,
            "owner": item.owner or item.owner_team,
            "due_on": item.due_on,
        }
        super().__init__(*args, item=item, initial=initial, **kwargs)
        self.item = item

    def change(self) -> Change:
        """Return the requested change, once the form is valid. An empty owner keeps
        `owner_as_written`.
        """
        said = self.cleaned_data
        keeps_words = said["owner"] is None and bool(self.item.owner_as_written)
        return Change(
            status=said["status"],
            priority=said["priority"],
            owner=None if keeps_words else _given_to(said["owner"]),
            due=DueOn(said["due_on"], said["reason"]),
        )


class BulkForm(forms.Form):
    """Changes to many items. Fields left empty change nothing."""

    status = forms.ChoiceField(choices=_AS_IT_IS + _STATUSES, required=False)
    priority = forms.ChoiceField(choices=_AS_IT_IS + Priority.choices, required=False)
    owner = OwnerField(label="Owner", help_text="Leave empty to keep each value.")
    due_on = forms.DateField(
        label="Due on",
        required=False,
        widget=DayInput,
        help_text="Leave empty to keep each value.",
    )
    reason = LineField(
        label="Reason for the later date",
        required=False,
        max_length=300,
        help_text="Required if later than the severity of an incident allows.",
    )

    def change(self) -> Change:
        """Return the requested change, once the form is valid."""
        said = self.cleaned_data
        return Change(
            status=said["status"] or None,
            priority=said["priority"] or None,
            owner=_given_to(said["owner"]) if said["owner"] else None,
            due=DueOn(said["due_on"], said["reason"]) if said["due_on"] else None,
        )


def _given_to(owner: User | Team | None) -> GivenTo:
    return GivenTo(
        person=owner if isinstance(owner, User) else None,
        team=owner if isinstance(owner, Team) else None,
    )
