"""Answers while the database or the disk does not work, and the text that was being saved.

PostgreSQL itself raises each error; the full disk is a real one of 64 kB."""

from __future__ import annotations

import io
import json
import os
import subprocess

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from PIL import Image

from config.celery import app
from incidents.operations import incidents
from incidents.operations.incidents import IncidentFields
from tests.factories import NOON

pytestmark = pytest.mark.django_db

TEXT = "The <b>certificate</b> expired\nunnoticed & nobody was told."
DISK_FULL, SHUTTING_DOWN, DEADLOCK, READ_ONLY = "53100", "57P01", "40P01", "25006"
BUG = "22012"  # a division by zero


@pytest.fixture
def section(ana):
    incident = incidents.create(IncidentFields(title="Hub down"), by=ana, at=NOON)
    return incident.sections.first()


@pytest.fixture
def client(ana, signed_in) -> Client:
    client = signed_in(ana)
    client.raise_request_exception = False
    return client


@pytest.fixture
def failing():
    """`failing(code)` has PostgreSQL refuse to save sections with this error."""

    def fail(code: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" RAISE 'could not extend file' USING ERRCODE = '{code}'; END $$"
            )
            cursor.execute(
                "CREATE TRIGGER fail BEFORE UPDATE ON incidents_section"
                " FOR EACH ROW EXECUTE FUNCTION fail()"
            )

    return fail


def save(client: Client, section, **headers: str):
    form = {"title": "Summary of it", "body": TEXT, "kind": "summary", "version": "1"}
    form |= {"csrfmiddlewaretoken": "x" * 32, "password": "a secret of mine", "new_token": "t t"}
    address = f"/incidents/{section.incident.reference}/sections/{section.pk}/edit/"
    headers.setdefault("Origin", "http://testserver")
    return client.post(address, form, headers=headers)


@pytest.mark.parametrize(
    ("code", "words", "seconds"),
    [
        (DISK_FULL, "disk is full", "60"),
        (SHUTTING_DOWN, "database is not responding", "10"),
        (DEADLOCK, "database is not responding", "10"),
        (READ_ONLY, "database is not responding", "10"),
    ],
)
def test_text_that_was_being_saved_is_given_back(client, section, failing, code, words, seconds):
    failing(code)

    answer = save(client, section)

    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, seconds)
    assert words in page
    assert "was not saved" in page
    assert "The &lt;b&gt;certificate&lt;/b&gt; expired\nunnoticed &amp; nobody was told." in page
    assert '<textarea class="form-control" id="text-1" name="body"' in page
    assert '<input type="hidden" name="version" value="1">' in page
    assert f'action="/incidents/{section.incident.reference}/sections/{section.pk}/edit/"' in page
    assert "no-store" in answer["Cache-Control"]
    assert "draft_saved" not in answer.cookies
    assert "a secret of mine" not in page
    assert "new_token" not in page
    assert "x" * 32 not in page


def test_the_form_that_is_given_back_saves_it(client, section, failing):
    failing(DISK_FULL)
    page = save(client, section).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER fail ON incidents_section")
    checking = Client(enforce_csrf_checks=True)
    checking.cookies = client.cookies
    token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    form = {"title": "Summary of it", "body": TEXT, "kind": "summary", "version": "1"}
    address = page.partition('action="')[2].partition('"')[0]

    saved = checking.post(address, form | {"csrfmiddlewaretoken": token})

    section.refresh_from_db()
    assert saved.status_code == 302
    assert section.body == TEXT


def test_what_another_site_sent_is_not_given_a_button(client, section, failing):
    failing(DISK_FULL)

    answer = save(client, section, Origin="https://evil.example.com")

    assert answer.status_code == 503
    assert "certificate" not in answer.content.decode()
    assert "<form" not in answer.content.decode()


def test_a_fragment_and_a_script_get_a_sentence(client, section, failing):
    failing(DISK_FULL)

    fragment = save(client, section, **{"HX-Request": "true"})
    script = save(client, section, Accept="application/json")

    assert (fragment.status_code, script.status_code) == (503, 503)
    assert fragment.content.decode().startswith("The server’s disk is full.")
    assert "<" not in fragment.content.decode()
    assert "disk is full" in json.loads(script.content)["error"][0]
    assert fragment["Retry-After"] == script["Retry-After"] == "60"


def test_an_error_of_ours_is_still_one(client, section, failing):
    failing(BUG)

    answer = save(client, section)

    assert answer.status_code == 500
    assert "Something went wrong" in answer.content.decode()


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of its own that has room for 64 kB. Only root can mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=True, timeout=20
    )
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True, timeout=20)


def a_large_image() -> SimpleUploadedFile:
    written = io.BytesIO()
    Image.frombytes("RGB", (300, 300), os.urandom(300 * 300 * 3)).save(written, "PNG")
    return SimpleUploadedFile("graph.png", written.getvalue(), "image/png")


def test_an_upload_to_a_full_disk(client, section, settings, small_disk):
    settings.MEDIA_ROOT = small_disk

    answer = client.post(
        f"/incidents/{section.incident.reference}/attachments/",
        {"image": a_large_image()},
        headers={"X-Requested-With": "XMLHttpRequest"},
    )

    assert answer.status_code == 503
    assert "disk is full" in answer.json()["error"][0]


def test_a_broker_on_a_full_disk_fails_no_request(
    client, section, small_disk, django_capture_on_commit_callbacks, caplog
):
    """The worker learns later, from beat, what it was not told; the text is saved."""
    before = app.conf.broker_transport_options
    folders = {f"data_folder_{way}": str(small_disk) for way in ("in", "out")}
    app.conf.broker_transport_options = before | folders
    app._after_fork()  # it connects anew
    try:
        (small_disk / "everything else").write_bytes(b"x" * 64 * 1024)
        with django_capture_on_commit_callbacks(execute=True) as told:
            answer = save(client, section)
    finally:
        app.conf.broker_transport_options = before
        app._after_fork()  # it connects anew

    section.refresh_from_db()
    assert len(told) == 2
    assert "Error calling" in caplog.text
    assert "No space left on device" in caplog.text
    assert answer.status_code == 302
    assert section.body == TEXT
