"""The text of an incident's page, rendered once and cached.

The key is a digest of everything shown and of the templates, so that nothing needs to be
invalidated. What differs between readers (action items, other incidents of a pattern) is not
included.
"""

from __future__ import annotations

import hashlib
from functools import cache as remember
from typing import Any

from django.core.cache import cache
from django.template import Engine
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.models import User
from core.markdown import RENDERER_VERSION, page_was_short
from incidents.models import Incident
from incidents.views import page
from incidents.views.page_state import PageState

KEPT = 24 * 3600  # seconds
_TEMPLATES = (
    *("_sections", "_section", "_event", "_timeline", "_root_causes"),
    *("_phases", "_outline", "_outline_line"),
)
_PLACES = ("opening", "course", "lessons", "supporting")


def page_text(user: User, incident: Incident, state: PageState) -> dict[str, SafeString]:
    """Return HTML by name: `phases`, `timeline`, `root_causes`, `outline`, and each place's
    sections.
    """
    can_edit = page.may_edit(user, incident)
    of_what = (incident.reference, incident.time_zone, can_edit, state.text, _look())
    key = f"page-text:{hashlib.blake2b(repr(of_what).encode(), digest_size=20).hexdigest()}"
    found = cache.get(key)
    if found is None:
        found = _render(user, incident)
        if not page_was_short():  # the next request renders what this one left out
            cache.set(key, found, KEPT)
    return found


def _render(user: User, incident: Incident) -> dict[str, SafeString]:
    context: dict[str, Any] = {
        **page.sections_context(user, incident),
        **page.timeline_context(user, incident),
        **page.root_causes_context(user, incident),
        "brings_phases": False,
    }
    html = {
        name: render_to_string(f"incidents/_{name}.html", context)
        for name in ("phases", "timeline", "root_causes", "outline")
    }
    for place in _PLACES:
        parts = {"parts": context[f"{place}_parts"]}
        html[place] = render_to_string("incidents/_sections.html", parts)
    return html


@remember
def _look() -> str:
    """Return a digest of the templates and the Markdown renderer, so that a release renders
    anew.
    """
    engine = Engine.get_default()
    sources = [engine.get_template(f"incidents/{name}.html").source for name in _TEMPLATES]
    return hashlib.blake2b(f"{RENDERER_VERSION}{sources}".encode(), digest_size=8).hexdigest()
