"""Unsent drafts: the text that somebody has typed so far."""

from __future__ import annotations

from collections.abc import Mapping

from accounts.models import User
from core.text import storable
from incidents.exchange.documents import ParsedPostmortem, ParsedSection
from incidents.models import Incident, SectionKind
from likeness.sentences import MAX_CHARACTERS, Sentence, sentences

MIN_CHARACTERS = 20  # characters; fewer say too little


def draft_sentences(form: Mapping[str, str], user: User) -> tuple[list[Sentence], int | None]:
    """Return the sentences of `title` and `body`, and the key of the incident `of` that they belong
    to, if `user` may see it; no sentences if too little is typed."""
    title, body = form.get("title", "")[:200], form.get("body", "")[:MAX_CHARACTERS]
    if len(title) + len(body) < MIN_CHARACTERS:
        return [], None
    kind = form.get("kind", "")
    kind = kind if kind in SectionKind.values else SectionKind.OTHER.value
    of = storable(form.get("of", ""))
    incident = Incident.objects.visible_to(user).filter(reference=of).first() if of else None
    section = ParsedSection(kind=kind, title=title if incident else "", body=body)
    named = incident.title if incident else title
    text = sentences(ParsedPostmortem(title=named, sections=(section,)))
    return text, incident.pk if incident else None
