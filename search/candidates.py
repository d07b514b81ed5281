"""Reading what a stage asks for: a narrow row for each document, and how much it is about each
word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.db import connection

from accounts.models import User
from core.prepared import Prepared, among
from incidents.models import Incident
from search import impact, keys
from search.filters import Filters, Sort
from search.sought import Sought, Understood

MOST = 2_000  # documents that one stage looks at
# What is called exactly as the query reads.
_CALLED = "SELECT id FROM search_document WHERE keys @@ %s::tsquery LIMIT 50"
_ORDER = {"newest": "DESC NULLS LAST", "oldest": "ASC NULLS LAST"}


class Candidate(NamedTuple):
    """A document that may be shown. `impacts` are those of the words and pairs that were asked
    for, from 0 to 1, in order."""

    document: int
    kind: str
    within: int | None
    is_guarded: bool
    occurred_on: date | None
    is_exact: bool
    impacts: tuple[float, ...]


def read(
    tsquery: str,
    understood: Understood,
    filters: Filters,
    sort: Sort = "relevance",
    limit: int = MOST,
) -> list[Candidate]:
    """At most `limit` documents, the first in time where they are sorted by it."""
    columns, parameters = _columns(understood)
    conditions = ["keys @@ %s::tsquery"]
    condition_parameters: list[Any] = [tsquery]
    for sign, day in ((">=", filters.since), ("<=", filters.until)):
        if day:
            conditions.append(f"occurred_on {sign} %s")
            condition_parameters.append(day)
    # Materialised, so that no order and no limit has an index of their own walked instead.
    sql = f"""
        WITH found AS MATERIALIZED (
            SELECT id, occurred_on FROM search_document WHERE {" AND ".join(conditions)}
        ), first AS MATERIALIZED (
            SELECT id FROM found {_order(sort)} LIMIT %s
        )
        SELECT id, kind, within_id, is_guarded, occurred_on,
            id = ANY(ARRAY({_CALLED})), {columns}
        FROM search_document WHERE id IN (SELECT id FROM first)"""  # noqa: S608
    if sort == "relevance":
        sql = f"""
        WITH found AS MATERIALIZED (
            SELECT id, kind, within_id, is_guarded, occurred_on,
                id = ANY(ARRAY({_CALLED})), {columns}
            FROM search_document WHERE {" AND ".join(conditions)}
        ) SELECT * FROM found LIMIT %s"""  # noqa: S608
    called = [understood.whole, *parameters]
    asked = [*condition_parameters, limit]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*called, *asked] if sort == "relevance" else [*asked, *called])
        return [Candidate._make((*row[:6], row[6:])) for row in cursor.fetchall()]


def _order(sort: Sort) -> str:
    if sort == "relevance":
        return ""
    return f"ORDER BY occurred_on {_ORDER[sort]}, id {_ORDER[sort].split(' ')[0]}"


def _columns(understood: Understood) -> tuple[str, list[str]]:
    ranks: list[str] = []
    parameters: list[str] = []
    for one in understood.sought.values():
        sql, asked = _impact_of(one)
        ranks.append(sql)
        parameters += asked
    for _, _, pair in understood.pairs:
        ranks.append(_RANK)
        parameters.append(keys.quoted(pair))
    return ", ".join(ranks) or "0", parameters


_RANK = f"ts_rank('{impact.RANK_WEIGHTS}', impacts, %s::tsquery) * {impact.RANK_SCALE:.6f}"


def _impact_of(one: Sought) -> tuple[str, list[str]]:
    """The most that one of the forms gives; where it has several lexemes, the least of those."""
    ways: list[str] = []
    parameters: list[str] = []
    for form, worth in one.forms:
        parts = ", ".join([_RANK] * len(form))
        ways.append(f"{worth} * least({parts})" if len(form) > 1 else f"{worth} * {parts}")
        parameters += map(keys.quoted, form)
    return (f"greatest({', '.join(ways)})" if len(ways) > 1 else ways[0]), parameters


def _visible(shape: bool, user: int, incidents: Any) -> Any:
    reader = User(pk=user, role="administrator" if shape else "viewer")
    found = Incident.objects.visible_to(reader).filter(among("pk", incidents))
    return found.order_by().values_list("pk")


_VISIBLE = Prepared(_visible)


def visible_sql(incidents: Sequence[int], user: User | AnonymousUser) -> tuple[str, Any]:
    """Those of the incidents that `user` may know of, as a query to stand inside another."""
    if not incidents or isinstance(user, AnonymousUser) or not user.is_active:
        return "SELECT NULL::bigint WHERE false", []
    return _VISIBLE.sql(user.is_administrator, user.pk or 0, list(dict.fromkeys(incidents)))


def visible(incidents: Sequence[int], user: User | AnonymousUser) -> set[int]:
    """Which of these incidents `user` may know of."""
    if not incidents or isinstance(user, AnonymousUser) or not user.is_active:
        return set()
    rows = _VISIBLE(user.is_administrator, user.pk or 0, list(dict.fromkeys(incidents)))
    return {pk for (pk,) in rows}
