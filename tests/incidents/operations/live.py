"""Live writing in tests: a text of a tab, and what became of it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from incidents.operations import live_text
from incidents.operations.live_text import Sent
from tests.factories import NOON

TAB, OTHER_TAB = UUID(int=1), UUID(int=2)


def write(section, text, *, by, base=1, seq=1, tab=TAB, seconds=0, **more):
    sent = Sent(tab=tab, seq=seq, base=base, text=text, **more)
    at = NOON + timedelta(seconds=seconds)
    return live_text.write(section.pk, sent, incident=section.incident, by=by, at=at)


def body(section):
    section.refresh_from_db()
    return section.body


def summaries(incident):
    return [revision.summary for revision in incident.revisions.all()]
