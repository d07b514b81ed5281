"""The form that says whether a fix held."""

from __future__ import annotations

from django import forms

from action_items.models import FixAnswer
from incidents.forms.fields import MarkdownField

REOPEN = "reopen"


class FixCheckForm(forms.Form):
    """One answer about one action item; `reopen` means that it did not hold and is reopened."""

    item = forms.IntegerField()
    answer = forms.ChoiceField(choices=[*FixAnswer.choices, (REOPEN, "Reopen")])
    note = MarkdownField(required=False, max_length=20_000)
