"""URLs of action items, their calendar feeds, reminders and follow-up."""

from django.urls import path

from action_items.views import (
    action_items,
    bulk,
    calendars,
    changes,
    export,
    follow_up,
    holidays,
    item_list,
    moves,
    owners,
    reminder_answers,
    reminder_policy,
    waits,
)

urlpatterns = [
    path(
        "incidents/<str:reference>/action-items/new/",
        action_items.action_item_new,
        name="action_item_new",
    ),
    path("action-items/", item_list.action_item_list, name="action_item_list"),
    path(
        "action-items/change/",
        bulk.action_item_bulk,
        name="action_item_bulk",
    ),
    path(
        "action-items/export/",
        export.action_item_export,
        name="action_item_export",
    ),
    path("action-items/calendars/", calendars.calendar_feed_list, name="calendar_feed_list"),
    path("action-items/calendars/new/", calendars.calendar_feed_new, name="calendar_feed_new"),
    path(
        "action-items/calendars/<int:pk>/renew/",
        calendars.calendar_feed_renew,
        name="calendar_feed_renew",
    ),
    path(
        "action-items/calendars/<int:pk>/delete/",
        calendars.calendar_feed_delete,
        name="calendar_feed_delete",
    ),
    path("calendars/<str:key>.ics", calendars.calendar_feed, name="calendar_feed"),
    path(
        "action-items/<int:pk>/change/",
        changes.action_item_change,
        name="action_item_change",
    ),
    path(
        "action-items/<int:pk>/move/",
        changes.action_item_move,
        name="action_item_move",
    ),
    path("action-items/<int:pk>/", action_items.action_item_detail, name="action_item_detail"),
    path("action-items/<int:pk>/edit/", action_items.action_item_edit, name="action_item_edit"),
    path("action-items/owners/", owners.owner_offers, name="owner_offers"),
    path(
        "action-items/<int:pk>/done/",
        moves.action_item_complete,
        name="action_item_complete",
    ),
    path(
        "action-items/<int:pk>/wont-do/",
        moves.action_item_decline,
        name="action_item_decline",
    ),
    path(
        "action-items/<int:pk>/still-not/",
        moves.action_item_keep_declined,
        name="action_item_keep_declined",
    ),
    path(
        "action-items/<int:pk>/reopen/",
        moves.action_item_reopen,
        name="action_item_reopen",
    ),
    path(
        "action-items/<int:pk>/snooze/",
        moves.action_item_snooze,
        name="action_item_snooze",
    ),
    path("action-items/<int:pk>/wake/", moves.action_item_wake, name="action_item_wake"),
    path(
        "action-items/<int:pk>/reassign/",
        moves.action_item_reassign,
        name="action_item_reassign",
    ),
    path(
        "action-items/<int:pk>/redate/",
        moves.action_item_redate,
        name="action_item_redate",
    ),
    path("action-items/<int:pk>/waits/", waits.action_item_wait, name="action_item_wait"),
    path(
        "action-items/<int:pk>/waits/stop/",
        waits.action_item_stop_waiting,
        name="action_item_stop_waiting",
    ),
    path(
        "action-items/<int:pk>/delete/",
        action_items.action_item_delete,
        name="action_item_delete",
    ),
    path("answer/<str:token>/", reminder_answers.reminder_answer, name="reminder_answer"),
    path("follow-up/", follow_up.follow_up, name="follow_up"),
    path("reminders/policy/", reminder_policy.reminder_policy, name="reminder_policy"),
    path(
        "reminders/policy/preview/",
        reminder_policy.reminder_policy_preview,
        name="reminder_policy_preview",
    ),
    path("reminders/holidays/", holidays.holiday_list, name="holiday_list"),
    path("reminders/holidays/add/", holidays.holiday_add, name="holiday_add"),
    path("reminders/holidays/<int:pk>/delete/", holidays.holiday_delete, name="holiday_delete"),
]
