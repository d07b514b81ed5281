"""Preparation before the first page is served: tables, static files, seeds.

Each step is skipped where it has been done already, so that a start takes no longer than it must.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from config.folders import make_private

OLDEST_POSTGRESQL = 15
ONE_AT_A_TIME = 6_338_710_554_127_201  # the advisory lock under which a database is prepared


class NotReady(Exception):
    """The database cannot be used. `str()` of it says why, for the operator, in one line."""


def prepare(*, say: Callable[[str], None]) -> None:
    """Bring database and static files to what this version needs. Doing it twice changes nothing.

    Several hosts may do it at the same time: the database lets one after the other. Raises
    NotReady where the database does not answer, is too old, or refuses an extension.
    """
    make_private(settings.VAR_DIR)
    _require_database()
    _collect_static_files(say)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        try:
            empty = _migrate(say)
            _index(say)
            _seed(say, even_if_stamped=empty)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_AT_A_TIME])


def _require_database() -> None:
    where = f"DATABASE_URL: {connection.settings_dict['NAME']} at "
    where += connection.settings_dict["HOST"] or "the local socket"
    try:
        parameters = connection.get_connection_params() | {"connect_timeout": 10}
        with psycopg.connect(**parameters) as probe:
            major = probe.info.server_version // 10_000
    except psycopg.Error as error:
        raise NotReady(f"{where} cannot be used: {' '.join(str(error).split())}") from error
    if major < OLDEST_POSTGRESQL:
        raise NotReady(f"{where} is PostgreSQL {major}; {OLDEST_POSTGRESQL} or later is needed.")


def _migrate(say: Callable[[str], None]) -> bool:
    """Apply the migrations that are missing. Return True if the database had no tables at all.

    Raises NotReady where the database has migrations that this version does not know.
    """
    executor = MigrationExecutor(connection)
    unknown = sorted(set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations))
    if unknown:
        raise NotReady(
            f"The database was made by another version of Nevertwice: it has the migration "
            f"{'.'.join(unknown[-1])}, which this version does not know. Use that version or a "
            "later one, or an empty database. Upgrades are supported from 0.2.0 on."
        )
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    empty = not executor.loader.applied_migrations
    say("Making the tables." if empty else "Upgrading the tables.")
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except Error as error:
        if "extension" not in str(error):
            raise
        raise NotReady(
            "The database's owner must be able to create the extension pg_trgm, which comes with "
            f"PostgreSQL's contrib package: {error}"
        ) from error
    return empty


def _seed(say: Callable[[str], None], *, even_if_stamped: bool) -> None:
    stamp = settings.VAR_DIR / "seeds.stamp"
    database = connection.settings_dict
    place = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    files = sorted((settings.BASE_DIR / "seeds").rglob("*.md"))
    state = _digest([place, *(f"{file}:{file.read_text()}" for file in files)])
    if _stamped(stamp, state) and not even_if_stamped:
        return
    say("Loading the seeded incidents, patterns and playbooks.")
    call_command("seed", verbosity=0)
    stamp.write_text(state)


def _index(say: Callable[[str], None]) -> None:
    """A new version may bring a search index of another shape, which then begins empty; making
    it may have been cut short."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM incidents_incident incident WHERE NOT EXISTS"
            " (SELECT FROM search_document WHERE incident_id = incident.id))"
        )
        [missing] = cursor.fetchone()
    if missing:
        say("Building the search index.")
        call_command("reindex", verbosity=0)


def _collect_static_files(say: Callable[[str], None]) -> None:
    stamp = settings.STATIC_ROOT / ".stamp"
    sources = [file for folder in settings.STATICFILES_DIRS for file in sorted(folder.rglob("*"))]
    packages = [f"{name} {version(name)}" for name in ("Django", "django-markdownx")]
    state = _digest([*packages, *(f"{file}:{_changed(file)}" for file in sources)])
    if _stamped(stamp, state):
        return
    say("Collecting static files.")
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(state)


def _changed(file: Path) -> str:
    status = os.stat(file)
    return f"{status.st_size}:{status.st_mtime_ns}"


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _stamped(stamp: Path, state: str) -> bool:
    return stamp.exists() and stamp.read_text() == state
