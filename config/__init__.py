"""Wiring: settings, URLs, Celery and what starts and stops the product."""
