"""Restoring a backup into an empty installation: all of it, or nothing."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import Error, connection, transaction

from backups import emptiness, keys, loading, schema, uploads
from backups.archive import Archive, Damaged, Member, Newer
from backups.version import is_newer, product_version
from core import times
from core.errors import DomainError
from likeness import index
from messaging.models import Channel
from messaging.operations import pause_sending, withdraw_waiting
from messaging.sealing import is_readable

_CLOSING_SECONDS = 5  # for which a server that was just stopped may still be connected
PREPARING = 6_338_710_554_127_201  # the advisory lock under which a start prepares the database

Say = Callable[[str], None]


class NotEmpty(DomainError):
    """The installation holds something that a restore would replace."""


class InUse(DomainError):
    """Something is connected to the database."""


@dataclass
class Restored:
    """The result of a restore, and what the operator should know or do."""

    rows: int = 0
    uploads: int = 0
    not_sent: int = 0
    unreadable_channels: int = 0
    differing_keys: list[str] = field(default_factory=list)
    to_do: list[str] = field(default_factory=list)


def restore(path: Path, *, replace_seeds: bool, at: datetime, say: Say) -> Restored:
    """Put everything in the backup at `path` into this installation.

    The file is checked first. Then one transaction makes the tables as they were, fills them and
    brings them up to date: where anything fails or is interrupted, the installation is as before.
    Sending is paused afterwards, since the old installation may have sent what is due. Raises
    Unusable, NotEmpty, InUse, and OSError.
    """
    say("Checking the file.")
    with Archive(path) as archive:
        require_usable(archive.manifest)
        with _alone():
            require_empty(replace_seeds=replace_seeds)
            restored = _restore(archive, at=at, say=say)
    cache.clear()
    (settings.VAR_DIR / "seeds.stamp").unlink(missing_ok=True)
    return restored


def require_usable(manifest: dict[str, Any]) -> None:
    """Raises Newer where this version cannot take what a later one wrote."""
    unknown = schema.unknown([(app, name) for app, name in manifest["migrations"]])
    if unknown or is_newer(manifest["version"]):
        raise Newer(
            f"The backup was made by Nevertwice {manifest['version']}, and this is "
            f"{product_version()}, which is older. Upgrade this installation first."
        )


def require_empty(*, replace_seeds: bool) -> None:
    """Raises NotEmpty where something would be lost."""
    with connection.cursor() as cursor:
        applied = schema.applied(cursor)
    if applied and (schema.missing(applied) or schema.unknown(applied)):
        raise NotEmpty(
            "The tables of this database are of another version of Nevertwice. Run "
            "`manage.py prepare` first, or use an empty database."
        )
    found = emptiness.content()
    if found is emptiness.Content.WRITTEN:
        raise NotEmpty(
            "This installation is not empty: people have written in it. Restore into a new one: "
            "set VAR_DIR to a new folder, or DATABASE_URL to an empty database. Nothing was "
            "changed."
        )
    if found is emptiness.Content.SEEDS and not replace_seeds:
        raise NotEmpty(
            "This installation holds only what the first start put there: the seeded incidents, "
            "patterns and playbooks, and the first administrator. Repeat the command with "
            "--replace-seeds to replace them by the backup. Nothing was changed."
        )


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Lock the database for this process alone; a server started meanwhile waits.

    Raises InUse where a connection of somebody else stays open.
    """
    with _without_pool(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [PREPARING])
        try:
            give_up = time.monotonic() + _CLOSING_SECONDS
            while others := _others(cursor):
                if time.monotonic() > give_up:
                    counted = "1 other connection" if others == 1 else f"{others} other connections"
                    raise InUse(
                        f"The database has {counted}. Stop script/server (or web, worker and beat) "
                        "and close other clients first. Nothing was changed."
                    )
                time.sleep(0.2)
            yield
        finally:
            with contextlib.suppress(Error):  # without its connection the lock is free already
                cursor.execute("SELECT pg_advisory_unlock(%s)", [PREPARING])


def _others(cursor: Any) -> int:
    cursor.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    return int(cursor.fetchone()[0])


@contextlib.contextmanager
def _without_pool() -> Iterator[None]:
    """Use a single connection to the database, without the pool."""
    options = connection.settings_dict["OPTIONS"]
    pool = options.get("pool")
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # of Django's PostgreSQL backend
    options.pop("pool", None)
    try:
        yield
    finally:
        connection.close()
        if pool:
            options["pool"] = pool


def _restore(archive: Archive, *, at: datetime, say: Say) -> Restored:
    manifest = archive.manifest
    found = Restored(differing_keys=keys.differing(manifest["keys"]["fingerprints"]))
    of_keys: list[bytes] = []
    with uploads.Staged() as staged:
        with transaction.atomic():
            say("Making the tables.")
            loader = _tables_for(manifest)
            say("Loading rows and uploads.")
            for member in archive.members():
                _take(member, loader, staged, of_keys)
                found.uploads += member.name.startswith(f"{uploads.FOLDER}/")
            say("Building indexes and checking that the rows are consistent.")
            loader.finish()
            call_command("migrate", interactive=False, verbosity=0)
            pause_sending(reason=_why_paused(manifest), at=at)
            found.not_sent = withdraw_waiting(reason=_WITHDRAWN, at=at)
            found.rows = loader.rows
            staged.move()
        staged.keep()
    if of_keys:
        found.to_do, found.differing_keys = keys.restore(of_keys[0]), []
    else:
        sealed = Channel.objects.values_list("sealed_address", flat=True)
        found.unreadable_channels = sum(not is_readable(each) for each in sealed)
    return found


_WITHDRAWN = (
    "Not sent: it was due when the backup was made, and may have been sent since. Send it again "
    "if it is needed."
)


def _why_paused(manifest: dict[str, Any]) -> str:
    moment = datetime.fromisoformat(manifest["created_at"])
    return f"Restored from the backup of {times.moment(moment.astimezone(UTC))} UTC."


def _tables_for(manifest: dict[str, Any]) -> loading.Loader:
    """The tables as they were when the backup was made, ready to be filled."""
    migrations = [(app, name) for app, name in manifest["migrations"]]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # for a table may change once it is filled
        here = schema.applied(cursor)
    if set(here) != set(migrations):
        schema.drop(schema.tables(here) if here else [])
        schema.create(migrations)
    loader = loading.Loader(manifest)
    loader.begin()
    return loader


def _take(
    member: Member, loader: loading.Loader, staged: uploads.Staged, of_keys: list[bytes]
) -> None:
    if loading.is_part(member.name):
        loader.add(member)
    elif member.name.startswith(f"{uploads.FOLDER}/"):
        name = member.name.removeprefix(f"{uploads.FOLDER}/")
        staged.add(name, member.content, member.modified_at)
    elif member.name == keys.MEMBER:
        of_keys.append(member.content.read())
    else:
        raise Damaged(f"The backup holds “{member.name}”, which is unknown. Nothing was restored.")


def calculate(*, at: datetime) -> None:
    """Make the search index and whatever else a backup leaves out.

    Where this is interrupted, the next start makes the index.
    """
    call_command("reindex", verbosity=0)
    index.catch_up(at=at)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
