"""What was kept as a record: to be read, never changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from incidents.models import (
    Attachment,
    Digest,
    Edition,
    FixCheck,
    LedgerEntry,
    PlaybookRun,
    PlaybookTick,
    Revision,
    SectionVersion,
    SeededFile,
)


class RecordAdmin(admin.ModelAdmin):
    """Nobody adds, changes or deletes a record."""

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


@admin.register(FixCheck)
class FixCheckAdmin(RecordAdmin):
    list_display = ["action_item", "incident", "answer", "reopened", "answered_by", "answered_at"]
    list_select_related = ["action_item", "incident", "answered_by"]
    list_filter = ["answer", "reopened"]
    search_fields = ["action_item__title", "incident__reference", "incident__title"]


class LedgerEntryInline(admin.TabularInline):
    model = LedgerEntry
    extra = 0
    can_delete = False
    fields = ["action_item", "step", "due_on"]
    readonly_fields = ["action_item", "step", "due_on"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Digest)
class DigestAdmin(RecordAdmin):
    list_display = [
        "day",
        "recipient",
        "written_at",
        "sent_at",
        "dropped_at",
        "attempts",
        "last_error",
    ]
    list_select_related = ["recipient"]
    list_filter = ["day"]
    search_fields = ["recipient__username", "recipient__email", "message_id"]
    inlines = [LedgerEntryInline]


@admin.register(LedgerEntry)
class LedgerEntryAdmin(RecordAdmin):
    list_display = ["action_item", "step", "due_on", "recipient", "digest"]
    list_select_related = ["action_item", "recipient", "digest__recipient"]
    list_filter = ["step"]
    search_fields = ["action_item__title", "recipient__username"]


@admin.register(SeededFile)
class SeededFileAdmin(RecordAdmin):
    list_display = ["name", "became", "seeded_at"]
    search_fields = ["name", "became"]


class PlaybookTickInline(admin.TabularInline):
    model = PlaybookTick
    extra = 0
    can_delete = False


@admin.register(PlaybookRun)
class PlaybookRunAdmin(RecordAdmin):
    list_display = ["playbook", "incident", "started_by", "started_at", "finished_at"]
    list_select_related = ["playbook", "incident", "started_by"]
    search_fields = ["playbook__title", "incident__reference", "incident__title"]
    inlines = [PlaybookTickInline]
