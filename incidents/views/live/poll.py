"""The poll of a page: which of its parts have changed, and who else has it open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import Http404, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.requests import SignedInRequest
from incidents import permissions
from incidents.models import Incident, Section
from incidents.operations import live_upkeep, presence
from incidents.views.live.requests import (
    Fields,
    Malformed,
    answered_in_json,
    visible_sql,
)
from incidents.views.live.sections import clashes_of

_STATE = """
SELECT i.id,
  (SELECT coalesce(max(number), 0) FROM incidents_revision WHERE incident_id = i.id),
  ARRAY(SELECT ARRAY[s.id, s.version] FROM incidents_section s WHERE s.incident_id = i.id),
  ARRAY(SELECT ARRAY[p.tab::text, coalesce(p.section_key::text, ''),
                     coalesce(nullif(u.full_name, ''), u.username), p.person_id::text,
                     extract(epoch FROM %s - p.seen_at)::text]
        FROM incidents_presence p JOIN accounts_user u ON u.id = p.person_id
        WHERE p.incident_id = i.id AND p.seen_at > %s)
FROM ({visible}) i(id)
"""
_ROWS = """
SELECT 'timeline', id, version FROM incidents_timelineevent WHERE incident_id = %(pk)s
UNION ALL SELECT 'root_causes', id, version FROM incidents_rootcause WHERE incident_id = %(pk)s
UNION ALL SELECT 'action_items', id, version FROM incidents_actionitem WHERE incident_id = %(pk)s
UNION ALL SELECT 'header', id, version FROM incidents_incident WHERE id = %(pk)s
"""


@dataclass(frozen=True)
class _Tab:
    """An open tab: who, in which section, and how many seconds ago it asked."""

    tab: str
    section: int | None
    name: str
    person: int
    age: float


@dataclass(frozen=True)
class _Seen:
    """An incident at one moment: its last revision, its sections' versions, its open tabs."""

    pk: int
    revision: int
    sections: dict[int, int]
    tabs: list[_Tab]
    at: datetime


@require_POST
@answered_in_json
def incident_live(request: SignedInRequest, reference: str) -> JsonResponse:
    """Return what changed on the page since the state that the tab has.

    Of `{tab, section, versions, revision, writing, leaving}`, `versions` are those of the sections
    by key, and `revision` the last one seen. With `writing`, others see the person in `section`;
    with `leaving`, they do not any more.
    """
    incident = _visible_state(request.user, reference, timezone.now())
    fields = Fields(request)
    if fields.read.get("leaving"):
        presence.forget(incident.pk, tab=fields.tab(), by=request.user)
        live_upkeep.leave(Incident(pk=incident.pk), by=request.user)
        return JsonResponse({})
    if fields.read.get("writing") and permissions.can_write(request.user):
        _be_present(incident, fields.tab(), fields.number_or_none("section"), by=request.user)
    answer: dict[str, Any] = {
        "revision": incident.revision,
        "people": _people(incident.tabs, fields.text("tab")),
    }
    answer |= _changed(incident.sections, _versions(fields))
    if incident.revision != fields.number("revision"):
        answer["rows"] = _rows(incident.pk)
    return JsonResponse(answer)


def _visible_state(user: User, reference: str, now: datetime) -> _Seen:
    """Return the state of the incident's page. One query. Raises Http404."""
    visible, parameters = visible_sql(user, reference)
    with connection.cursor() as cursor:
        since = now - presence.GONE
        cursor.execute(_STATE.format(visible=visible), [now, since, *parameters])
        row = cursor.fetchone()
    if row is None:
        raise Http404
    pk, revision, sections, tabs = row
    return _Seen(pk, revision, dict(sections), [_tab(each) for each in tabs], now)


def _tab(row: list[str]) -> _Tab:
    tab, section, name, person, age = row
    return _Tab(tab, int(section) if section else None, name, int(person), float(age))


def _be_present(seen: _Seen, tab: UUID, section: int | None, *, by: User) -> None:
    """Note the presence of `by`, unless the same was noted a moment ago."""
    own = next((each for each in seen.tabs if each.tab == str(tab)), None)
    is_fresh = own is not None and own.age < presence.REFRESH.total_seconds()
    if own is None or not is_fresh or (own.section, own.person) != (section, by.pk):
        presence.see(seen.pk, tab=tab, section=section, by=by, at=seen.at)


def _people(tabs: list[_Tab], own: str) -> list[dict[str, Any]]:
    """Return who else is there, each person once for each section."""
    found = {(each.name, each.person, each.section) for each in tabs if each.tab != own}
    return [
        {"name": name, "person": person, "section": section}
        for name, person, section in sorted(found, key=lambda one: (one[0], one[1], one[2] or 0))
    ]


def _versions(fields: Fields) -> dict[int, int]:
    read = fields.read.get("versions") or {}
    if not isinstance(read, dict) or not all(
        key.isdecimal() and type(version) is int for key, version in read.items()
    ):
        raise Malformed("“versions” is not an object of section versions.")
    return {int(key): version for key, version in read.items()}


def _changed(sections: dict[int, int], known: dict[int, int]) -> dict[str, Any]:
    """Return the sections that changed, with their texts, and which were added and removed."""
    changed = [pk for pk, version in known.items() if sections.get(pk, version) != version]
    return {
        "sections": _texts(changed) if changed else [],
        "added": sorted(sections.keys() - known.keys()),
        "removed": sorted(known.keys() - sections.keys()),
    }


def _texts(keys: list[int]) -> list[dict[str, Any]]:
    found = Section.objects.filter(pk__in=keys).select_related("updated_by")
    clashes = clashes_of(keys)
    return [
        {
            "id": section.pk,
            "version": section.version,
            "title": section.title,
            "text": section.body,
            "by": str(section.updated_by or ""),
            "at": section.updated_at.isoformat(),
            "clashes": clashes[section.pk],
        }
        for section in found
    ]


def _rows(pk: int) -> dict[str, dict[int, int]]:
    """Return the versions of the other parts' rows, by part and key."""
    parts: dict[str, dict[int, int]] = {
        name: {} for name in ("timeline", "root_causes", "action_items", "header")
    }
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, {"pk": pk})
        for name, key, version in cursor.fetchall():
            parts[name][key] = version
    return parts
