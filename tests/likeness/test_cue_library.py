"""The cached library of cues."""

from __future__ import annotations

import pytest

from likeness import cue_library
from playbooks.models import FailurePattern
from tests.factories import PatternFactory

pytestmark = pytest.mark.django_db


def test_a_library_built_while_a_pattern_changes_is_not_cached_for_the_old_state(monkeypatch):
    pattern = PatternFactory(name="Flux capacitor overheats")
    before = list(cue_library._versions(0))
    FailurePattern.objects.filter(pk=pattern.pk).update(version=pattern.version + 1, signals=[])
    with monkeypatch.context() as patched:
        patched.setattr(cue_library, "_versions", lambda shape: before)
        cue_library._kept.clear()
        library = cue_library.current()

    assert library.stamp == cue_library._stamp(cue_library._versions(0))
    assert list(cue_library._kept) == [library.stamp]
