"""Records in the admin: read-only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from incidents.models import (
    ActionItemChange,
    ActionItemDependency,
    Attachment,
    Edition,
    ImportedFile,
    Revision,
    SectionVersion,
    SeededFile,
)


class RecordAdmin(admin.ModelAdmin):
    """A record that nobody adds, changes or deletes."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Revision)
class RevisionAdmin(RecordAdmin):
    list_display = ["incident", "number", "summary", "saved_by", "saved_at"]
    list_select_related = ["incident", "saved_by"]
    search_fields = ["incident__reference", "incident__title", "summary"]


@admin.register(Edition)
class EditionAdmin(RecordAdmin):
    list_display = ["revision", "audience", "published_by", "published_at"]
    list_select_related = ["revision__incident", "published_by"]
    list_filter = ["audience"]
    search_fields = ["revision__incident__reference", "revision__incident__title"]


@admin.register(SectionVersion)
class SectionVersionAdmin(RecordAdmin):
    list_display = ["title", "version", "section", "saved_by", "saved_at"]
    list_select_related = ["section", "saved_by"]
    search_fields = ["title", "section__incident__reference"]


@admin.register(Attachment)
class AttachmentAdmin(RecordAdmin):
    list_display = ["name", "incident", "content_type", "size", "uploaded_by", "uploaded_at"]
    list_select_related = ["incident", "uploaded_by"]
    list_filter = ["content_type"]
    search_fields = ["name", "incident__reference"]
    exclude = ["file"]


@admin.register(ActionItemChange)
class ActionItemChangeAdmin(RecordAdmin):
    list_display = ["item", "what", "before", "after", "by", "via", "at"]
    list_select_related = ["item", "by"]
    list_filter = ["what", "via"]
    search_fields = ["item__title", "item__incident__reference", "note"]


@admin.register(ActionItemDependency)
class ActionItemDependencyAdmin(RecordAdmin):
    list_display = ["item", "depends_on"]
    list_select_related = ["item", "depends_on"]
    search_fields = ["item__title", "depends_on__title"]


@admin.register(ImportedFile)
class ImportedFileAdmin(RecordAdmin):
    list_display = ["incident", "source", "path", "imported_at"]
    list_select_related = ["incident"]
    search_fields = ["incident__reference", "source", "path"]


@admin.register(SeededFile)
class SeededFileAdmin(RecordAdmin):
    list_display = ["name", "became", "seeded_at"]
    search_fields = ["name", "became"]
