"""Failure patterns and playbooks in the administration."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from core import text_search
from core.seen_version import SeenVersionForm
from playbooks import revisions
from playbooks.content import playbook_fields
from playbooks.models import FailurePattern, Playbook, PlaybookRevision, PlaybookStep


class WrittenAdmin(admin.ModelAdmin):
    """A text of the knowledge base: saving it counts its version up and refreshes search."""

    form = SeenVersionForm
    exclude = ["version"]
    readonly_fields = ["created_at", "updated_at", "archived_at"]
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
    readonly_fields = [*WrittenAdmin.readonly_fields, "doubt", "doubted_at", "doubted_by"]
    inlines = [PlaybookStepInline]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            stored = Playbook.objects.select_for_update().get(pk=obj.pk)
            revisions.last_before(stored, playbook_fields(stored))
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        revisions.record(
            form.instance,
            playbook_fields(Playbook.objects.get(pk=form.instance.pk)),
            by=request.user if isinstance(request.user, User) else None,
            at=form.instance.updated_at,
            summary="Changed in the admin site" if change else "Written",
            after=form.instance.revisions.first(),
        )

    def has_delete_permission(self, request: HttpRequest, obj: Playbook | None = None) -> bool:
        """A playbook that was used in an incident, or run, stays."""
        return obj is not None and not (obj.uses.exists() or obj.runs.exists())


@admin.register(PlaybookRevision)
class PlaybookRevisionAdmin(admin.ModelAdmin):
    """Kept, and never changed."""

    list_display = ["playbook", "number", "summary", "saved_by", "saved_at"]
    list_select_related = ["playbook", "saved_by"]
    search_fields = ["playbook__title", "summary"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A revision goes with its playbook, never alone."""
        match = request.resolver_match
        return match is not None and match.url_name == "playbooks_playbook_delete"
