"""The search index as it is after a commit: documents are indexed, and their words are known."""

from __future__ import annotations

import pytest

from core import text_search


@pytest.fixture
def index(db, django_capture_on_commit_callbacks):
    """Index things as `index(thing, …)`, as an operation does after writing them.

    `with index.committed():` runs the on-commit hooks at the end of the block.
    """

    def refresh(*things):
        with django_capture_on_commit_callbacks(execute=True):
            for thing in things:
                kind = {"Incident": "incident", "FailurePattern": "pattern", "Playbook": "playbook"}
                text_search.refresh(kind[type(thing).__name__], [thing.pk])
        return things[0]

    refresh.committed = lambda: django_capture_on_commit_callbacks(execute=True)
    return refresh
