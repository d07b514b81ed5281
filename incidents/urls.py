"""Incidents, their parts, action items and patterns."""

from django.urls import path

urlpatterns: list = []
