"""Forms that complete, decline, snooze, reassign, re-date or split an action item."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, cast

from django import forms

from accounts.models import Team, User
from action_items.forms.owners import OwnerField, PersonChoiceField
from action_items.operations import action_items
from action_items.reminders.policy import Policy
from core import times
from core.text import one_line
from incidents.forms.fields import LineField, MarkdownField, WritingForm
from incidents.forms.timeline import DayInput
from incidents.models import ActionItem

_A_WEEK = timedelta(days=7)


def _short_text(**kwargs: Any) -> MarkdownField:
    return MarkdownField(required=False, widget=forms.Textarea(attrs={"rows": 2}), **kwargs)


def _asked_for(field: MarkdownField) -> MarkdownField:
    """Mark a field as required, though the operation, not the form, checks it."""
    field.is_asked_for = True  # type: ignore[attr-defined]
    return field


class MovingForm(WritingForm):
    """A form about one item, with control ids that are unique on a page with many."""

    def __init__(self, *args: Any, item: ActionItem, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"item-{item.pk}-%s")
        kwargs["initial"] = {"version": item.version} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        first = next(field for field in self.fields.values() if not field.widget.is_hidden)
        first.widget.attrs["autofocus"] = True

    def clean_version(self) -> int:
        """Return the version; 0, which is always stale, if none was sent."""
        return self.cleaned_data["version"] or 0


class ClosingForm(MovingForm):
    """Base of the forms that close an item; asks about its parts only if some are open."""

    leave_parts_open = forms.BooleanField(label="Leave its open parts open", required=False)

    def visible_fields(self) -> list[forms.BoundField]:
        shown = super().visible_fields()
        if self.is_bound and ("leave_parts_open" in self.errors or self.leaves_parts_open()):
            return shown
        return [field for field in shown if field.name != "leave_parts_open"]

    def leaves_parts_open(self) -> bool:
        return self.cleaned_data.get("leave_parts_open", False)


class CompletingForm(ClosingForm):
    """Evidence of completion, and who verified it."""

    evidence = _short_text(
        label="What shows that it is done?",
        help_text="A sentence: the change, the alert, the test run. Markdown.",
    )
    evidence_url = forms.URLField(
        label="Link to it",
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text="A sentence or a link is enough.",
    )
    verified_by = PersonChoiceField(
        label="Who verified it?",
        help_text="Somebody other than the person who did it. If empty, its page says that nobody "
        "else has verified it yet.",
    )
    despite_waits = forms.BooleanField(label="Close anyway", required=False)
    field_order = ["despite_waits", "evidence", "evidence_url", "verified_by", "leave_parts_open"]

    def __init__(
        self, *args: Any, item: ActionItem, waits: Sequence[ActionItem] = (), **kwargs: Any
    ) -> None:
        """Show `waits`, the open items that it waits for, on an unbound form."""
        super().__init__(*args, item=item, **kwargs)
        self.is_waiting = bool(waits)
        names = ", ".join(f"{each.incident.reference} “{each.title}”" for each in waits)
        self.fields["despite_waits"].help_text = f"It still waits for {names}." if waits else ""
        self.fields["despite_waits"].widget.attrs.pop("autofocus", None)
        self.fields["evidence"].widget.attrs["autofocus"] = True

    def visible_fields(self) -> list[forms.BoundField]:
        shown = super().visible_fields()
        if self.is_waiting or (self.is_bound and self._is_asked_about_waits()):
            return shown
        return [field for field in shown if field.name != "despite_waits"]

    def _is_asked_about_waits(self) -> bool:
        return "despite_waits" in self.errors or self.cleaned_data.get("despite_waits", False)


class DecliningForm(ClosingForm):
    """The reason for declining an item, the accepted risk, and the re-review date."""

    reason = _asked_for(
        _short_text(label="Why will it not be done?", help_text="It stays on record. Markdown.")
    )
    accepted_risk = _asked_for(
        _short_text(
            label="Which risk is accepted?",
            help_text="What may happen, and who would be affected. Markdown.",
        )
    )
    re_review_on = forms.DateField(
        label="Re-review on",
        required=False,
        widget=DayInput,
        help_text="On that day you decide again: keep it declined, or reopen it.",
    )
    field_order = ["reason", "accepted_risk", "re_review_on", "leave_parts_open"]

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        initial = {"re_review_on": action_items.default_re_review_on(today)}
        super().__init__(*args, initial=initial, **kwargs)


class KeepDeclinedForm(MovingForm):
    """Result of a re-review that keeps an item declined."""

    re_review_on = forms.DateField(label="Re-review on", required=False, widget=DayInput)
    accepted_risk = _short_text(label="Accepted risk", help_text="Markdown.")
    note = _short_text(label="What was found", help_text="It stays in the history. Markdown.")

    def __init__(self, *args: Any, item: ActionItem, today: date, **kwargs: Any) -> None:
        initial = {
            "re_review_on": action_items.default_re_review_on(today),
            "accepted_risk": item.accepted_risk,
        }
        super().__init__(*args, item=item, initial=initial, **kwargs)


class SnoozeForm(MovingForm):
    """The end of a snooze."""

    until = forms.DateField(label="Remind again on", widget=DayInput)
    reason = LineField(label="Why", required=False, max_length=300)

    def __init__(
        self, *args: Any, item: ActionItem, today: date, policy: Policy, **kwargs: Any
    ) -> None:
        latest = action_items.snooze_until_at_latest(policy, today)
        initial = {"until": min(today + _A_WEEK, latest)}
        super().__init__(*args, item=item, initial=initial, **kwargs)
        left = action_items.snoozes_left(item, policy)
        self.fields["until"].help_text = (
            f"Until {times.day(latest)} at most; {left} of {policy.snoozes} snoozes left. "
            "The due date stays."
        )
        self.fields["until"].widget.attrs["max"] = latest.isoformat()


class ReassignForm(MovingForm):
    """The new owner of an item."""

    owner = OwnerField(
        label="New owner", help_text="A person or a team, by name. They are reminded."
    )
    note = _short_text(label="What they need to know", help_text="Markdown.")

    def __init__(self, *args: Any, item: ActionItem, **kwargs: Any) -> None:
        super().__init__(*args, item=item, **kwargs)
        self.fields["owner"].required = True
        self.fields["owner"].error_messages["required"] = "Name a person or a team."

    def owner_chosen(self) -> dict[str, Any]:
        """Return the owner as arguments of the operation, once the form is valid."""
        owner = self.cleaned_data["owner"]
        return {
            "owner": owner if isinstance(owner, User) else None,
            "owner_team": owner if isinstance(owner, Team) else None,
        }


class RedateForm(MovingForm):
    """A new due date, and the reason."""

    due_on = forms.DateField(label="New due date", widget=DayInput)
    reason = LineField(
        label="Why",
        required=False,
        max_length=300,
        help_text="Required if later than the current date and than the severity allows.",
    )

    def __init__(self, *args: Any, item: ActionItem, today: date, **kwargs: Any) -> None:
        # An overdue date is not prefilled, since it would be refused.
        initial = {} if item.days_overdue(today) else {"due_on": item.due_on}
        super().__init__(*args, item=item, initial=initial, **kwargs)


class SplitForm(RedateForm):
    """Smaller parts, and the due date of all of them."""

    into = forms.CharField(
        label="Parts",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
        help_text=f"One per line, at most {action_items.MOST_PARTS}. Each becomes an action item "
        "with the same owner.",
    )
    field_order = ["into", "due_on", "reason"]

    def clean_into(self) -> list[str]:
        """Return the titles of the parts."""
        titles = [one_line(line) for line in self.cleaned_data["into"].splitlines()]
        longest = cast(int, ActionItem._meta.get_field("title").max_length)
        if any(len(title) > longest for title in titles):
            raise forms.ValidationError(f"A title has at most {longest} characters.")
        return [title for title in titles if title]
