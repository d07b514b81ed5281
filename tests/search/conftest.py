"""Search as it is after a commit: what was written is indexed, and its words are known."""

from __future__ import annotations

import pytest

from core import text_search


@pytest.fixture
def index(db, django_capture_on_commit_callbacks):
    """`index(thing, …)` does what an operation does after it has written the things.

    In `with index.committed():` what waits for a commit is done at the end of the block.
    """

    def refresh(*things):
        with django_capture_on_commit_callbacks(execute=True):
            for thing in things:
                kind = {"Incident": "incident", "FailurePattern": "pattern", "Playbook": "playbook"}
                text_search.refresh(kind[type(thing).__name__], [thing.pk])
        return things[0]

    refresh.committed = lambda: django_capture_on_commit_callbacks(execute=True)
    return refresh
