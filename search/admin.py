"""Synonyms, saved searches and ended feeds in the administration."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.forms import SimpleArrayField
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from search import synonyms
from search.models import EndedFeed, SavedSearch, Synonym
from search.operations import end_feed


class SynonymForm(forms.ModelForm):
    terms = SimpleArrayField(
        forms.CharField(max_length=80, required=False),
        delimiter="\n",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=Synonym._meta.get_field("terms").help_text,
    )

    class Meta:
        model = Synonym
        fields = ["terms", "note"]

    def clean_terms(self) -> list[str]:
        """Return each term once, without the empty lines between them."""
        terms = (" ".join(term.split()) for term in self.cleaned_data["terms"])
        return list(dict.fromkeys(term for term in terms if term))


@admin.register(Synonym)
class SynonymAdmin(admin.ModelAdmin):
    form = SynonymForm
    list_display = ["__str__", "note"]
    search_fields = ["terms", "note"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        transaction.on_commit(synonyms.invalidate)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        transaction.on_commit(synonyms.invalidate)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        super().delete_queryset(request, queryset)
        transaction.on_commit(synonyms.invalidate)


@admin.register(SavedSearch)
class SavedSearchAdmin(admin.ModelAdmin):
    """Saved searches with their owners, read-only: owners edit them on their own page. The key of a
    feed is shown to nobody else."""

    list_display = ["name", "owner", "text", "is_shared"]
    list_select_related = ["owner"]
    search_fields = ["name", "text"]
    exclude = ["feed_key"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: SavedSearch) -> None:
        end_feed(obj, at=timezone.now())
        obj.delete()


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows to look at: derived data is never edited by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(EndedFeed)
class EndedFeedAdmin(ReadOnlyAdmin):
    list_display = ["ended_at"]
