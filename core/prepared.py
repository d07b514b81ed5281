"""Querysets whose SQL is put together once, for the queries that are asked on every page.

Through the ORM, putting a query together and reading its rows takes several times as long as
answering it. Here the queryset still says what is meant, visibility included; only the work of
turning it into SQL is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BigIntegerField, BooleanField, F, Func, QuerySet, Value

_FIRST_MARK = 2**62  # no key or number of ours is as large, so marks are known among parameters


class Prepared:
    """A query that is put together once for each `shape`, then asked with other values.

    `build(shape, *marks)` gives the queryset. Each mark is a number or, for texts and days, a text
    or day that stands for a value: it may end up as a parameter, and `build` may decide
    nothing by it. What it does decide by is the shape.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._known: dict[Hashable, _Query] = {}

    def __call__(self, shape: Hashable, *values: int | str | date | Sequence[int]) -> list[Any]:
        """Model instances, or tuples where the queryset is one of `values_list`."""
        try:
            query = self._query(shape, values)
        except EmptyResultSet:
            return []
        return query.ask(values)

    def sql(self, shape: Hashable, *values: int | str | date | Sequence[int]) -> tuple[str, Any]:
        """The query and its parameters, to stand inside one that is written by hand.

        Raises EmptyResultSet where the queryset is known to be empty.
        """
        query = self._query(shape, values)
        return query.sql, query.parameters_for(values)

    def _query(self, shape: Hashable, values: Sequence[Any]) -> _Query:
        query = self._known.get(shape)
        if query is None:
            marks = [_mark(number, value) for number, value in enumerate(values)]
            query = self._known[shape] = _Query(self._build(shape, *marks), marks)
        return query


def _mark(number: int, value: object) -> int | str | date:
    """Return a placeholder for the value at `number`: of its type, and unlike any real value."""
    if isinstance(value, str):
        return f"mark-{_FIRST_MARK + number}"
    return date.min + timedelta(number) if isinstance(value, date) else _FIRST_MARK + number


class _Query:
    """The SQL of a queryset, and where its marks stand among the parameters."""

    def __init__(self, queryset: QuerySet[Any, Any], marks: list[int | str | date]) -> None:
        compiler = queryset.query.get_compiler(connection=connection)
        self.sql, parameters = compiler.as_sql()
        self.parameters = list(parameters)
        self.places = [
            (place, marks.index(parameter))
            for place, parameter in enumerate(self.parameters)
            if parameter in marks
        ]
        if str(_FIRST_MARK)[:12] in self.sql:
            raise ValueError("A mark may be a parameter of the query, and nothing else.")
        if compiler.get_converters([column[0] for column in compiler.select]):
            raise ValueError("Columns that need converting are not for prepared queries.")
        self.model: Any = None
        if queryset.query.values_select or compiler.klass_info is None:
            return
        if compiler.klass_info.get("related_klass_infos"):
            raise ValueError("Prepared queries select no related rows.")
        self.model = queryset.model
        chosen = compiler.klass_info["select_fields"]
        self.fields = [compiler.select[column][0].target.attname for column in chosen]
        self.annotations = list((compiler.annotation_col_map or {}).items())

    def parameters_for(self, values: Sequence[Any]) -> list[Any]:
        parameters = self.parameters.copy()
        for place, mark in self.places:
            parameters[place] = values[mark]
        return parameters

    def ask(self, values: Sequence[Any]) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.parameters_for(values))
            rows = cursor.fetchall()
        return rows if self.model is None else [self._instance(row) for row in rows]

    def _instance(self, row: tuple[Any, ...]) -> Any:
        instance = self.model.from_db(connection.alias, self.fields, row[: len(self.fields)])
        for name, column in self.annotations:
            setattr(instance, name, row[column])
        return instance


class _Keys(ArrayField):
    """A list of keys, which are numbers already, or what stands for one."""

    def get_db_prep_value(self, value: Any, connection: object, prepared: bool = False) -> Any:
        return value


def among(field: str, values: Any) -> Func:
    """Tell whether `field` is one of `values`: a list of keys, or a placeholder for one. They are
    one parameter, however many there are."""
    return Func(
        F(field),
        Value(values, output_field=_Keys(BigIntegerField())),
        template="%(expressions)s)",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )


def as_array(keys: Iterable[int]) -> str:
    """Keys as PostgreSQL writes a list of them, to stand in `ANY(%s)`: psycopg looks at each one
    of a list, which takes several times as long."""
    return "{" + ",".join(map(str, keys)) + "}"
