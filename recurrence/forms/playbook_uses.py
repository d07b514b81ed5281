"""Forms that record the use of a playbook."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.choices import CallableChoiceIterator

from incidents.forms.fields import MarkdownField, WritingForm
from incidents.models import Incident, LinkState, Outcome
from playbooks.models import Playbook

_MOST_NOTE = 20_000
_LIKELY = "For the patterns of this incident"


class PlaybookUseForm(WritingForm):
    """The playbook, its outcome, and a note. Playbooks for the incident's patterns come first."""

    playbook = forms.ModelChoiceField(queryset=Playbook.objects.current(), to_field_name="slug")
    outcome = forms.ChoiceField(choices=Outcome.choices, label="Outcome")
    note = MarkdownField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=_MOST_NOTE,
        help_text="Markdown: what to know when it is followed the next time.",
    )

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Queried only when the form is rendered: saving a submitted form needs no choices.
        offered = CallableChoiceIterator(lambda: _offered(incident))
        self.fields["playbook"].widget.choices = offered


def _offered(incident: Incident) -> list[Any]:
    """Return the choices of playbooks, those for the incident's confirmed patterns first."""
    for_it = Playbook.patterns.through.objects.filter(
        playbook=OuterRef("pk"),
        failurepattern__incident_links__incident=incident,
        failurepattern__incident_links__state=LinkState.CONFIRMED,
    )
    first: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    for slug, title, is_likely in Playbook.objects.current().values_list(
        "slug", "title", Exists(for_it)
    ):
        (first if is_likely else others).append((slug, title))
    groups = [(_LIKELY, first), ("Others", others)] if first else others
    return [("", "Choose…"), *groups]


class OutcomeForm(forms.Form):
    """The outcome of a playbook run, with large choices for phones."""

    outcome = forms.ChoiceField(
        choices=Outcome.choices,
        label="Did it help?",
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    note = MarkdownField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        max_length=_MOST_NOTE,
        help_text="Markdown: what to know when it is followed the next time.",
    )
