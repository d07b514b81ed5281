"""Installations of the product side by side: a database, a folder, and nothing shared."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import override_settings
from psycopg import sql

from backups import schema

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Installation:
    """One installation. Its database is made by `create` and dropped by `drop`."""

    name: str
    folder: Path

    def create(self, *, template: str = "") -> Installation:
        """Make the database: without any table, or as a copy of the database `template`."""
        self._close()
        self.folder.mkdir(parents=True, exist_ok=True)
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.name))
        if template:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        with connection._nodb_cursor() as cursor:
            cursor.execute(statement)
        return self

    def drop(self) -> None:
        self._close()
        with connection._nodb_cursor() as cursor:
            name = sql.Identifier(self.name)
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Within the block the product works on this installation, in every thread."""
        database = connection.settings_dict
        before, pool = database["NAME"], database["OPTIONS"].get("pool")
        self._close()
        database["NAME"] = self.name
        database["OPTIONS"].pop("pool", None)  # which has fewer connections than tests threads
        folders = {
            "VAR_DIR": self.folder,
            "MEDIA_ROOT": self.folder / "uploads",
            "BACKUP_DIR": self.folder / "backups",
        }
        try:
            with override_settings(**folders):
                cache.clear()
                yield
        finally:
            self._close()
            database["NAME"] = before
            if pool:
                database["OPTIONS"]["pool"] = pool

    def manage(self, *arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run `manage.py` here, as a person at a shell does."""
        return subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=ROOT,
            env=self.environment() | variables,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def environment(self) -> dict[str, str]:
        """The variables of a shell in which the product is this installation."""
        database = connection.settings_dict
        user, host = quote(database.get("USER") or ""), database.get("HOST") or ""
        if database.get("PASSWORD"):
            user += f":{quote(database['PASSWORD'])}"
        port = f":{database['PORT']}" if database["PORT"] else ""
        # A folder with the server's socket stands before the name of the database.
        place = f"/{host}" if host.startswith("/") else f"{host}{port}"
        ours = ("DJANGO_SETTINGS_MODULE", "SITE_URL", "EMAIL_URL", "SECRET_KEY", "BACKUP_DIR")
        inherited = {name: value for name, value in os.environ.items() if name not in ours}
        return inherited | {
            "DATABASE_URL": f"postgres://{user}@{place}/{self.name}",
            "VAR_DIR": str(self.folder),
            "ENV_FILE": os.devnull,
            "SECRET_KEY": settings.SECRET_KEY,
        }

    def rows(self) -> dict[str, list[bytes]]:
        """Every row of every table that a backup contains, in a fixed order."""
        found = {}
        with self.in_use(), connection.cursor() as cursor:
            migrations = schema.applied(cursor)
            for table, columns in schema.columns(cursor, schema.tables(migrations)).items():
                if table in schema.LEFT_OUT:
                    continue
                statement = sql.SQL("COPY {} ({}) TO STDOUT").format(
                    sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
                )
                with cursor.copy(statement) as copy:
                    found[table] = sorted(bytes(row) for row in copy)
        return found

    def _close(self) -> None:
        connection.close()
        connection.close_pool()
