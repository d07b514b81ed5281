"""Upkeep of live writing: revisions at the end of a stretch, the search index, pruning."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import User
from core import text_search
from incidents.models import (
    AnsweredTab,
    Incident,
    Presence,
    Section,
    SectionVersion,
    UnsavedText,
    WritingStretch,
)
from incidents.operations import revisions, stretches
from incidents.operations.incidents import hold_even_archived

# A tab that was away for longer sends the text that it began with.
KEEP_PASSING = timedelta(hours=1)
# As long as a browser keeps what it could not send; see static/js/live_text.js.
KEEP_ANSWERS = timedelta(days=30)
KEEP_UNSAVED = timedelta(days=365)
KEEP_PRESENCE = timedelta(minutes=10)

_SEARCH_LATE = timedelta(seconds=30)


@transaction.atomic
def leave(incident: Incident, *, by: User) -> None:
    """End the stretch in which `by` writes, if there is one: they have left the page."""
    if not WritingStretch.objects.filter(incident=incident, person=by).exists():
        return
    hold_even_archived(incident.pk)


def end_quiet_stretches(*, at: datetime) -> None:
    """Record the revisions of stretches in which nobody has written for two minutes."""
    for pk in stretches.quiet(at=at):
        with transaction.atomic():
            held = _locked(pk)
            if pk in stretches.quiet(at=at):  # somebody may have gone on meanwhile
                revisions.record_stretch(held)


@transaction.atomic
def refresh_search(pk: int) -> None:
    """Index the live text of incident `pk`. Repeating it changes nothing."""
    held = Incident.objects.select_for_update().filter(pk=pk).first()
    waiting = WritingStretch.objects.filter(incident=held, is_searchable=False)
    if held is not None and waiting.update(is_searchable=True):
        text_search.refresh("incident", [pk])


def unsearched(*, at: datetime) -> list[int]:
    """Return incidents that should be indexed by now: the task for it was lost."""
    return stretches.unsearched(at=at - _SEARCH_LATE)


def prune(*, at: datetime) -> None:
    """Delete passing versions and other rows of live writing that nobody needs any more.

    Kept are the versions of open stretches and, for good, the one with which each ended.
    """
    current = Section.objects.filter(pk=OuterRef("section"), version=OuterRef("version"))
    SectionVersion.objects.filter(
        ~Exists(current), is_passing=True, saved_at__lt=at - KEEP_PASSING
    ).delete()
    AnsweredTab.objects.filter(answered_at__lt=at - KEEP_ANSWERS).delete()
    UnsavedText.objects.filter(kept_at__lt=at - KEEP_UNSAVED).delete()
    Presence.objects.filter(seen_at__lt=at - KEEP_PRESENCE).delete()


def _locked(pk: int) -> Incident:
    """Lock the incident, archived or not."""
    return Incident.objects.select_for_update().get(pk=pk)
