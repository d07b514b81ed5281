"""Forms that link an incident to a failure pattern."""

from __future__ import annotations

from typing import Any

from django import forms

from incidents.forms.fields import MarkdownField, WritingForm
from incidents.models import Incident, LinkState
from playbooks.models import FailurePattern


class PatternLinkForm(WritingForm):
    """The pattern, and the evidence for it in the incident."""

    pattern = forms.ModelChoiceField(
        queryset=FailurePattern.objects.none(),
        empty_label="Choose a pattern",
        error_messages={
            "required": "Choose a pattern.",
            "invalid_choice": "This pattern is already linked, or no longer exists.",
        },
    )
    evidence = MarkdownField(
        label="Evidence",
        required=False,
        help_text="The sentence or the message by which it can be recognised here. Markdown.",
    )

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        linked = incident.pattern_links.filter(state=LinkState.CONFIRMED).values("pattern")
        choice = self.fields["pattern"]
        assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101 - declared above
        choice.queryset = FailurePattern.objects.current().exclude(pk__in=linked)


class EvidenceForm(WritingForm):
    """The evidence for a pattern that is linked already."""

    evidence = MarkdownField(label="Evidence", required=False, help_text="Markdown.")
