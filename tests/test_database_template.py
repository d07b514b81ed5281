"""The database of the tests is a copy of one that was migrated for the sources of today."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests import database_template

pytestmark = pytest.mark.django_db


def test_the_template_is_the_one_of_todays_sources(monkeypatch):
    template = connection.settings_dict["TEST"]["TEMPLATE"]

    with connection.cursor() as cursor:
        made_from = database_template.made_from(cursor, template)

    assert made_from == database_template.sources()
    monkeypatch.setattr(database_template, "SOURCES", ("requirements.txt",))
    assert made_from != database_template.sources()


def test_a_copy_of_it_needs_no_migration():
    executor = MigrationExecutor(connection)

    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
