"""An installation of every released version from 0.2.0 on can be upgraded, with all its rows."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts.models import User
from backups.version import product_version
from incidents.models import Incident
from tests.backups.installations import Installation
from tests.upgrading.rows import SUMMARY, TITLE

DUMPS = sorted(Path(__file__).parent.glob("*.sql"))
_SCHEMA = {
    "columns": (
        "SELECT table_name, column_name, data_type, is_nullable, character_maximum_length"
        " FROM information_schema.columns WHERE table_schema = current_schema()"
    ),
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()",
    "constraints": (
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = current_schema()::regnamespace AND contype <> 'n'"
    ),
    "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": (
        "SELECT proname, md5(prosrc) FROM pg_proc JOIN pg_language ON pg_language.oid = prolang"
        " WHERE pronamespace = current_schema()::regnamespace AND lanname = 'plpgsql'"
    ),
}


@pytest.fixture
def installation(django_db_setup, django_db_blocker, tmp_path) -> Iterator[Installation]:
    """An installation without any table."""
    made = Installation(f"nw_upgrade_{os.getpid()}", tmp_path / "var")
    with django_db_blocker.unblock():
        made.drop()
        yield made.create()
        made.drop()


@pytest.fixture
def wanted(installation, tmp_path) -> dict[str, set[tuple]]:
    """The schema that a new installation has."""
    new = Installation(f"nw_new_{os.getpid()}", tmp_path / "new")
    new.drop()
    new.create(template=connection.settings_dict["TEST"]["TEMPLATE"])
    try:
        with new.in_use():
            return schema()
    finally:
        new.drop()


def schema() -> dict[str, set[tuple]]:
    with connection.cursor() as cursor:
        found = {}
        for name, query in _SCHEMA.items():
            cursor.execute(query)
            found[name] = {tuple(map(_bare, row)) for row in cursor.fetchall()}
        return found


def _bare(value: object) -> object:
    """Return a definition without casts and parentheses, which a dump writes in other places."""
    if not isinstance(value, str):
        return value
    return re.sub(r"::(text|character varying)(\[\])?|[()]", "", value)


def load(dump: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute(dump.read_text(encoding="utf-8"))
    connection.close()  # the dump sets an empty search path


def test_there_is_a_dump_of_the_first_supported_version():
    assert "0.2.0.sql" in {dump.name for dump in DUMPS}


@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.stem)
def test_a_released_version_is_upgraded(installation, wanted, dump):
    with installation.in_use():
        load(dump)
        call_command("migrate", verbosity=0)
        found = schema()
        call_command("reindex", verbosity=0)

        client = Client()
        client.force_login(User.objects.get(username="ana"), backend=_BACKEND)
        page = client.get(Incident.objects.get(title=TITLE).get_absolute_url())
        search = client.get("/search/", {"q": "registry certificate"})

    for part, rows in wanted.items():
        assert found[part] == rows, part
    assert SUMMARY.replace("**x509**", "<strong>x509</strong>") in page.content.decode()
    assert f"{TITLE} again" in page.content.decode(), "the later incident of its pattern"
    assert search.content.decode().count("search-row") >= 2


@pytest.mark.skipif(product_version() != "0.2.0", reason="later versions change the schema")
def test_migrations_of_a_released_version_are_not_edited(installation, wanted):
    """A released migration has run elsewhere: change the schema by a new one."""
    with installation.in_use():
        load(DUMPS[-1])
        found = schema()

    assert found == wanted


_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
