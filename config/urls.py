"""The map of the site. Each app keeps its own part of it."""

from django.contrib import admin
from django.urls import include, path

from config.health import health

urlpatterns = [
    path("search/", include("search.urls")),
    path("search/", include("likeness.urls")),
    # Before recurrence: patterns/new/ is no pattern called “new”.
    path("", include("playbooks.urls")),
    path("", include("home.urls")),
    path("", include("recurrence.urls")),
    path("", include("action_items.urls")),
    path("", include("incidents.urls")),
    path("", include("messaging.urls")),
    path("", include("accounts.urls")),
    path("", include("core.urls")),
    path("backups/", include("backups.urls")),
    path("health/", health, name="health"),
    path("admin/", admin.site.urls),
]

handler500 = "accounts.views.server_error"
