"""Rendering a document as a file's text."""

from __future__ import annotations

from incidents.exchange.action_items import write_action_item
from incidents.exchange.documents import ParsedPostmortem
from incidents.exchange.entries import write_cause, write_pattern_link, write_playbook_use
from incidents.exchange.header import write_header
from incidents.exchange.headings import ACTION_ITEMS, CAUSES, PATTERNS, PLAYBOOKS_USED, TIMELINE
from incidents.exchange.sections import write_section
from incidents.exchange.stored import document_of
from incidents.exchange.timeline import write_event
from incidents.models import Incident


def render_incident(incident: Incident) -> str:
    """Render the stored postmortem as the text of one file."""
    return render(document_of(incident))


def render(document: ParsedPostmortem) -> str:
    """Render `document` as the text of one file. Parsing it gives an equal document."""
    zone = document.time_zone
    parts = [write_header(document), *map(write_section, document.sections)]
    for heading, written in (
        (TIMELINE, [write_event(event, zone) for event in document.timeline]),
        (CAUSES, list(map(write_cause, document.root_causes))),
        (ACTION_ITEMS, list(map(write_action_item, document.action_items))),
        (PATTERNS, list(map(write_pattern_link, document.pattern_links))),
        (PLAYBOOKS_USED, list(map(write_playbook_use, document.playbook_uses))),
    ):
        if written:
            parts += [f"## {heading}", *written]
    return "\n\n".join(parts) + "\n"
