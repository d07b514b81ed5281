"""Incidents in the admin: the header, and all parts inline."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from accounts.time_zones import TimeZoneField
from core.seen_version import SeenVersionForm
from incidents.admin.saving import ADDRESSES, save_part, settle, signed_in
from incidents.models import (
    ActionItem,
    Incident,
    IncidentRole,
    PatternLink,
    RootCause,
    Section,
    TimelineEvent,
)
from incidents.operations import time_zones
from incidents.operations.numbering import next_number

TIMES = [
    "occurred_at",
    "started_at",
    "detected_at",
    "declared_at",
    "mitigated_at",
    "recovered_at",
    "resolved_at",
]


class RoleInline(admin.TabularInline):
    model = IncidentRole
    extra = 0
    autocomplete_fields = ["user"]


class PartInline(admin.StackedInline):
    """One kind of part. New ones are added at the end."""

    extra = 0
    show_change_link = True
    classes = ["collapse"]
    form = SeenVersionForm
    formfield_overrides = ADDRESSES


class SectionInline(PartInline):
    model = Section
    fields = ["kind", "title", "body", "seen_version"]


class TimelineEventInline(PartInline):
    model = TimelineEvent
    fields = [
        *("occurred_at", "ends_at", "precision", "as_written", "milestone", "kind", "text"),
        *("evidence_url", "starred", "seen_version"),
    ]


class RootCauseInline(PartInline):
    model = RootCause
    exclude = ["position", "version"]


class ActionItemInline(PartInline):
    """Action items of the incident.

    Their status is read-only: closing an item needs evidence, which only the product asks for.
    """

    model = ActionItem
    fields = [
        *("title", "detail", "kind", "priority", "size", "owner", "owner_team"),
        *("owner_as_written", "due_on", "tracker_url", "origin", "status", "seen_version"),
    ]
    readonly_fields = ["status"]
    autocomplete_fields = ["owner", "owner_team"]


class PatternLinkInline(admin.StackedInline):
    model = PatternLink
    extra = 0
    classes = ["collapse"]
    fields = ["pattern", "state", "evidence", "origin"]
    autocomplete_fields = ["pattern"]


class IncidentAdminForm(SeenVersionForm):
    class Meta:
        field_classes = {"time_zone": TimeZoneField}


@admin.register(Incident)
class IncidentAdmin(admin.ModelAdmin):
    """Header and parts of incidents. Status, archiving and times are read-only here."""

    form = IncidentAdminForm
    formfield_overrides = ADDRESSES
    list_display = [
        *("reference", "title", "status", "severity", "environment", "owner"),
        *("occurred_at", "visibility", "is_put_away"),
    ]
    list_display_links = ["reference", "title"]
    list_select_related = ["owner"]
    list_filter = ["status", "severity", "environment", "visibility", "services", "tags"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["reference", "title", "source_author", "source_publication"]
    search_help_text = "Reference, title or source"
    autocomplete_fields = ["owner", "services", "tags", "readers", "reader_teams"]
    readonly_fields = [
        *("reference", "status", "not_required_reason", *TIMES),
        *("created_at", "created_by", "updated_at", "published_at", "archived_at"),
    ]
    fieldsets = [
        (None, {"fields": ["reference", "title", "severity", "environment", "time_zone"]}),
        ("Belongs to", {"fields": ["services", "tags", "owner"]}),
        ("Who may see it", {"fields": ["visibility", "readers", "reader_teams"]}),
        (
            "Source",
            {
                "classes": ["collapse"],
                "fields": [
                    *("source_author", "source_publication", "source_url"),
                    "source_published_on",
                ],
            },
        ),
        (
            "Derived from the timeline and actions",
            {
                "classes": ["collapse"],
                "fields": [
                    *("status", "not_required_reason", *TIMES),
                    *("created_at", "created_by", "updated_at", "published_at", "archived_at"),
                ],
            },
        ),
        (None, {"fields": ["seen_version"], "classes": ["hidden"]}),
    ]
    inlines = [
        RoleInline,
        SectionInline,
        TimelineEventInline,
        RootCauseInline,
        ActionItemInline,
        PatternLinkInline,
    ]

    @admin.display(description="archived", boolean=True)
    def is_put_away(self, incident: Incident) -> bool:
        return incident.is_archived

    def has_delete_permission(self, request: HttpRequest, obj: Incident | None = None) -> bool:
        """Refuse: incidents are archived, on their own page; nothing is deleted."""
        return False

    def save_model(self, request: HttpRequest, obj: Incident, form: Any, change: bool) -> None:
        if not change:
            obj.number = next_number()
            obj.created_at = obj.updated_at = timezone.now()
            obj.created_by = signed_in(request)
        obj.save()

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        at = timezone.now()
        for part in formset.save(commit=False):
            save_part(part, by=signed_in(request), at=at)
        for part in formset.deleted_objects:
            part.delete()
        formset.save_m2m()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change and "time_zone" in form.changed_data:
            time_zones.reinterpret(form.instance, before=form.initial["time_zone"])
        settle(form.instance, by=signed_in(request), at=timezone.now())
