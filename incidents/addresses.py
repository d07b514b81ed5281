"""URLs of an incident's parts, without resolving each one.

A page of thirty events has sixty links to the same two routes; reversing each would cost more than
the query that fetched the events.
"""

from __future__ import annotations

from functools import cache

from django.urls import reverse

_REFERENCE, _PK = "INC-0", "987654321"


def incident_url(reference: str) -> str:
    """Return the URL of the incident called `reference`."""
    return _shape("incident_detail", 1).replace(_REFERENCE, reference)


def incident_part_url(name: str, reference: str, pk: int | None = None) -> str:
    """Return the URL of the view `name` for the incident, or for one part of it."""
    if pk is None:
        return _shape(name, 1).replace(_REFERENCE, reference)
    return _shape(name, 2).replace(_REFERENCE, reference).replace(_PK, str(pk))


def action_item_url(pk: int) -> str:
    """Return the URL of the action item with that key."""
    return action_item_part_url("action_item_detail", pk)


def action_item_part_url(name: str, pk: int) -> str:
    """Return the URL of the view `name` for the action item with that key."""
    return _pk_shape(name).replace(_PK, str(pk))


@cache
def page_url(name: str) -> str:
    """Return the URL of the view `name`, which takes no arguments."""
    return reverse(name)


def pattern_url(slug: str) -> str:
    """Return the URL of the failure pattern called `slug`."""
    return _slug_shape("pattern_detail").replace("slug-0", slug)


def playbook_url(slug: str) -> str:
    """Return the URL of the playbook called `slug`."""
    return _slug_shape("playbook_detail").replace("slug-0", slug)


def playbook_start_url(slug: str) -> str:
    """Return the URL that starts a run of the playbook called `slug`."""
    return _slug_shape("playbook_run_start").replace("slug-0", slug)


@cache
def _shape(name: str, arguments: int) -> str:
    return reverse(name, args=[_REFERENCE, int(_PK)][:arguments])


@cache
def _slug_shape(name: str) -> str:
    return reverse(name, args=["slug-0"])


@cache
def _pk_shape(name: str) -> str:
    return reverse(name, args=[int(_PK)])
