"""Tables, columns and migrations of the database, whichever version of the product made them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from allauth.account.models import EmailConfirmation
from django.contrib.sessions.models import Session
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

from accounts.models import SignInLink
from backups.models import BackupRun
from incidents.models import Presence, WriteMark
from likeness.models import IncidentFeatures, PatternFeedback, Posting, TermCount
from search.models import Document, KeyStatistic, Passages, Word

Cursor = Any  # of Django or of psycopg
Migrations = list[tuple[str, str]]

# Calculated from the rest: three quarters of a backup's size, and seconds or minutes of work.
DERIVED: tuple[type[models.Model], ...] = (
    *(Document, Passages, Word, KeyStatistic),
    *(IncidentFeatures, Posting, TermCount, PatternFeedback),
    WriteMark,
)
# Valid on the old installation only: nobody is to be signed in by a backup.
TEMPORARY: tuple[type[models.Model], ...] = (
    Session,
    SignInLink,
    EmailConfirmation,
    BackupRun,
    Presence,
)


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table


LEFT_OUT = frozenset(map(_table, (*DERIVED, *TEMPORARY)))


def applied(cursor: Cursor) -> Migrations:
    """App and name of each migration that the database has had, in the order of application."""
    cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
    if not cursor.fetchone()[0]:
        return []
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
    return [(app, name) for app, name in cursor.fetchall()]


def unknown(migrations: Collection[tuple[str, str]]) -> Migrations:
    """Return those of `migrations` that this version of the product does not have."""
    nodes = _executor().loader.graph.nodes
    ours = {app for app, _ in nodes}
    return [node for node in migrations if node not in nodes and node[0] in ours]


def missing(migrations: Collection[tuple[str, str]]) -> Migrations:
    """Migrations of this version that are not among `migrations`."""
    return sorted(set(_executor().loader.graph.nodes) - set(migrations))


def tables(migrations: Iterable[tuple[str, str]]) -> list[str]:
    """Names of the tables that exist after `migrations`, Django's record of them excepted."""
    loader = _executor().loader
    nodes = [node for node in migrations if node in loader.graph.nodes]
    state = loader.project_state(nodes or None)
    return sorted(
        _table(model)
        for model in state.apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    )


def columns(cursor: Cursor, names: Collection[str]) -> dict[str, list[str]]:
    """Return for each table the columns that are not generated, in their order."""
    cursor.execute(
        "SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
        " WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(%s)"
        " AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY relname, attnum",
        [list(names)],
    )
    found: dict[str, list[str]] = {}
    for table, column in cursor.fetchall():
        found.setdefault(table, []).append(column)
    return found


def sequences(cursor: Cursor, names: Collection[str]) -> dict[str, tuple[str, str]]:
    """Return for each sequence the table and column that it numbers."""
    cursor.execute(
        "SELECT sequence.relname, owner.relname, attname FROM pg_depend"
        " JOIN pg_class sequence ON sequence.oid = objid AND sequence.relkind = 'S'"
        " JOIN pg_class owner ON owner.oid = refobjid"
        " JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid"
        " WHERE classid = 'pg_class'::regclass AND deptype IN ('a', 'i')"
        " AND owner.relnamespace = current_schema()::regnamespace"
        " AND owner.relname = ANY(%s) ORDER BY 1",
        [list(names)],
    )
    return {sequence: (table, column) for sequence, table, column in cursor.fetchall()}


def drop(names: Collection[str]) -> None:
    """Drop these tables and Django's record of migrations. Other tables stay."""
    table = MigrationRecorder.Migration._meta.db_table
    with connection.cursor() as cursor:
        for name in (*names, table):
            cursor.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier(name)))


def create(migrations: Migrations) -> None:
    """Make the tables as they were after `migrations`, in a database without them."""
    _executor().migrate(migrations)


def _executor() -> MigrationExecutor:
    return MigrationExecutor(connection)
