"""Reading what a stage asks for: a narrow row for each document, and how much it is about each
word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import BooleanField, F, Func

from accounts.models import Role, User
from core.prepared import Prepared, among, as_array
from incidents.models import Incident
from incidents.models.incident import IncidentQuerySet
from search import impact, keys
from search.expansion import ExpandedQuery, ExpandedWord
from search.filters import SearchFilters, Sort

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
    occurred_on: date | None
    is_exact: bool
    impacts: tuple[float, ...]


def read(
    tsquery: str,
    expanded: ExpandedQuery,
    filters: SearchFilters,
    user: User | AnonymousUser,
    sort: Sort = "relevance",
    limit: int = MOST,
) -> list[Candidate]:
    """Of at most `limit` documents, the first in time where they are sorted by it, those that
    `user` may see."""
    columns, parameters = _columns(expanded)
    conditions = ["keys @@ %s::tsquery"]
    condition_parameters: list[Any] = [tsquery]
    for sign, day in ((">=", filters.since), ("<=", filters.until)):
        if day:
            conditions.append(f"occurred_on {sign} %s")
            condition_parameters.append(day)
    visible, visible_parameters = _guarded_sql(user)
    seen = f"NOT is_guarded OR within_id IN ({visible})"
    # Materialised, so that no order and no limit has an index of their own walked instead; and
    # cut before anything asks what of it is guarded, for which it would be read to its end.
    sql = f"""
        WITH matching AS MATERIALIZED (
            SELECT id, occurred_on, within_id, is_guarded
            FROM search_document WHERE {" AND ".join(conditions)}
        ), found AS MATERIALIZED (
            SELECT * FROM matching {_order(sort)} LIMIT %s
        )
        SELECT id, kind, within_id, occurred_on, id = ANY(ARRAY({_CALLED})), {columns}
        FROM search_document WHERE id IN (SELECT id FROM found) AND ({seen})"""  # noqa: S608
    asked = [
        *condition_parameters,
        limit,
        expanded.exact_title_key,
        *parameters,
        *visible_parameters,
    ]
    if sort == "relevance":
        sql = f"""
        WITH matching AS MATERIALIZED (
            SELECT id, kind, within_id, occurred_on, id = ANY(ARRAY({_CALLED})), {columns},
                is_guarded
            FROM search_document WHERE {" AND ".join(conditions)}
        ), found AS MATERIALIZED (
            SELECT * FROM matching LIMIT %s
        ) SELECT * FROM found WHERE {seen}"""  # noqa: S608
        asked = [
            expanded.exact_title_key,
            *parameters,
            *condition_parameters,
            limit,
            *visible_parameters,
        ]
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        end = 5 + len(expanded.words) + len(expanded.pairs)
        return [Candidate._make((*row[:5], row[5:end])) for row in cursor.fetchall()]


def _order(sort: Sort) -> str:
    if sort == "relevance":
        return ""
    return f"ORDER BY occurred_on {_ORDER[sort]}, id {_ORDER[sort].split(' ')[0]}"


def _columns(expanded: ExpandedQuery) -> tuple[str, list[str]]:
    ranks: list[str] = []
    parameters: list[str] = []
    for one in expanded.words.values():
        sql, asked = _impact_of(one)
        ranks.append(sql)
        parameters += asked
    for _, _, pair in expanded.pairs:
        ranks.append(_RANK)
        parameters.append(keys.quoted(pair))
    return ", ".join(ranks) or "0", parameters


_RANK = f"ts_rank('{impact.RANK_WEIGHTS}', impacts, %s::tsquery) * {impact.RANK_SCALE:.6f}"


def _impact_of(one: ExpandedWord) -> tuple[str, list[str]]:
    """The most that one of the forms gives; where it has several lexemes, the least of those."""
    ways: list[str] = []
    parameters: list[str] = []
    for form, worth in one.forms:
        parts = ", ".join([_RANK] * len(form))
        ways.append(f"{worth} * least({parts})" if len(form) > 1 else f"{worth} * {parts}")
        parameters += map(keys.quoted, form)
    return (f"greatest({', '.join(ways)})" if len(ways) > 1 else ways[0]), parameters


def _readable(shape: bool, user: int) -> IncidentQuerySet:
    reader = User(pk=user, role=Role.ADMINISTRATOR if shape else Role.VIEWER)
    return Incident.objects.visible_to(reader)


def _keys(found: IncidentQuerySet) -> Any:
    return found.order_by().values_list("pk")


_VISIBLE = Prepared(
    lambda shape, user, incidents: _keys(_readable(shape, user).filter(among("pk", incidents)))
)
# Those among the documents that a stage has found so far. As an array, so that they are looked up
# one by one, however many the database expects.
_OF_GUARDED = Func(
    F("pk"),
    template="%(expressions)s = ANY(ARRAY(SELECT within_id FROM found WHERE is_guarded))",
    output_field=BooleanField(),
)
_GUARDED = Prepared(lambda shape, user: _keys(_readable(shape, user).filter(_OF_GUARDED)))
_NONE = "SELECT NULL::bigint WHERE false"


def _guarded_sql(user: User | AnonymousUser) -> tuple[str, Any]:
    if isinstance(user, AnonymousUser) or not user.is_active:
        return _NONE, []
    return _GUARDED.sql(user.is_administrator, user.pk or 0)


def visible_sql(incidents: Sequence[int], user: User | AnonymousUser) -> tuple[str, Any]:
    """Those of the incidents that `user` may know of, as a query to stand inside another."""
    if not incidents or isinstance(user, AnonymousUser) or not user.is_active:
        return _NONE, []
    return _VISIBLE.sql(user.is_administrator, user.pk or 0, as_array(dict.fromkeys(incidents)))


def visible(incidents: Sequence[int], user: User | AnonymousUser) -> set[int]:
    """Which of these incidents `user` may know of."""
    if not incidents or isinstance(user, AnonymousUser) or not user.is_active:
        return set()
    rows = _VISIBLE(user.is_administrator, user.pk or 0, as_array(dict.fromkeys(incidents)))
    return {pk for (pk,) in rows}
