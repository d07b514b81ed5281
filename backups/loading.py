"""Rows of a backup into tables that its migrations have just made, within one transaction."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from typing import Any

from django.db import connection
from psycopg import sql

from backups.archive import Damaged, Member
from backups.dumping import FOLDER

_PART = re.compile(rf"{FOLDER}/(\w+)/\d+\.copy\.gz")
_AT_ONCE = 1024 * 1024
_MEMORY_FOR_INDEXES = "256MB"
_FOREIGN_KEYS = """
SELECT relname, conname, pg_get_constraintdef(pg_constraint.oid)
FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
WHERE contype = 'f' AND relnamespace = current_schema()::regnamespace AND relname = ANY(%s)
ORDER BY relname, conname
"""
# Those of primary keys and other constraints stay.
_INDEXES = """
SELECT index.relname, pg_get_indexdef(indexrelid)
FROM pg_index
JOIN pg_class index ON index.oid = indexrelid
JOIN pg_class owner ON owner.oid = indrelid
WHERE owner.relnamespace = current_schema()::regnamespace AND owner.relname = ANY(%s)
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype <> 'f')
ORDER BY index.relname
"""


def is_part(name: str) -> bool:
    """`name` is that of a member with rows of a table."""
    return _PART.fullmatch(name) is not None


class Loader:
    """Fills the tables of a backup: `begin`, `add` each part, `finish`.

    In between they have neither indexes nor foreign keys: they are filled several times as fast,
    and then each foreign key is checked once for all rows.
    """

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self._tables = {table["name"]: table for table in manifest["tables"]}
        self._sequences = manifest["sequences"]
        self._loaded = dict.fromkeys(self._tables, 0)
        self._later: list[sql.Composable] = []

    @property
    def rows(self) -> int:
        return sum(self._loaded.values())

    def begin(self) -> None:
        """Empty the tables, of what their migrations put there, and take indexes away."""
        names = list(self._tables)
        with connection.cursor() as cursor:
            listed = sql.SQL(", ").join(map(sql.Identifier, names))
            cursor.execute(sql.SQL("TRUNCATE {}").format(listed))
            cursor.execute(_FOREIGN_KEYS, [names])
            foreign_keys = cursor.fetchall()
            for table, name, _ in foreign_keys:
                drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}")
                cursor.execute(drop.format(sql.Identifier(table), sql.Identifier(name)))
            cursor.execute(_INDEXES, [names])
            indexes = cursor.fetchall()
            for name, _ in indexes:
                cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        self._later = [sql.SQL(definition) for _, definition in indexes]
        for table, name, definition in foreign_keys:
            add = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} ").format(
                sql.Identifier(table), sql.Identifier(name)
            )
            self._later.append(add + sql.SQL(definition))

    def add(self, part: Member) -> None:
        """Load the rows of one part. Raises Damaged where they belong to no table."""
        found = _PART.fullmatch(part.name)
        table = self._tables.get(found[1]) if found else None
        if table is None:
            raise Damaged(f"“{part.name}” belongs to no table. Nothing was restored.")
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table["name"]),
            sql.SQL(", ").join(map(sql.Identifier, table["columns"])),
        )
        with connection.cursor() as cursor, gzip.open(part.content) as rows:
            with cursor.copy(statement) as copy:
                while content := rows.read(_AT_ONCE):
                    copy.write(content)
            self._loaded[table["name"]] += cursor.rowcount

    def finish(self) -> None:
        """Make indexes and foreign keys, and number new rows after the old ones.

        Raises Damaged where rows are missing, and IntegrityError where they do not fit together.
        """
        for name, table in self._tables.items():
            if self._loaded[name] != table["rows"]:
                raise Damaged(
                    f"The backup holds {self._loaded[name]} rows of {name}, not {table['rows']}. "
                    "Nothing was restored."
                )
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL maintenance_work_mem = '{_MEMORY_FOR_INDEXES}'")
            for statement in self._later:
                cursor.execute(statement)
            for each in self._sequences:
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(quote_ident(%s), %s), %s, %s)",
                    [each["table"], each["column"], each["last"], each["is_called"]],
                )
