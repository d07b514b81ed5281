"""Forms behind the links in a reminder: those of the app, for people who are not signed in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from django import forms

from accounts.models import Team, User
from action_items.forms.moves import (
    CompletingForm,
    DecliningForm,
    KeepDeclinedForm,
    MovingForm,
    ReassignForm,
    RedateForm,
    SplitForm,
)
from action_items.forms.owners import PersonChoiceField, written
from action_items.models import Answer
from action_items.operations import action_items
from action_items.reminders.link_checks import RequestedAction
from action_items.reminders.policy import Policy
from core import times
from incidents.forms.fields import LineField
from incidents.forms.timeline import DayInput
from incidents.models import ActionItem

_SNOOZES = {1: "One day", 3: "Three days", 7: "A week"}
_MOST_COLLEAGUES = 50


class SnoozeByDaysForm(MovingForm):
    """The length of a snooze, from a few choices."""

    days = forms.TypedChoiceField(label="For how long?", coerce=int, widget=forms.RadioSelect)
    reason = LineField(label="Why", required=False, max_length=300, help_text="It stays on record.")

    def __init__(
        self, *args: Any, item: ActionItem, today: date, policy: Policy, **kwargs: Any
    ) -> None:
        kwargs.setdefault("initial", {"days": 1})
        super().__init__(*args, item=item, **kwargs)
        self.today = today
        days = cast(forms.TypedChoiceField, self.fields["days"])
        days.choices = [
            (days, f"{words}, until {times.near_day(today + timedelta(days=days))}")
            for days, words in _SNOOZES.items()
            if days <= policy.snooze_days
        ]
        left = action_items.snoozes_left(item, policy)
        self.fields[
            "days"
        ].help_text = f"{left} of {policy.snoozes} snoozes left. The due date stays."

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if days := said.pop("days", None):
            said["until"] = self.today + timedelta(days=days)
        return said


class ReopenForm(MovingForm):
    """A new due date for a reopened item."""

    due_on = forms.DateField(label="Due on", required=False, widget=DayInput)

    def __init__(self, *args: Any, item: ActionItem, today: date, **kwargs: Any) -> None:
        due_on = max(action_items.default_due_on(item.incident, today), item.due_on or today)
        super().__init__(*args, item=item, initial={"due_on": due_on}, **kwargs)


def form_for(asked: RequestedAction, data: Any, *, today: date, policy: Policy) -> MovingForm:
    """Return the form for the answer of this link. Raises KeyError if it needs none."""
    about = {"item": asked.item}
    on_day = about | {"today": today}
    forms_by_answer: dict[str, Any] = {
        Answer.DONE: (
            CompletingForm,
            about | {"waits": () if data else _waits(asked)},
        ),
        Answer.SNOOZE: (SnoozeByDaysForm, on_day | {"policy": policy}),
        Answer.REDATE: (RedateForm, on_day),
        Answer.SPLIT: (SplitForm, on_day),
        Answer.REASSIGN: (ReassignForm, about),
        Answer.DECLINE: (DecliningForm, on_day),
        Answer.KEEP_DECLINED: (KeepDeclinedForm, on_day),
        Answer.REOPEN: (ReopenForm, on_day),
    }
    made, arguments = forms_by_answer[asked.link.answer]
    form: MovingForm = made(data, auto_id="answer-%s", **arguments)
    for field in form.fields.values():
        if isinstance(field, PersonChoiceField):
            _name_no_strangers(field)
    return form


def _waits(asked: RequestedAction) -> list[ActionItem]:
    """Return the open items that the item waits for, if the answer is “done”."""
    is_done = asked.link.answer == Answer.DONE
    return action_items.open_waits(asked.item, by=asked.person) if is_done else []


def _name_no_strangers(field: PersonChoiceField) -> None:
    """Remove name suggestions: the holder of a link may not look up other accounts."""
    field.names_near = False
    field.widget = forms.TextInput(
        attrs={"class": "form-control", "autocomplete": "off", "list": "colleagues"}
    )


def colleagues(person: User) -> list[str]:
    """Return people and teams that `person` works with, as written in a field for an owner."""
    teams = Team.objects.filter(pk__in=person.team_keys)
    people = User.objects.filter(teams__in=teams, is_active=True).exclude(pk=person.pk).distinct()
    named: list[User | Team] = [*teams]
    named += people.order_by("full_name", "username")[:_MOST_COLLEAGUES]
    return [written(each) for each in named]


def terms(form: MovingForm) -> dict[str, Any]:
    """Return the cleaned data as arguments of the operation, once the form is valid."""
    said = {name: value for name, value in form.cleaned_data.items() if name != "version"}
    if isinstance(form, ReassignForm):
        del said["owner"]
        said |= form.owner_chosen()
    return said
