"""Conditions that the database checks row by row, as it walks an index."""

from __future__ import annotations

from django.db.models import BooleanField, Func, Q


def each_row(condition: Q) -> Func:
    """`condition`, kept out of the planning of joins: for the first few of very many in an order
    that has an index, where most of what is met on the way does not pass.

    `pk IN (SELECT …)` by itself becomes a join, which looks up every row that is walked over. Like
    this the inner query is answered once, and each row is looked for among its answers.
    """
    return Func(condition, template="(%(expressions)s) IS TRUE", output_field=BooleanField())
