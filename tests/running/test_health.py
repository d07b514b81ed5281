from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from backups.models import BackupRun


def test_health_answers_without_sign_in_and_says_how_old_the_last_backup_is(client, db, settings):
    settings.BACKUP_NIGHTLY = True

    answer = client.get("/health/")

    assert answer.status_code == 200
    assert answer.content == b"ok\nbackup: warn, none yet\n"


@pytest.mark.parametrize(
    ("nightly", "hours", "failed", "line"),
    [
        (True, 5, False, b"ok, 5 h old"),
        (True, 1, False, b"ok, 1 h old"),
        (True, 49, False, b"warn, 2 days 1 h old"),
        (True, 5, True, b"warn, 5 h old, last attempt failed"),
        (False, 500, False, b"off, 21 days old"),
    ],
)
def test_an_old_backup_is_a_warning_and_never_a_failure(
    client, db, settings, nightly, hours, failed, line
):
    settings.BACKUP_NIGHTLY = nightly
    now = timezone.now()
    started = now - timedelta(hours=hours, minutes=1)
    BackupRun.objects.create(kind="nightly", started_at=started, ended_at=now, path="x")
    if failed:
        BackupRun.objects.create(
            kind="nightly", started_at=now, ended_at=now, path="x", error="The disk is full: /srv."
        )

    answer = client.get("/health/")

    assert answer.status_code == 200
    assert answer.content == b"ok\nbackup: " + line + b"\n"


def test_health_is_503_without_a_database(client, db):
    with connection.execute_wrapper(refuse):
        answer = client.get("/health/")

    assert answer.status_code == 503
    assert b"Traceback" not in answer.content


def test_health_is_not_redirected_to_https(client, db, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get("/health/").status_code == 200


def refuse(execute, sql, params, many, context):
    raise OperationalError("the server is gone")
