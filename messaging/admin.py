"""Messages and channels in the administration: to be read, never changed."""

from __future__ import annotations

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from messaging.models import Channel, ChannelTrial, Message, SendingPause


class _ReadOnly(admin.ModelAdmin):
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Message)
class MessageAdmin(_ReadOnly):
    list_display = [
        *("day", "topic", "recipient", "team", "route", "written_at", "sent_at"),
        *("dropped_at", "failed_at", "attempts", "last_error"),
    ]
    list_select_related = ["recipient", "team"]
    list_filter = ["topic", "route", "day"]
    search_fields = ["key", "recipient__username", "recipient__email", "message_id"]


@admin.register(Channel)
class ChannelAdmin(_ReadOnly):
    """The list of channels. Their addresses are secret, and never shown."""

    list_display = [
        *("name", "kind", "user", "team", "hint", "is_active", "last_ok_at"),
        *("failing_since", "last_error"),
    ]
    list_select_related = ["user", "team"]
    list_filter = ["kind", "is_active"]
    search_fields = ["name", "user__username", "team__name"]
    exclude = ["sealed_address"]


@admin.register(ChannelTrial)
class ChannelTrialAdmin(_ReadOnly):
    list_display = ["by", "at"]
    list_select_related = ["by"]
    search_fields = ["by__username"]


@admin.register(SendingPause)
class SendingPauseAdmin(_ReadOnly):
    list_display = ["reason", "started_at", "ended_at", "ended_by"]
    list_select_related = ["ended_by"]
