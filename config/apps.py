"""Wiring that must be in place before any app runs."""

from importlib import import_module

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Makes our Celery application the one that tasks are sent through."""

    name = "config"

    def ready(self) -> None:
        import_module("config.celery")
