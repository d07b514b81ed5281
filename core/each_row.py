"""Conditions that the database checks row by row, as it walks an index."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Func, Q, QuerySet

MANY = 1000  # rows, from where on sorting them takes longer than meeting the first on a walk


def each_row(condition: Q) -> Func:
    """`condition`, kept out of the planning of joins: for the first few of very many in an order
    that has an index, where most of what is met on the way does not pass.

    `pk IN (SELECT …)` by itself becomes a join, which looks up every row that is walked over. Like
    this the inner query is answered once, and each row is looked for among its answers.
    """
    return Func(condition, template="(%(expressions)s) IS TRUE", output_field=BooleanField())


def among_linked(key: str, linked: QuerySet[Any, Any]) -> Q | Func:
    """Tell whether `key` is one of `linked`, a query of keys. Where there are many, the first in
    an order are soon met on a walk through its index; few are looked up and sorted. One query.
    """
    condition = Q(**{f"{key}__in": linked})
    return each_row(condition) if linked.order_by()[:MANY].count() == MANY else condition
