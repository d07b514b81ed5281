"""The rows of the test database, kept once they are there and put back where they are missing."""

from __future__ import annotations

from django.db import connection, transaction
from psycopg import sql


class Snapshot:
    """What every table of ours holds: `take` it once, `restore` it after each flush."""

    def __init__(self) -> None:
        self.rows: dict[str, bytes] = {}

    def take(self) -> None:
        """Remember the rows of each table that has any."""
        with connection.cursor() as cursor:
            for table in connection.introspection.django_table_names(only_existing=True):
                with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as out:
                    if rows := b"".join(map(bytes, out)):
                        self.rows[table] = rows

    @transaction.atomic  # Django's foreign keys are looked at in the end, so any order will do
    def restore(self) -> None:
        """Fill the tables that are empty; what Django itself keeps is there already."""
        with connection.cursor() as cursor:
            for table, rows in self.rows.items():
                name = sql.Identifier(table)
                cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(name))
                if cursor.fetchone() == (False,):
                    with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(name)) as into:
                        into.write(rows)
