"""The values of facets: their labels, and the lookup of values as people write them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet

from accounts.models import Role, User
from core.prepared import Prepared
from incidents.models import (
    ActionItemStatus,
    Environment,
    Incident,
    PostmortemStatus,
    Service,
    Severity,
    Tag,
)

NAMED = {
    "service": "incidents_service",
    "team": "accounts_team",
    "tag": "incidents_tag",
    "pattern": "playbooks_failurepattern",
}
_CARRIED = {"service": Service.objects, "tag": Tag.objects}
FIXED: Mapping[str, Mapping[str, str]] = {
    "kind": {
        "incident": "Incidents",
        "action_item": "Action items",
        "playbook": "Playbooks",
        "pattern": "Patterns",
    },
    "severity": {severity.value: severity.label for severity in Severity},
    "environment": {environment.value: environment.label for environment in Environment},
    "status": {
        status.value: str(status.label) for status in (*PostmortemStatus, *ActionItemStatus)
    },
}
# Other spellings of a value, besides the value itself and its label.
_ALSO: Mapping[str, Mapping[str, str]] = {
    "kind": {
        "action": "action_item",
        "actions": "action_item",
        "todo": "action_item",
        "postmortem": "incident",
        "postmortems": "incident",
        "runbook": "playbook",
        "runbooks": "playbook",
        **{singular: singular for singular in ("incident", "playbook", "pattern")},
    },
    "severity": {
        "none": "unknown",
        **{f"{s}{n}": f"SEV{n}" for n in range(1, 6) for s in ("", "s")},
    },
    "environment": {"prod": "production", "stage": "staging", "dev": "development", "test": "qa"},
    "status": {"review": "in_review", "inprogress": "in_progress", "declined": "wont_do"},
}
# Table names are constants; text from people is a parameter. Materialised, so that visibility is
# checked for the matches alone.
_CALLED = """{facet}_called AS MATERIALIZED (
    SELECT id, slug, name FROM {table} WHERE slug = ANY(%s) OR lower(name) = ANY(%s)
)"""
_ALIKE = """{facet}_called AS MATERIALIZED (
    SELECT id, slug, name, alike FROM (
        SELECT id, slug, name, greatest(similarity(lower(name), %s), similarity(slug, %s)) AS alike
        FROM {table}
    ) AS known
    WHERE alike > %s ORDER BY alike DESC, slug LIMIT 20
)"""
_KNOWN = "SELECT '{facet}', slug, name FROM {facet}_called WHERE {known}"
_LONGEST = 120
_ENOUGH = 0.35  # trigram similarity from which a name may be a misspelling of another


class FacetValue(NamedTuple):
    """A value of a facet as stored, and as people read it."""

    value: str
    label: str


def _plain(written: str) -> str:
    return re.sub(r"[\W_]+", "", written).casefold()


_MEANT: Mapping[str, Mapping[str, str]] = {
    facet: {
        **{_plain(label): value for value, label in labels.items()},
        **{_plain(value): value for value in labels},
        **_ALSO[facet],
    }
    for facet, labels in FIXED.items()
}


def resolve(written: Iterable[tuple[str, str]], user: User) -> dict[tuple[str, str], FacetValue]:
    """Return the value that each `(facet, text)` means, if `user` may know of one.

    Services, teams, tags and patterns match by slug or name, in any case, and are looked up in one
    query; without any of them there is no query.
    """
    wanted = [(facet, text) for facet, text in written if 0 < len(text) <= _LONGEST]
    found = {}
    for facet, text in wanted:
        value = _MEANT.get(facet, {}).get(_plain(text))
        if value:
            found[facet, text] = FacetValue(value, FIXED[facet][value])
    named = [(facet, text) for facet, text in wanted if facet in NAMED]
    return found | _named(named, user) if named else found


def _named(wanted: list[tuple[str, str]], user: User) -> dict[tuple[str, str], FacetValue]:
    texts: dict[str, list[str]] = {}
    for facet, text in wanted:
        texts.setdefault(facet, []).append(text.lower())
    called = [(facet, _CALLED, [of_it, of_it]) for facet, of_it in texts.items()]
    rows = _visible_matches(called, user)
    meant = {(facet, name.lower()): FacetValue(slug, name) for facet, slug, name in rows}
    meant |= {(facet, slug): FacetValue(slug, name) for facet, slug, name in rows}
    return {
        (facet, text): meant[facet, text.lower()]
        for facet, text in wanted
        if (facet, text.lower()) in meant
    }


def _visible_matches(
    called: Sequence[tuple[str, str, list[Any]]], user: User, order: str = ""
) -> list[tuple[str, str, str]]:
    """Run the lookups `called`, each (facet, SQL, parameters), and return facet, slug and name of
    the matches that `user` may know of."""
    named = [sql.format(facet=facet, table=NAMED[facet]) for facet, sql, _ in called]
    asked = [part for _, _, parameters in called for part in parameters]
    known: list[str] = []
    for facet, _, _ in called:
        condition, parameters = _visibility_clause(facet, user)
        known.append(_KNOWN.format(facet=facet, known=condition))
        asked += parameters
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(named)} {' UNION ALL '.join(known)} {order}", asked)
        return cursor.fetchall()


def _visibility_clause(facet: str, user: User) -> tuple[str, list[Any]]:
    """Return the condition under which `user` may know of a row of `facet`: a service or tag used
    only by incidents that they may not see does not exist for them."""
    if facet not in _CARRIED:
        return "true", []
    carried, parameters = _carried.sql((facet, Role(user.role)), user.pk)
    return f"id IN ({carried})", parameters


@Prepared
def _carried(shape: tuple[str, Role], user_pk: int) -> QuerySet[Any, Any]:
    facet, role = shape
    visible = Incident.objects.visible_to(User(pk=user_pk, role=role))
    # As an array, so that they are looked up one by one, however many the planner expects.
    called = Func(
        F("pk"),
        template=f"%(expressions)s = ANY(ARRAY(SELECT id FROM {facet}_called))",  # noqa: S608
        output_field=BooleanField(),
    )
    return _CARRIED[facet].carried_by(visible).filter(called).values_list("pk")


def nearest(facet: str, written: str, user: User) -> FacetValue | None:
    """Return the value of `facet` most similar to `written` that `user` may know of."""
    written = written[:_LONGEST].lower()
    if facet in FIXED:
        near = difflib.get_close_matches(_plain(written), _MEANT[facet], n=1)
        value = _MEANT[facet][near[0]] if near else ""
        return FacetValue(value, FIXED[facet][value]) if value else None
    alike = [(facet, _ALIKE, [written, written, _ENOUGH])]
    known = _visible_matches(alike, user, order="ORDER BY alike DESC, slug LIMIT 1")
    return FacetValue(*known[0][1:]) if known else None
