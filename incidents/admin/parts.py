"""Parts of incidents on their own, for looking something up and correcting it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from core.seen_version import SeenVersionForm
from incidents.admin.saving import ADDRESSES, save_part, settle, signed_in
from incidents.models import (
    ActionItem,
    PatternLink,
    PlaybookUse,
    RootCause,
    Section,
    TimelineEvent,
)


class PartAdmin(admin.ModelAdmin):
    """A part of an incident. Saving or deleting it adds a revision to the incident."""

    list_select_related = ["incident"]
    list_per_page = 50
    show_full_result_count = False
    autocomplete_fields = ["incident"]
    formfield_overrides = ADDRESSES

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Make the incident of an existing part read-only."""
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "incident"] if obj else fields

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        save_part(obj, by=signed_in(request), at=timezone.now())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        settle(form.instance.incident, by=signed_in(request), at=timezone.now())

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        incident = obj.incident
        obj.delete()
        settle(incident, by=signed_in(request), at=timezone.now())


@admin.register(Section)
class SectionAdmin(PartAdmin):
    form = SeenVersionForm
    list_display = ["title", "kind", "incident", "updated_at", "updated_by"]
    list_select_related = ["incident", "updated_by"]
    list_filter = ["kind"]
    search_fields = ["title", "incident__reference", "incident__title"]
    exclude = ["position", "version"]
    readonly_fields = ["updated_at", "updated_by"]


@admin.register(TimelineEvent)
class TimelineEventAdmin(PartAdmin):
    form = SeenVersionForm
    list_display = ["__str__", "incident", "occurred_at", "precision", "milestone", "kind"]
    list_filter = ["milestone", "kind", "precision"]
    search_fields = ["text", "incident__reference", "incident__title"]
    exclude = ["position", "version"]
    readonly_fields = ["recorded_at", "author"]


@admin.register(RootCause)
class RootCauseAdmin(PartAdmin):
    form = SeenVersionForm
    list_display = ["__str__", "role", "incident", "origin"]
    list_filter = ["role", "origin"]
    search_fields = ["text", "incident__reference", "incident__title"]
    exclude = ["position", "version"]


@admin.register(ActionItem)
class ActionItemAdmin(PartAdmin):
    """Action items. Their status is read-only: closing one needs evidence, which only the
    product asks for.
    """

    form = SeenVersionForm
    list_display = [
        *("title", "incident", "status", "priority", "kind", "owner", "owner_team", "due_on")
    ]
    list_select_related = ["incident", "owner", "owner_team"]
    list_filter = ["status", "priority", "kind", "origin", "owner_team"]
    search_fields = ["title", "incident__reference", "incident__title", "owner__username"]
    autocomplete_fields = ["incident", "owner", "owner_team"]
    exclude = ["position", "version", "parent"]
    readonly_fields = [
        *("status", "closing_note", "evidence_url", "verified_by", "accepted_risk", "re_review_on"),
        *("closed_at", "closed_by", "snoozed_until", "snooze_count", "given_at", "given_by"),
        *("created_at", "updated_at"),
    ]


@admin.register(PatternLink)
class PatternLinkAdmin(PartAdmin):
    list_display = ["incident", "pattern", "state", "origin", "decided_by", "decided_at"]
    list_select_related = ["incident", "pattern", "decided_by"]
    list_filter = ["state", "origin", "pattern"]
    search_fields = ["incident__reference", "incident__title", "pattern__name"]
    autocomplete_fields = ["incident", "pattern"]
    readonly_fields = ["decided_at", "decided_by"]


@admin.register(PlaybookUse)
class PlaybookUseAdmin(PartAdmin):
    list_display = ["playbook", "incident", "outcome", "used_by", "used_at"]
    list_select_related = ["incident", "playbook", "used_by"]
    list_filter = ["outcome", "playbook"]
    search_fields = ["incident__reference", "incident__title", "playbook__title"]
    autocomplete_fields = ["incident", "playbook"]
    readonly_fields = ["used_at", "used_by"]
