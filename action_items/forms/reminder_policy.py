"""Forms of the reminder policy, and of holidays as text or as a file."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from django import forms

from accounts.models import Team
from action_items.exchange import holidays
from action_items.models import Assigned
from action_items.reminders import policy
from action_items.reminders.policy import Policy
from core.errors import DomainError
from incidents.forms.fields import WritingForm

WEEKDAYS = [
    (1, "Monday"),
    (2, "Tuesday"),
    (3, "Wednesday"),
    (4, "Thursday"),
    (5, "Friday"),
    (6, "Saturday"),
    (7, "Sunday"),
]
_A_YEAR = 365
_LARGEST_FILE = 1_000_000
_MOST_STEPS = 10


def _days(label: str, *, least: int = 0, most: int = _A_YEAR, **given: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=most, **given)


def _optional_days(label: str, help_text: str, *, most: int = _A_YEAR) -> forms.IntegerField:
    return _days(label, least=1, most=most, required=False, help_text=f"{help_text} Empty: never.")


class ReminderPolicyForm(WritingForm):
    """All settings of the policy. `number` is that of the version which the writer saw."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    due_days_sev1 = _days("SEV1, days", least=1)
    due_days_sev2 = _days("SEV2, days", least=1)
    due_days = _days("Others, days", least=1)
    due_soon = _days(
        "Due soon, days before", most=30, help_text="Earlier if no digest is sent in between."
    )
    overdue = forms.CharField(
        label="Overdue, days",
        required=False,
        max_length=60,
        help_text="One reminder on each of these days, such as 1, 3.",
    )
    overdue_every = _days(
        "Then repeat every, days",
        least=1,
        help_text="Whole weeks fall on the weekly day, for all items of a person together.",
    )
    decision_after = _days(
        "Decision, days overdue",
        least=2,
        help_text="Requested once; then no reminders until somebody decides.",
    )
    lead_after = _optional_days(
        "Team lead, days overdue", "The lead of the owner’s team is notified."
    )
    assigned = forms.ChoiceField(
        label="Assignment",
        choices=Assigned,
        help_text="The new owner is notified, unless they assigned it themselves. “At once” means "
        "within the three hours of their morning; later assignments are in the next "
        "digest.",
    )
    unassigned_after = _optional_days(
        "Unassigned, working days", "The postmortem’s owner is asked.", most=30
    )
    draft_after = _optional_days("Draft unchanged, days", "Its owner is reminded.")
    review_after = _optional_days(
        "Review pending, working days", "Reviewers and the owner are reminded.", most=30
    )
    snooze_days = _days("Longest snooze, days", least=1, most=90)
    snoozes = _days("Snoozes in a row", most=20)
    hour = _days(
        "From hour",
        most=23,
        help_text="In each person’s time zone, 0 to 23. Reminders are sent within three hours; "
        "those that miss this window are sent on the next working day.",
    )
    weekdays = forms.TypedMultipleChoiceField(
        label="Working days",
        coerce=int,
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    weekly_on = forms.TypedChoiceField(
        label="Weekly day",
        coerce=int,
        choices=WEEKDAYS,
        help_text="For weekly reminders, weekly digests and the teams’ summaries.",
    )

    GROUPS = (
        ("Due date of a new action item", ["due_days_sev1", "due_days_sev2", "due_days"]),
        (
            "Reminders around the due date",
            ["due_soon", "overdue", "overdue_every", "decision_after"],
        ),
        (
            "Who else is notified",
            ["assigned", "lead_after", "unassigned_after", "draft_after", "review_after"],
        ),
        ("Snoozing", ["snooze_days", "snoozes"]),
        ("Days and hours", ["hour", "weekly_on", "weekdays"]),
    )

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]

    def clean_overdue(self) -> tuple[int, ...]:
        parts = self.cleaned_data["overdue"].replace(",", " ").split()
        if not all(
            part.isascii() and part.isdigit() and 0 < int(part) <= _A_YEAR for part in parts
        ):
            raise forms.ValidationError("Write days after the due date as numbers, such as 1, 3.")
        if len(parts) > _MOST_STEPS:
            raise forms.ValidationError(f"{_MOST_STEPS} reminders are too many: enter fewer days.")
        return tuple(sorted({int(part) for part in parts}))

    def clean(self) -> None:
        if not self.errors:
            try:
                policy.check(self.terms())
            except DomainError as error:
                raise forms.ValidationError(str(error)) from error

    def terms(self) -> Policy:
        """Return the policy from the cleaned data."""
        values = {name: self.cleaned_data[name] for name in asdict(Policy())}
        return Policy(**values | {"weekdays": tuple(sorted(values["weekdays"]))})


def typed(terms: Policy, number: int) -> dict[str, Any]:
    """Return the form's initial data for this policy."""
    return asdict(terms) | {"overdue": ", ".join(map(str, terms.overdue)), "number": number}


class HolidaysForm(WritingForm):
    """Holidays of one team or of everybody, as lines or as a calendar file."""

    team = forms.ModelChoiceField(Team.objects.all(), required=False, empty_label="Everybody")
    days = forms.CharField(
        label="Days",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5, "placeholder": "2026-12-25 Christmas Day"}),
        help_text="One per line: the day, then its name.",
    )
    file = forms.FileField(
        label="or a calendar file (.ics)",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
    )

    def clean(self) -> None:
        try:
            self.found = self._read()
        except DomainError as error:
            raise forms.ValidationError(str(error)) from error

    def _read(self) -> list[tuple[date, str]]:
        found = holidays.parse_lines(self.cleaned_data.get("days", ""))
        if file := self.cleaned_data.get("file"):
            if file.size > _LARGEST_FILE:
                raise holidays.NotHolidays("The calendar file is too large: at most 1 MB.")
            found += holidays.parse_calendar(file.read())
        if not found:
            raise holidays.NotHolidays("Enter at least one day, or choose a calendar file.")
        return found
