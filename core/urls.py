"""URLs that belong to no app."""

from django.urls import path

from core import views

urlpatterns = [
    path("markdown/preview/", views.markdown_preview, name="markdown_preview"),
]
