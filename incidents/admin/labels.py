"""Services and tags in the admin."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from core.after_commit import after_commit
from incidents import tasks
from incidents.admin.saving import signed_in
from incidents.models import Service, Tag
from incidents.operations.labels import keep_new_names

AT_ONCE = 20  # incidents updated within the request
CHUNK = 100


class LabelAdmin(admin.ModelAdmin):
    """A label. Renaming one adds a revision to every incident that carries it."""

    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(used=Count("incidents"))

    @admin.display(description="incidents", ordering="used")
    def used(self, label: Any) -> int:
        return int(label.used)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Refuse for a label in use: deleting it would change incidents without a revision."""
        return obj is not None and not obj.incidents.exists()  # type: ignore[attr-defined]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change and {"name", "slug"} & set(form.changed_data):
            _keep_new_names(form.instance, by=signed_in(request), at=timezone.now())


def _keep_new_names(label: Service | Tag, *, by: User, at: datetime) -> None:
    """Update the newest incidents now and the rest in the background: there may be thousands."""
    carrying = list(label.incidents.order_by("-number").values_list("pk", flat=True))
    keep_new_names(carrying[:AT_ONCE], by=by, at=at)
    for start in range(AT_ONCE, len(carrying), CHUNK):
        later = carrying[start : start + CHUNK]
        after_commit(tasks.keep_new_names.delay, later, by.pk, at.isoformat())


@admin.register(Service)
class ServiceAdmin(LabelAdmin):
    list_display = ["name", "team", "used", "is_offered"]
    list_select_related = ["team"]
    list_filter = ["team"]
    autocomplete_fields = ["team"]


@admin.register(Tag)
class TagAdmin(LabelAdmin):
    list_display = ["name", "used", "is_offered"]
