"""The values of the facets: what they are called, and which one is meant by what people write."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from accounts.models import Role, User
from core.prepared import Prepared, among
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
# What people write besides the value itself and its label.
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
_NEAREST = """
SELECT id, slug, name FROM (
    SELECT id, slug, name,
        greatest(similarity(lower(name), %(text)s), similarity(slug, %(text)s)) AS alike
    FROM {table}
) AS known
WHERE alike > %(enough)s ORDER BY alike DESC, slug LIMIT 20
"""
_LONGEST = 120
_ALIKE = 0.35  # by pg_trgm: from here on one name may be meant by the other


class Choice(NamedTuple):
    """A value of a facet as it is stored, and as people read it."""

    value: str
    label: str


_Row = tuple[str, int, str, str]
"""Facet, key, slug and name of something that has a name."""


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


def understand(written: Iterable[tuple[str, str]], user: User) -> dict[tuple[str, str], Choice]:
    """For each `(facet, text)` the value that is meant, where there is one that `user` knows of.

    Services, teams, tags and patterns go by their slug or their name, in any case, and are looked
    up in a query or two; nothing is asked of the database where none is named.
    """
    wanted = [(facet, text) for facet, text in written if 0 < len(text) <= _LONGEST]
    found = {}
    for facet, text in wanted:
        value = _MEANT.get(facet, {}).get(_plain(text))
        if value:
            found[facet, text] = Choice(value, FIXED[facet][value])
    named = [(facet, text) for facet, text in wanted if facet in NAMED]
    return found | _named(named, user) if named else found


def _named(wanted: list[tuple[str, str]], user: User) -> dict[tuple[str, str], Choice]:
    facets = [facet for facet in NAMED if any(facet == named for named, _ in wanted)]
    texts = [list({text.lower() for named, text in wanted if named == facet}) for facet in facets]
    # The tables are named above; what people wrote is a parameter.
    queries = [
        f"SELECT '{facet}', id, slug, name FROM {NAMED[facet]}"  # noqa: S608
        " WHERE slug = ANY(%s) OR lower(name) = ANY(%s)"
        for facet in facets
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(queries), [part for text in texts for part in (text, text)]
        )
        rows = _known(cursor.fetchall(), user)
    known = {(facet, name.lower()): Choice(slug, name) for facet, _, slug, name in rows}
    known |= {(facet, slug): Choice(slug, name) for facet, _, slug, name in rows}
    return {
        (facet, text): known[facet, text.lower()]
        for facet, text in wanted
        if (facet, text.lower()) in known
    }


def _known(rows: Sequence[_Row], user: User) -> list[_Row]:
    """Those of which `user` may know: a service or tag that only incidents have which they may not
    see does not exist for them."""
    carried: set[tuple[str, int]] = set()
    for facet in _CARRIED:
        if pks := [row[1] for row in rows if row[0] == facet]:
            of_shape = (facet, Role(user.role))
            carried |= {(facet, pk) for (pk,) in _carried(of_shape, user.pk, pks)}
    return [row for row in rows if row[0] not in _CARRIED or row[:2] in carried]


@Prepared
def _carried(shape: tuple[str, Role], user_pk: int, labels: int) -> QuerySet[Any, Any]:
    facet, role = shape
    visible = Incident.objects.visible_to(User(pk=user_pk, role=role))
    return _CARRIED[facet].carried_by(visible).filter(among("pk", labels)).values_list("pk")


def nearest(facet: str, written: str, user: User) -> Choice | None:
    """The value of `facet` that whoever wrote `written` may have meant, and knows of."""
    written = written[:_LONGEST].lower()
    if facet in FIXED:
        near = difflib.get_close_matches(_plain(written), _MEANT[facet], n=1)
        value = _MEANT[facet][near[0]] if near else ""
        return Choice(value, FIXED[facet][value]) if value else None
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST.format(table=NAMED[facet]), {"text": written, "enough": _ALIKE})
        alike = [(facet, *row) for row in cursor.fetchall()]
    known = _known(alike, user)
    return Choice(*known[0][2:]) if known else None
