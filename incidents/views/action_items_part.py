"""The action items of one incident, as its page shows them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import User
from incidents.models import Incident
from incidents.permissions import can_write
from incidents.views.action_item_rows import rows
from incidents.views.fix_history import did_not_hold
from incidents.views.page_state import PageState


def action_items_context(
    user: User, incident: Incident, state: PageState | None = None
) -> dict[str, Any]:
    """What `incidents/_action_items.html` needs. Open ones come first, in their own order.

    `state` saves a query where it knows that nobody judged a fix.
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
    made = rows(items, user, timezone.localdate(), with_patterns=False, failed=failed)
    made.sort(key=lambda row: not row.is_open)
    return {
        "incident": incident,
        "action_item_rows": made,
        "action_items_open": sum(row.is_open for row in made),
        "can_edit": can_write(user) and not incident.is_archived,
    }
