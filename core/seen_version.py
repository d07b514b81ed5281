"""Versions that a page carries, so that nothing is done to what its reader has not seen."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict

_LONGEST = 10  # digits of a version: no more fit into a column


def seen_version(
    request: HttpRequest, name: str = "version", *, sent: QueryDict | None = None
) -> int:
    """Return the version that the posted form, or `sent`, carries; else 0, which no row has."""
    text = (request.POST if sent is None else sent).get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else 0


def version_of(*facts: object) -> int:
    """Return a number for the state that `facts` describe, for rows without a version column.

    It is never 0, and the same in every process.
    """
    digest = hashlib.sha256(repr(facts).encode()).digest()
    return int.from_bytes(digest[:4], "big") % 0x7FFFFFFE + 1


class SeenVersionForm(forms.ModelForm):
    """A form of a row with a `version`: it carries the one its writer saw, and counts it up.

    Where the row has another version by now, the form is refused and nothing is written.
    """

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen_version"] = self.instance.version

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk is None:
            return cleaned
        rows = type(self.instance)._base_manager.select_for_update()
        current = rows.values_list("version", flat=True).filter(pk=self.instance.pk).first()
        if cleaned.get("seen_version") != current:
            raise forms.ValidationError(
                "Somebody changed this since you opened the page. Nothing was saved: reload it."
            )
        self.instance.version = current + 1
        return cleaned
