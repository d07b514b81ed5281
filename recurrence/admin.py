"""Playbook runs in the admin."""

from __future__ import annotations

from django.contrib import admin

from incidents.admin.records import RecordAdmin
from recurrence.models import PlaybookRun, PlaybookTick


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
