"""Sign-in, profile, and the administrators' mailbox."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
]
