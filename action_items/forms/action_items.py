"""Forms of action items."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Team, User
from action_items.forms.owners import OwnerField
from action_items.operations.action_items import Terms
from incidents.forms.fields import LineField, MarkdownField
from incidents.forms.widgets import MarkdownEditor
from incidents.models import CLOSED, ActionItem, ActionItemStatus

_OPEN_STATUSES = [choice for choice in ActionItemStatus.choices if choice[0] not in CLOSED]


class ActionItemForm(forms.ModelForm):
    """The content of an action item. `version` is the one that the writer saw."""

    title = LineField(
        max_length=300,
        widget=forms.TextInput(attrs={"autofocus": True}),
        help_text="Actionable, specific, bounded: one thing somebody can finish.",
        error_messages={"required": "Enter a title."},
    )
    detail = MarkdownField(required=False)
    owner_choice = OwnerField(
        label="Owner", help_text="A person or a team, by name. They are reminded."
    )
    due_reason = LineField(
        label="Reason for the later date",
        required=False,
        max_length=300,
        help_text="Required if due later than the severity allows.",
    )
    parent = forms.ModelChoiceField(
        label="Part of",
        queryset=ActionItem.objects.none(),
        required=False,
        empty_label="None",
    )
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
        fields = [
            *("title", "kind", "priority", "size", "due_on", "due_reason", "status"),
            *("parent", "tracker_url", "detail"),
        ]
        widgets = {
            "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        labels = {"due_on": "Due on"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        item = kwargs["instance"]
        kwargs.setdefault("auto_id", f"item-{item.pk or 'new'}-%s")
        super().__init__(*args, **kwargs)
        self._offer_parents(item)
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

    def _offer_parents(self, item: ActionItem) -> None:
        """Offer items of the same incident that are not parts; none if this item has parts
        itself.
        """
        others = ActionItem.objects.filter(incident=item.incident_id, parent=None)
        others = others.exclude(pk=item.pk)
        has_parts = item.pk is not None and item.parts.exists()
        field = self.fields["parent"]
        field.queryset = others.none() if has_parts else others  # type: ignore[attr-defined]
        if has_parts or not others.exists():
            del self.fields["parent"]

    def _post_clean(self) -> None:
        """Leave the instance alone: operations write it, from the cleaned data.

        Django would check each constraint beforehand, with three statements each.
        """

    def terms(self) -> Terms:
        """Return the content, once the form is valid."""
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
            parent=said.get("parent"),
            due_on=said["due_on"],
            due_reason=said["due_reason"],
            tracker_url=said["tracker_url"],
            status=said.get("status") or None,
        )
