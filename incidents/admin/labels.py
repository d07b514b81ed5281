"""Services and tags in the administration."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone

from incidents.admin.saving import settle, signed_in
from incidents.models import Incident, Service, Tag


class LabelAdmin(admin.ModelAdmin):
    """A label. Renaming one is a revision of every incident that carries it."""

    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(used=Count("incidents"))

    @admin.display(description="incidents", ordering="used")
    def used(self, label: Any) -> int:
        return int(label.used)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """A label that incidents carry stays: deleting it would change them unseen."""
        return obj is not None and not obj.incidents.exists()  # type: ignore[attr-defined]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change and {"name", "slug"} & set(form.changed_data):
            for incident in Incident.objects.filter(pk__in=form.instance.incidents.values("pk")):
                settle(incident, by=signed_in(request), at=timezone.now())


@admin.register(Service)
class ServiceAdmin(LabelAdmin):
    list_display = ["name", "team", "used"]
    list_select_related = ["team"]
    list_filter = ["team"]
    autocomplete_fields = ["team"]


@admin.register(Tag)
class TagAdmin(LabelAdmin):
    list_display = ["name", "used"]
