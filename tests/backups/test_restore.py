"""A backup restored: everything is there, or nothing is."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import SignInLink, User
from backups import dumping, schema
from backups.models import BackupRun
from incidents.models import Attachment, Incident
from likeness.models import IncidentFeatures
from messaging import delivery
from messaging.models import Message, SendingPause
from search.engine import search
from search.models import Document
from tests.backups.conftest import ODD_NAMES, uploads_of
from tests.backups.installations import Installation
from tests.factories import NOON, IncidentFactory

pytestmark = pytest.mark.usefixtures("django_db_unblocked")


def restore(installation: Installation, path: Path, *options: str) -> str:
    """Restore in this process; what it said."""
    with installation.in_use():
        return call_command("restore", str(path), *options)


def changed_by_a_restore(rows: dict[str, list[bytes]]) -> dict[str, list[bytes]]:
    """`rows` without those that a restore is meant to change."""
    return {table: rows[table] for table in rows if table not in {"messaging_message", PAUSES}}


PAUSES = SendingPause._meta.db_table


def test_every_row_and_upload_comes_back(source, empty):
    restore(empty, source.path)

    assert changed_by_a_restore(empty.rows()) == changed_by_a_restore(source.rows)
    assert sum(map(len, source.rows.values())) > 400
    assert uploads_of(empty) == source.uploads
    assert {*ODD_NAMES} < set(source.uploads)
    assert not (empty.folder / "uploads" / "link").exists(), "links are not followed"


def test_it_works_as_before(source, prepared):
    restore(prepared, source.path)

    with prepared.in_use():
        ana = User.objects.get(username="ana")
        assert [hit.reference for hit in search("registry secret", user=ana).hits][:1] == ["INC-1"]
        assert Document.objects.filter(incident__isnull=False).count() == Incident.objects.count()
        assert IncidentFeatures.objects.exists()
        used = set(User.objects.values_list("pk", flat=True))
        assert User.objects.create(username="new").pk > max(used), "numbers go on"
        with connection.cursor() as cursor:
            names = schema.tables(schema.applied(cursor))
            cursor.execute("SELECT count(*) FROM pg_constraint WHERE contype = 'f'")
            [foreign_keys] = cursor.fetchone()
            cursor.execute("SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'")
            [indexes] = cursor.fetchone()
    with source.installation.in_use(), connection.cursor() as cursor:
        assert names == schema.tables(schema.applied(cursor))
        cursor.execute("SELECT count(*) FROM pg_constraint WHERE contype = 'f'")
        assert cursor.fetchone() == (foreign_keys,)
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'")
        assert cursor.fetchone() == (indexes,)


def test_files_are_for_their_owner_only(source, prepared):
    restore(prepared, source.path)

    with prepared.in_use():
        place = Path(Attachment.objects.first().file.path)
    assert stat.S_IMODE(source.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


def test_sessions_and_one_time_links_do_not_come_back(source, prepared):
    with source.installation.in_use():
        assert SignInLink.objects.exists()

    restore(prepared, source.path)

    with prepared.in_use(), connection.cursor() as cursor:
        assert not SignInLink.objects.exists()
        assert not BackupRun.objects.exists()
        cursor.execute("SELECT count(*) FROM django_session")
        assert cursor.fetchone() == (0,)


def test_nothing_is_sent_after_a_restore_until_somebody_says_so(source, prepared, capsys):
    restore(prepared, source.path)

    assert "Due but not sent: 1 message." in capsys.readouterr().out
    with prepared.in_use():
        waited = Message.objects.get(key="waiting")
        assert (waited.state, waited.sent_at) == ("dropped", None)
        assert "may have been sent since" in waited.last_error
        fresh = Message.objects.get(key="sent")
        fresh.pk, fresh.key, fresh.message_id, fresh.sent_at = None, "fresh", "<fresh@x>", None
        fresh.route = "inbox"
        fresh.save()
        assert delivery.due(NOON) == delivery.lease(NOON) == []
        assert delivery.deliver([fresh.pk], clock=lambda: NOON) == {}
        with pytest.raises(CommandError, match="paused"):
            call_command("send_reminders")

        call_command("resume_sending")

        assert delivery.due(NOON) == [fresh.pk]


def test_a_restore_into_what_people_use_is_refused(source, prepared):
    with prepared.in_use():
        IncidentFactory(title="Written here")

    with pytest.raises(CommandError, match="not empty"):
        restore(prepared, source.path, "--replace-seeds")

    with prepared.in_use():
        assert [each.title for each in Incident.objects.all()] == ["Written here"]


def test_seeds_are_replaced_only_when_asked_and_only_untouched(source, prepared):
    with prepared.in_use():
        call_command("seed", verbosity=0)
        call_command("first_administrator")
    with pytest.raises(CommandError, match="--replace-seeds"):
        restore(prepared, source.path)
    with prepared.in_use():
        before = Incident.objects.get(number=1)
        Incident.objects.filter(pk=before.pk).update(archived_at=NOON)
    with pytest.raises(CommandError, match="not empty"):
        restore(prepared, source.path, "--replace-seeds")
    with prepared.in_use():
        Incident.objects.filter(pk=before.pk).update(archived_at=None)

    restore(prepared, source.path, "--replace-seeds")

    assert changed_by_a_restore(prepared.rows()) == changed_by_a_restore(source.rows)


def test_a_restore_is_refused_while_somebody_is_connected(source, prepared, monkeypatch):
    monkeypatch.setattr("backups.restoring._CLOSING_SECONDS", 0.3)
    with prepared.in_use(), dumping.connect(), pytest.raises(CommandError, match="1 other"):
        call_command("restore", str(source.path))

    with prepared.in_use():
        assert not Incident.objects.exists()


def test_keys_come_back_where_they_are_included(source, prepared):
    here = {"SECRET_KEY": ""}
    done = prepared.manage("restore", source.keyed, **here)

    assert done.returncode == 0, done.stderr
    kept = prepared.folder / "secret_key"
    assert kept.read_text() == source.installation.environment()["SECRET_KEY"]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "cannot be read" not in done.stdout
    assert b"keys.json" not in source.path.read_bytes()


def test_without_keys_it_says_what_cannot_be_read(source, prepared):
    done = prepared.manage("restore", source.path, SECRET_KEY="another-" * 8)

    assert done.returncode == 0, done.stderr
    assert "SECRET_KEY of the old installation differs" in done.stdout
    assert "1 chat channel cannot be read" in done.stdout
    assert "Traceback" not in done.stderr


def test_keys_that_the_environment_sets_are_written_to_a_file(source, prepared):
    done = prepared.manage("restore", source.keyed, SECRET_KEY="another-" * 8)

    to_set = prepared.folder / "restored-keys.env"
    assert str(to_set) in done.stdout
    assert to_set.read_text().startswith("SECRET_KEY=")
    assert stat.S_IMODE(to_set.stat().st_mode) == 0o600
