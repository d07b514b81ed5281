"""Playbooks and failure patterns."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
