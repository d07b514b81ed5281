"""Reminders, fix checks and calendar feeds in the admin."""

from __future__ import annotations

from django.contrib import admin

from action_items.models import (
    CalendarFeed,
    FixCheck,
    LedgerEntry,
    PostmortemReminder,
    ReminderAnswer,
    ReminderPolicy,
)
from incidents.admin.records import RecordAdmin


@admin.register(FixCheck)
class FixCheckAdmin(RecordAdmin):
    list_display = ["action_item", "incident", "answer", "reopened", "answered_by", "answered_at"]
    list_select_related = ["action_item", "incident", "answered_by"]
    list_filter = ["answer", "reopened"]
    search_fields = ["action_item__title", "incident__reference", "incident__title"]


@admin.register(LedgerEntry)
class LedgerEntryAdmin(RecordAdmin):
    list_display = ["action_item", "step", "due_on", "recipient", "message"]
    list_select_related = ["action_item", "recipient", "message__recipient", "message__team"]
    list_filter = ["step"]
    search_fields = ["action_item__title", "recipient__username"]


@admin.register(PostmortemReminder)
class PostmortemReminderAdmin(RecordAdmin):
    list_display = ["incident", "step", "since_on", "recipient", "message"]
    list_select_related = ["incident", "recipient", "message__recipient", "message__team"]
    list_filter = ["step"]
    search_fields = ["incident__reference", "incident__title", "recipient__username"]


@admin.register(ReminderAnswer)
class ReminderAnswerAdmin(RecordAdmin):
    list_display = ["action_item", "answer", "message", "at"]
    list_select_related = ["action_item", "message__recipient", "message__team"]
    list_filter = ["answer"]
    search_fields = ["action_item__title", "message__recipient__username"]


@admin.register(ReminderPolicy)
class ReminderPolicyAdmin(RecordAdmin):
    list_display = ["number", "saved_by", "saved_at"]
    list_select_related = ["saved_by"]
    search_fields = ["saved_by__username"]


@admin.register(CalendarFeed)
class CalendarFeedAdmin(RecordAdmin):
    list_display = ["owner", "team", "created_at"]
    list_select_related = ["owner", "team"]
    search_fields = ["owner__username", "owner__full_name", "team__name"]
    exclude = ["key"]
