"""The nightly backup: when it is due, what is kept, and what happens when it fails."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings

from backups import operations, tasks
from backups.archive import Archive
from backups.models import BackupRun
from backups.retention import to_keep
from backups.schedule import is_due
from config.celery import app

TUESDAY = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def day(number: int, hour: int = 2) -> datetime:
    return datetime(2026, 3, 1, hour, 5, tzinfo=UTC) + timedelta(days=number - 1)


@pytest.mark.parametrize(
    ("now", "last_success", "last_failure", "due"),
    [
        (TUESDAY, None, None, True),
        (TUESDAY, TUESDAY - 6 * HOUR, None, False),
        (TUESDAY, TUESDAY - 24 * HOUR, None, True),  # the machine was off at two o'clock
        (TUESDAY, TUESDAY - 8 * HOUR, None, True),  # made at one, before its time
        (TUESDAY.replace(hour=1), TUESDAY - 30 * HOUR, None, False),
        (TUESDAY.replace(hour=1), TUESDAY - 34 * HOUR, None, True),
        (TUESDAY, None, TUESDAY - HOUR / 2, False),
        (TUESDAY, None, TUESDAY - HOUR, True),
        (TUESDAY, TUESDAY - 6 * HOUR, TUESDAY - 7 * HOUR, False),
    ],
)
def test_it_is_due_once_after_its_hour_however_late(now, last_success, last_failure, due):
    assert is_due(now, hour=2, last_success=last_success, last_failure=last_failure) is due


def test_it_is_made_once_a_day_over_a_year_of_ticks():
    made: list[datetime] = []
    for tick in range(365 * 24 * 6):
        now = TUESDAY + timedelta(minutes=10 * tick)
        if is_due(now, hour=2, last_success=made[-1] if made else None, last_failure=None):
            made.append(now)

    assert len(made) == 366
    assert {each.hour for each in made[1:]} == {2}


def test_the_newest_of_seven_days_and_four_weeks_are_kept():
    moments = [day(number) for number in range(1, 61)] + [day(60, hour=9)]

    kept = to_keep(moments, daily=7, weekly=4)

    days = sorted((each.date() - day(1).date()).days + 1 for each in kept)
    assert days == [43, 50, 54, 55, 56, 57, 58, 59, 60]  # 43, 50 and 57 are Sundays' weeks' ends
    assert day(60, hour=9) in kept
    assert day(60) not in kept


def test_a_long_pause_deletes_nothing():
    moments = [day(1), day(2), day(300)]

    assert to_keep(moments, daily=7, weekly=4) == set(moments)


def test_beat_runs_it():
    entry = app.conf.beat_schedule["backup"]

    assert entry["task"] in app.tasks
    assert len(entry["schedule"].minute) == 6


class TestOnADatabase:
    pytestmark = pytest.mark.usefixtures("django_db_unblocked")

    @pytest.fixture
    def used(self, prepared):
        with prepared.in_use(), override_settings(BACKUP_NIGHTLY=True):
            yield prepared

    @staticmethod
    def files(folder: Path) -> list[str]:
        return sorted(path.name for path in (folder / "backups").iterdir())

    def test_ticks_of_two_beats_make_one(self, used):
        barrier, found = threading.Barrier(4), []

        def tick():
            barrier.wait()
            found.append(operations.back_up_nightly(clock=lambda: TUESDAY))
            connection.close()

        threads = [threading.Thread(target=tick) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len([each for each in found if each]) == 1
        assert self.files(used.folder) == ["nevertwice-nightly-20260303T090000Z.tar"]
        run = BackupRun.objects.get()
        assert (run.state, run.size) == ("done", Path(run.path).stat().st_size)
        assert (used.folder / "backups").stat().st_mode & 0o777 == 0o700
        assert operations.back_up_nightly(clock=lambda: TUESDAY + 3 * HOUR) is None
        assert operations.back_up_nightly(clock=lambda: TUESDAY + 24 * HOUR)

    def test_retention_deletes_its_own_old_files_and_no_others(self, used, tmp_path):
        others = [
            used.folder / "backups" / name
            for name in ("notes.txt", "nevertwice-nightly-20200101T020000Z.tar")
        ]
        others[0].parent.mkdir(parents=True)
        for path in others:
            path.write_text("somebody else's")
        by_hand = operations.back_up(with_keys=False, clock=lambda: day(1)).made.path
        elsewhere = tmp_path / "precious.tar"
        elsewhere.write_text("mine")
        BackupRun.objects.create(
            kind="nightly", started_at=day(-1), ended_at=day(-1), path=str(elsewhere)
        )
        linked = used.folder / "backups" / "nevertwice-nightly-20200102T020000Z.tar"
        linked.symlink_to(elsewhere)
        BackupRun.objects.create(
            kind="nightly", started_at=day(0), ended_at=day(0), path=str(linked)
        )

        with override_settings(BACKUP_KEEP_DAILY=2, BACKUP_KEEP_WEEKLY=0):
            for number in range(1, 5):
                operations.back_up_nightly(clock=partial(day, number))

        assert self.files(used.folder) == sorted(
            [
                *(path.name for path in (*others, by_hand, linked)),
                "nevertwice-nightly-20260303T020500Z.tar",
                "nevertwice-nightly-20260304T020500Z.tar",
            ]
        )
        assert elsewhere.read_text() == "mine"
        assert BackupRun.objects.exclude(deleted_at=None).count() == 2

    def test_one_at_a_time(self, used):
        with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
            other.execute("SELECT pg_advisory_lock(%s)", [operations.ONE_BACKUP])

            assert operations.back_up_nightly(clock=lambda: TUESDAY) is None
            with pytest.raises(operations.AlreadyRunning):
                operations.back_up(with_keys=False, clock=lambda: TUESDAY)

        assert not BackupRun.objects.exists()

    def test_a_failure_is_recorded_logged_and_tried_again_an_hour_later(self, used, caplog):
        (used.folder / "backups").mkdir(parents=True)
        (used.folder / "backups" / "in-the-way").write_text("")
        with override_settings(BACKUP_DIR=used.folder / "backups" / "in-the-way"):
            tasks.back_up_when_due()
        tasks.back_up_when_due()

        run = BackupRun.objects.get()
        assert "could not be written" in run.error
        assert "The nightly backup failed" in caplog.text
        BackupRun.objects.update(started_at=run.started_at - HOUR)

        tasks.back_up_when_due()

        assert [each.state for each in BackupRun.objects.newest_first()] == ["done", "failed"]

    def test_it_is_off_where_the_settings_say_so(self, used):
        with override_settings(BACKUP_NIGHTLY=False):
            tasks.back_up_when_due()

        assert not BackupRun.objects.exists()

    def test_keys_are_in_it_by_choice_only(self, used):
        for keys in (False, True):
            BackupRun.objects.all().delete()
            with override_settings(BACKUP_KEYS=keys):
                finished = operations.back_up_nightly(
                    clock=lambda moment=TUESDAY + 24 * HOUR * keys: moment
                )
            assert (settings.SECRET_KEY.encode() in finished.made.path.read_bytes()) is keys
            with Archive(finished.made.path) as archive:
                assert archive.manifest["keys"]["included"] is keys

    def test_uploads_that_are_missing_on_disk_are_reported(self, source):
        with source.installation.in_use():
            run = BackupRun.objects.newest_first().first()

        assert run.state == "done"
        assert run.warning.startswith("1 upload of which the database knows not found on disk")
