"""URLs that belong to no app."""

from django.urls import path

from core import views

urlpatterns = [
    path("components/", views.component_list, name="component_list"),
    path("markdown/preview/", views.markdown_preview, name="markdown_preview"),
]
