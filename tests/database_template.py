"""A migrated database that each test run and each of its processes copies, instead of migrating.

Migrating takes some seven seconds of the processor, copying well under one. The template stays in
the server, and is made anew when a migration, what one reads, or a pinned package has changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("requirements.txt", "search/synonyms.txt", "*/migrations/*.py")


def use() -> None:
    """Have Django copy the template wherever it creates a test database from now on."""
    settings = connection.settings_dict
    template = f"test_{settings['NAME']}_template"
    with _alone(template) as cursor:
        if made_from(cursor, template) != (digest := sources()):
            _make(template)
            name, comment = sql.Identifier(template), sql.Literal(digest)
            cursor.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, comment))
    settings["TEST"]["TEMPLATE"] = template


@contextmanager
def _alone(template: str) -> Iterator[Any]:
    """A cursor outside the test databases; one process at a time has it."""
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [template])
        yield cursor


def made_from(cursor: Any, template: str) -> str | None:
    """Return the `sources()` that the template was made from, or None where there is none."""
    cursor.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
        [template],
    )
    found = cursor.fetchone()
    return found[0] if found else None


def sources() -> str:
    """Return a digest of all that decides what is in the template."""
    found = hashlib.sha256()
    for source in SOURCES:
        for path in sorted(ROOT.glob(source)):
            found.update(path.read_bytes())
    return found.hexdigest()


def _make(template: str) -> None:
    settings = connection.settings_dict
    own, wanted = settings["NAME"], settings["TEST"]["NAME"]
    settings["TEST"]["NAME"] = template
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        connection.close()
        connection.close_pool()  # nobody may be connected to what is copied
        connection.settings_dict["NAME"] = own
        settings["TEST"]["NAME"] = wanted
