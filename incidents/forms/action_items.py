"""Forms of action items."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Team, User
from incidents.forms.fields import LineField, MarkdownField
from incidents.forms.widgets import MarkdownEditor
from incidents.models import CLOSED, ActionItem, ActionItemStatus
from incidents.operations.action_items import Terms

_OPEN_STATUSES = [choice for choice in ActionItemStatus.choices if choice[0] not in CLOSED]


class OwnerField(forms.ChoiceField):
    """One person or one team, chosen from one list. Cleans to a User, a Team or None."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=self._everybody, required=False, **kwargs)

    def _everybody(self) -> list[Any]:
        people = User.objects.filter(is_active=True).order_by("full_name", "username")
        return [
            ("", "Nobody yet"),
            ("Teams", [(f"team:{team.pk}", str(team)) for team in Team.objects.all()]),
            ("People", [(f"user:{person.pk}", str(person)) for person in people]),
        ]

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, User):
            return f"user:{value.pk}"
        if isinstance(value, Team):
            return f"team:{value.pk}"
        return value

    def validate(self, value: Any) -> None:
        """Existence is checked in `clean`, by the row and not by the list."""

    def clean(self, value: Any) -> User | Team | None:
        kind, _, pk = str(super().clean(value) or "").partition(":")
        owner: User | Team | None = None
        if kind == "user" and pk.isdecimal():
            owner = User.objects.filter(pk=pk).first()
        elif kind == "team" and pk.isdecimal():
            owner = Team.objects.filter(pk=pk).first()
        if kind and owner is None:
            raise forms.ValidationError("This owner does not exist any more. Choose another one.")
        return owner


class ActionItemForm(forms.ModelForm):
    """What an action item says. `version` is the one its writer saw."""

    title = LineField(
        max_length=300,
        widget=forms.TextInput(attrs={"autofocus": True}),
        help_text="Actionable, specific, bounded: one thing somebody can finish.",
        error_messages={"required": "Say what is promised."},
    )
    detail = MarkdownField(required=False)
    owner_choice = OwnerField(label="Owner", help_text="A person or a team. They are reminded.")
    status = forms.ChoiceField(choices=_OPEN_STATUSES, required=False)
    tracker_url = forms.URLField(
        label="Link to your tracker",
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = ActionItem
        fields = ["title", "kind", "priority", "size", "due_on", "status", "tracker_url", "detail"]
        widgets = {
            "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        labels = {"due_on": "Due on"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item = self.instance
        self.fields["owner_choice"].initial = item.owner or item.owner_team
        self.fields["version"].initial = item.version
        self.fields["detail"].widget = MarkdownEditor(reference=item.incident.reference, rows=5)
        self.fields["size"].choices = [  # type: ignore[attr-defined]
            ("", "Not estimated"),
            *ActionItem._meta.get_field("size").choices,  # type: ignore[misc]
        ]
        if item.pk is None or not item.is_open:
            del self.fields["status"]
        for field in self.fields.values():
            chosen = isinstance(field.widget, forms.Select)
            field.widget.attrs.setdefault("class", "form-select" if chosen else "form-control")

    def _post_clean(self) -> None:
        """Leaves the item alone: operations write it, from what the fields have checked.

        Django would ask PostgreSQL about each constraint beforehand, in three statements each.
        """

    def terms(self) -> Terms:
        """What was written, once the form is valid."""
        said = self.cleaned_data
        owner = said["owner_choice"]
        return Terms(
            title=said["title"],
            detail=said["detail"],
            kind=said["kind"],
            priority=said["priority"],
            size=said["size"],
            owner=owner if isinstance(owner, User) else None,
            owner_team=owner if isinstance(owner, Team) else None,
            owner_as_written="" if owner else self.instance.owner_as_written,
            due_on=said["due_on"],
            tracker_url=said["tracker_url"],
            status=said.get("status") or None,
        )


class ClosingForm(forms.Form):
    """What shows that something is done, or why it will not be."""

    note = MarkdownField(required=False)
