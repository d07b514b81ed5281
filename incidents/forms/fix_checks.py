"""Saying whether a fix held."""

from __future__ import annotations

from django import forms

from core.text import clean_markdown
from incidents.models import FixAnswer

REOPEN = "reopen"


class FixCheckForm(forms.Form):
    """One answer about one action item; `reopen` is that it did not hold, and is open again."""

    item = forms.IntegerField()
    answer = forms.ChoiceField(choices=[*FixAnswer.choices, (REOPEN, "Open it again")])
    note = forms.CharField(required=False, max_length=20_000)

    def clean_note(self) -> str:
        return clean_markdown(self.cleaned_data["note"])
