"""Incidents, their parts, action items and patterns."""

from django.urls import URLPattern, path

from incidents.views import action_item_list, action_items, reading

urlpatterns: list[URLPattern] = [
    # Action items
    path(
        "incidents/<str:reference>/action-items/new/",
        action_items.action_item_new,
        name="action_item_new",
    ),
    path("action-items/", action_item_list.action_item_list, name="action_item_list"),
    path("action-items/<int:pk>/", action_items.action_item_detail, name="action_item_detail"),
    path("action-items/<int:pk>/edit/", action_items.action_item_edit, name="action_item_edit"),
    path(
        "action-items/<int:pk>/done/",
        action_items.action_item_complete,
        name="action_item_complete",
    ),
    path(
        "action-items/<int:pk>/wont-do/",
        action_items.action_item_decline,
        name="action_item_decline",
    ),
    path(
        "action-items/<int:pk>/reopen/",
        action_items.action_item_reopen,
        name="action_item_reopen",
    ),
    path(
        "action-items/<int:pk>/delete/",
        action_items.action_item_delete,
        name="action_item_delete",
    ),
    # Incidents, read. The page comes last: its address would take in the ones before.
    path("incidents/<str:reference>/", reading.incident_detail, name="incident_detail"),
]
