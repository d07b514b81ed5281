"""A wrong setting is named in one line, with what was expected, and nothing is started."""

from __future__ import annotations

import subprocess

import pytest

from tests.running.server import ROOT, environment


def serve(folder, **variables) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / ".venv/bin/python", "manage.py", "serve"],
        cwd=ROOT,
        env=environment(folder, **variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PORT", "http", "a port number from 1 to 65535"),
        ("DEBUG", "maybe", "true or false"),
        ("SITE_URL", "nevertwice.example.com", "such as https://nevertwice.example.com"),
        ("SECRET_KEY", "short", "a random string of 50 characters or more"),
        ("ALLOWED_HOSTS", "http://a", "host names separated by commas"),
        ("DATABASE_URL", "mysql://127.0.0.1/x", "postgres://USER:PASSWORD@HOST:PORT/NAME"),
        ("DATABASE_POOL_SIZE", "-1", "a number from 0 to 1000"),
        ("CACHE_URL", "memcached://127.0.0.1", "redis://HOST:PORT/NUMBER"),
        ("EMAIL_URL", "mail.example.com", "smtp://USER:PASSWORD@HOST:PORT"),
        ("CELERY_BROKER_URL", "sqs://", "redis://HOST:PORT/NUMBER"),
        ("BEHIND_PROXY", "2", "true or false"),
        ("BACKUP_HOUR", "24", "an hour from 0 to 23, in UTC"),
        ("BACKUP_NIGHTLY", "at night", "true or false"),
        ("BACKUP_KEEP_DAILY", "0", "a number from 1 to 1000"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(tmp_path, name, value, expected):
    done = serve(tmp_path / "var", **{name: value})

    assert done.returncode == 1
    [line] = done.stderr.strip().splitlines()
    assert line.startswith(f"{name} is '{value}'; expected ")
    assert expected in line
    assert not (tmp_path / "var" / "postgres").exists()


def test_a_password_in_a_wrong_value_is_not_shown(tmp_path):
    done = serve(tmp_path / "var", DATABASE_URL="mysql://ana:geheim@db/nevertwice")

    assert "geheim" not in done.stderr
    assert "DATABASE_URL is 'mysql://…@db/nevertwice'" in done.stderr


def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path):
    done = serve(
        tmp_path / "var", DATABASE_URL="postgres://ana:geheim@127.0.0.1:9/nevertwice", PORT="8991"
    )

    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("DATABASE_URL: nevertwice at 127.0.0.1 cannot be used: ")
    assert "Connection refused" in last
    assert "geheim" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["postgres", "postgres/backups", "uploads/backups"])
def test_backups_are_not_kept_inside_of_what_they_save(tmp_path, name):
    refused = serve(tmp_path, BACKUP_DIR=str(tmp_path / name))

    assert refused.returncode == 1
    assert refused.stderr.startswith("BACKUP_DIR is ")
    assert "expected a folder outside" in refused.stderr
