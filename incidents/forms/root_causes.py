"""The form of a cause."""

from __future__ import annotations

from typing import Any

from django import forms

from incidents.forms.fields import LineField, MarkdownField, WritingForm
from incidents.forms.widgets import MarkdownEditor
from incidents.models import CauseRole, Incident, Origin
from incidents.operations.root_causes import CauseFields


class RootCauseForm(WritingForm):
    """One cause with its role."""

    role = forms.ChoiceField(
        label="Role", choices=CauseRole.choices, initial=CauseRole.CONTRIBUTING
    )
    category = LineField(
        max_length=60,
        required=False,
        help_text="In a word or two, such as “Configuration” or “Capacity”.",
    )
    text = MarkdownField(label="Cause", error_messages={"required": "Describe the cause."})
    evidence = MarkdownField(label="Evidence", required=False)
    origin = forms.ChoiceField(
        label="Source", choices=Origin.choices, initial=Origin.TEAM, required=False
    )

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget = MarkdownEditor(
            reference=incident.reference,
            rows=5,
            placeholder="A condition without which it would not have happened. "
            "“Nobody was told 14 days before the certificate expired”, not “somebody forgot”.",
        )

    def fields_written(self) -> CauseFields:
        """Return the content, once the form is valid."""
        said = self.cleaned_data
        return CauseFields(
            text=said["text"],
            role=said["role"],
            category=said["category"],
            evidence=said["evidence"],
            origin=said["origin"] or Origin.TEAM,
        )
