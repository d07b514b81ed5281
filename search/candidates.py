"""Candidate documents of a stage: one narrow row each, with the impact of each query word."""

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

MAX_DOCUMENTS = 2_000  # documents that one stage reads
# Documents whose title is exactly the query.
_CALLED = "SELECT id FROM search_document WHERE keys @@ %s::tsquery LIMIT 50"
_ORDER = {"newest": "DESC NULLS LAST", "oldest": "ASC NULLS LAST"}


class Candidate(NamedTuple):
    """A document that may be shown. `impacts` are from 0 to 1, in the order of the query's words
    and pairs."""

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
    limit: int = MAX_DOCUMENTS,
) -> list[Candidate]:
    """Return the candidates that `user` may see among at most `limit` matches; the first by date
    when sorted by date."""
    columns, parameters = _columns(expanded)
    conditions = ["keys @@ %s::tsquery"]
    condition_parameters: list[Any] = [tsquery]
    for sign, day in ((">=", filters.since), ("<=", filters.until)):
        if day:
            conditions.append(f"occurred_on {sign} %s")
            condition_parameters.append(day)
    visible, visible_parameters = _guarded_sql(user)
    seen = f"NOT is_guarded OR within_id IN ({visible})"
    # Materialised, so that no ORDER BY or LIMIT makes PostgreSQL walk another index; and limited
    # before the check of guarded documents, which would read all of them.
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
    """Return SQL for the largest impact among the forms of a word; a form of several lexemes counts
    as its least."""
    ways: list[str] = []
    parameters: list[str] = []
    for form, worth in one.forms:
        parts = ", ".join([_RANK] * len(form))
        ways.append(f"{worth} * least({parts})" if len(form) > 1 else f"{worth} * {parts}")
        parameters += map(keys.quoted, form)
    return (f"greatest({', '.join(ways)})" if len(ways) > 1 else ways[0]), parameters


def _visible_incidents(shape: bool, user: int) -> IncidentQuerySet:
    reader = User(pk=user, role=Role.ADMINISTRATOR if shape else Role.VIEWER)
    return Incident.objects.visible_to(reader)


def _keys(found: IncidentQuerySet) -> Any:
    return found.order_by().values_list("pk")


_VISIBLE = Prepared(
    lambda shape, user, incidents: _keys(
        _visible_incidents(shape, user).filter(among("pk", incidents))
    )
)
# The guarded incidents among the documents found by a stage. As an array, so that they are looked
# up one by one, however many the planner expects.
_OF_GUARDED = Func(
    F("pk"),
    template="%(expressions)s = ANY(ARRAY(SELECT within_id FROM found WHERE is_guarded))",
    output_field=BooleanField(),
)
_GUARDED = Prepared(lambda shape, user: _keys(_visible_incidents(shape, user).filter(_OF_GUARDED)))
_NONE = "SELECT NULL::bigint WHERE false"


def _guarded_sql(user: User | AnonymousUser) -> tuple[str, Any]:
    if isinstance(user, AnonymousUser) or not user.is_active:
        return _NONE, []
    return _GUARDED.sql(user.is_administrator, user.pk or 0)


def visible_sql(incidents: Sequence[int], user: User | AnonymousUser) -> tuple[str, Any]:
    """Return a subquery for those of the incidents that `user` may see."""
    if not incidents or isinstance(user, AnonymousUser) or not user.is_active:
        return _NONE, []
    return _VISIBLE.sql(user.is_administrator, user.pk or 0, as_array(dict.fromkeys(incidents)))


def visible(incidents: Sequence[int], user: User | AnonymousUser) -> set[int]:
    """Return those of the incidents that `user` may see."""
    if not incidents or isinstance(user, AnonymousUser) or not user.is_active:
        return set()
    rows = _VISIBLE(user.is_administrator, user.pk or 0, as_array(dict.fromkeys(incidents)))
    return {pk for (pk,) in rows}
