"""What `manage.py prepare` leaves behind, whatever it finds."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from config.preparation import NotReady, prepare
from incidents.models import Incident
from search.models import Document
from tests.factories import IncidentFactory

pytestmark = pytest.mark.django_db


def test_incidents_without_an_index_are_indexed_before_new_seeds_are_loaded(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    IncidentFactory(number=4711, title="The index of an earlier version knew this")
    said: list[str] = []

    prepare(say=said.append)
    prepare(say=said.append)

    assert [line for line in said if "index" in line] == ["Building the search index."]
    assert not Incident.objects.filter(search_document=None).exists()
    assert Document.objects.filter(incident__number=4711).exists()


def test_a_database_of_another_version_is_refused_in_one_line(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    MigrationRecorder(connection).record_applied("incidents", "0026_waits_in_the_history")

    with pytest.raises(NotReady) as refused:
        prepare(say=print)

    [line] = str(refused.value).splitlines()
    assert "incidents.0026_waits_in_the_history" in line
    assert "supported from 0.2.0 on" in line
