"""The action items of one incident on its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils import timezone

from accounts.models import User
from action_items.views.fix_history import did_not_hold
from action_items.views.remarks import in_families, remarks_together
from action_items.views.rows import rows
from incidents.models import Incident
from incidents.views.page import may_edit
from incidents.views.page_parts import PagePart


def action_items_context(
    user: User, incident: Incident, facts: Mapping[str, bool] | None = None
) -> dict[str, Any]:
    """Return the context of `action_items/_action_items.html`: open items first, parts below their
    parent.

    `facts` of the page save queries if there are no fix checks or dependencies. Uses
    `incident.action_items`, prefetched or not; a caller that prefetches them also selects `owner`
    and `owner_team`.
    """
    cache = getattr(incident, "_prefetched_objects_cache", {})
    if "action_items" in cache:
        items = list(incident.action_items.all())
    else:
        items = list(incident.action_items.select_related("owner", "owner_team"))
    for item in items:
        item.incident = incident
    judged = facts is None or facts["fix_checks"]
    failed = did_not_hold(user, incident) if judged else {}
    waiting = facts is None or facts["dependencies"]
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
        "can_edit": may_edit(user, incident),
    }


PART = PagePart(
    name="action_items",
    context_of=action_items_context,
    facts={
        "fix_checks": """EXISTS (
            SELECT FROM action_items_fixcheck f
            JOIN incidents_actionitem a ON a.id = f.action_item_id WHERE a.incident_id = %(pk)s)""",
        "dependencies": """EXISTS (
            SELECT FROM incidents_actionitemdependency d
            JOIN incidents_actionitem a ON a.id = d.item_id WHERE a.incident_id = %(pk)s)""",
    },
)
