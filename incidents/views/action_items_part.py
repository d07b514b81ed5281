"""The action items of one incident, as its page shows them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils import timezone

from accounts.models import User
from incidents.models import Incident
from incidents.permissions import can_write
from incidents.views.action_item_remarks import in_families, remarks_together
from incidents.views.action_item_rows import rows
from incidents.views.fix_history import did_not_hold
from incidents.views.page_state import PageState


def action_items_context(
    user: User, incident: Incident, state: PageState | None = None
) -> dict[str, Any]:
    """What `incidents/_action_items.html` needs. Open ones come first, in their own order, parts
    below what they are part of.

    `state` saves a query each where it knows that nobody judged a fix and that nothing waits.
    Reads `incident.action_items`, already fetched ones included; a caller that prefetches them
    also selects `owner` and `owner_team`.
    """
    cache = getattr(incident, "_prefetched_objects_cache", {})
    if "action_items" in cache:
        items = list(incident.action_items.all())
    else:
        items = list(incident.action_items.select_related("owner", "owner_team"))
    for item in items:
        item.incident = incident
    judged = state is None or state.has_fix_checks
    failed = did_not_hold(user, incident) if judged else {}
    waiting = state is None or state.has_dependencies
    together = remarks_together(user, incident, items, waiting=waiting)
    today = timezone.localdate()
    made = rows(in_families(items), user, today, with_patterns=False, failed=failed)
    made = [
        replace(row, remarks=row.remarks + together[row.pk]) if together[row.pk] else row
        for row in made
    ]
    return {
        "incident": incident,
        "action_item_rows": made,
        "action_items_open": sum(row.is_open for row in made),
        "can_edit": can_write(user) and not incident.is_archived,
    }
