"""Texts whose section was removed, kept for the people who wrote them."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from incidents import permissions
from incidents.models import Incident, Section, UnsavedText
from incidents.operations.live_text import Sent, storable

_LONGEST_TITLE = 200


def keep(pk: int, sent: Sent, *, incident: Incident, by: User, at: datetime) -> UnsavedText | None:
    """Keep what a tab sent for section `pk`, which was removed; a later request replaces it.

    Returns None, having kept nothing, if the section exists: it is one of another incident.
    """
    permissions.require(permissions.can_write(by), "Only authors may write.")
    if Section.objects.filter(pk=pk).exists():
        return None
    where = {"person": by, "incident": incident, "section_key": pk, "tab": sent.tab}
    fields = {
        "seq": sent.seq,
        "title": storable(sent.title or "")[:_LONGEST_TITLE],
        "base": storable(sent.base_text or ""),
        "body": storable(sent.text),
        "kept_at": at,
    }
    kept, is_new = UnsavedText.objects.get_or_create(defaults=fields, **where)
    if not is_new and kept.seq < sent.seq:
        UnsavedText.objects.filter(pk=kept.pk, seq__lt=sent.seq).update(**fields)
        kept.refresh_from_db()
    return kept


def discard(text: UnsavedText) -> None:
    """Delete a text that its writer no longer needs. Repeating it changes nothing."""
    UnsavedText.objects.filter(pk=text.pk).delete()
