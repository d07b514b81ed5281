"""Playbooks and failure patterns."""

from django.urls import path

urlpatterns: list = []
