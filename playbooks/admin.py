"""Failure patterns and playbooks in the administration."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from core import text_search
from core.seen_version import SeenVersionForm
from playbooks.models import FailurePattern, Playbook, PlaybookStep


class WrittenAdmin(admin.ModelAdmin):
    """A text of the knowledge base: saving it counts its version up and refreshes search."""

    form = SeenVersionForm
    exclude = ["version"]
    readonly_fields = ["created_at", "updated_at"]
    kind: text_search.Kind

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        at = timezone.now()
        obj.updated_at = at
        if not change:
            obj.created_at = at
        obj.save()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        text_search.refresh(self.kind, [form.instance.pk])

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        gone = obj.pk
        obj.delete()
        text_search.refresh(self.kind, [gone])


@admin.register(FailurePattern)
class FailurePatternAdmin(WrittenAdmin):
    kind = "pattern"
    list_display = ["name", "slug", "updated_at"]
    search_fields = ["name", "slug", "definition"]
    prepopulated_fields = {"slug": ["name"]}

    def has_delete_permission(
        self, request: HttpRequest, obj: FailurePattern | None = None
    ) -> bool:
        """A pattern that incidents are linked to stays: deleting it would change them unseen."""
        return obj is not None and not obj.incident_links.exists()


class PlaybookStepInline(admin.StackedInline):
    model = PlaybookStep
    extra = 0


@admin.register(Playbook)
class PlaybookAdmin(WrittenAdmin):
    kind = "playbook"
    list_display = ["title", "risk", "owner", "last_reviewed_on", "updated_at"]
    list_select_related = ["owner"]
    list_filter = ["risk", "patterns"]
    search_fields = ["title", "slug", "use_when"]
    prepopulated_fields = {"slug": ["title"]}
    autocomplete_fields = ["patterns", "owner", "last_reviewed_by"]
    inlines = [PlaybookStepInline]

    def has_delete_permission(self, request: HttpRequest, obj: Playbook | None = None) -> bool:
        """A playbook that was used in an incident stays."""
        return obj is not None and not obj.uses.exists()
