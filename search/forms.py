"""Forms of search."""

from __future__ import annotations

from django import forms

from search.models import SavedSearch


class SavedSearchForm(forms.ModelForm):
    """The name of a saved search, its text, and whether it is shared."""

    class Meta:
        model = SavedSearch
        fields = ["name", "text", "is_shared"]
        labels = {"text": "Search for", "is_shared": "Share with everybody"}
        help_texts = {
            "text": "As typed into the search box, filters included: "
            "expired service:checkout since:30d",
        }
