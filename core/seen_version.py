"""Forms of the administration that never overwrite what their writer has not seen."""

from __future__ import annotations

from typing import Any

from django import forms


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
                "Somebody changed this since you opened the page. Nothing was saved: open it anew."
            )
        self.instance.version = current + 1
        return cleaned
