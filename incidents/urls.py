"""Incidents, their parts, action items and patterns."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
