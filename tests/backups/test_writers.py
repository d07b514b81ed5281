"""A backup that is made while twenty people write is one moment of what they wrote."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import User
from backups import operations
from incidents.exchange import document_of, render
from incidents.models import Attachment, Incident, Section
from incidents.operations import incidents, sections
from incidents.operations.attachments import attach
from incidents.operations.incidents import IncidentFields
from tests.backups.conftest import png
from tests.factories import UserFactory

pytestmark = pytest.mark.usefixtures("django_db_unblocked")
WRITERS = 20


@dataclass
class Written:
    """Everything acknowledged to the writers, with its moment: reference, text and upload."""

    entries: list[tuple[float, str, str, str]] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    def until(self, moment: float) -> list[tuple[str, str, str]]:
        return [entry[1:] for entry in self.entries if entry[0] < moment]


def write(person: User, stop: threading.Event, written: Written) -> None:
    """Create incidents with a text and an image, one after the other, until `stop`."""
    number = 0
    try:
        while not stop.is_set():
            number += 1
            text = f"{person.username} wrote {number}"
            fields = IncidentFields(title=f"Incident of {person.username}")
            made = incidents.create(fields, by=person, at=timezone.now())
            section = Section.objects.filter(incident=made).first()
            sections.save(
                section,
                title=section.title,
                body=text,
                kind=section.kind,
                base_version=section.version,
                by=person,
                at=timezone.now(),
            )
            image = attach(made, upload=png(), by=person, at=timezone.now())
            written.entries.append((time.monotonic(), made.reference, text, image.file.name))
    except BaseException as error:  # noqa: BLE001 (the test fails with it)
        written.errors.append(error)
    finally:
        connection.close()


@pytest.fixture
def busy(new_installation, database):
    """An installation in which twenty people write, and what they were told is saved."""
    installation = new_installation(template=database)
    written, stop = Written(), threading.Event()
    with installation.in_use():
        people = [UserFactory(username=f"writer{n}") for n in range(WRITERS)]
        threads = [threading.Thread(target=write, args=(each, stop, written)) for each in people]
        for thread in threads:
            thread.start()
        try:
            yield written
        finally:
            stop.set()
            for thread in threads:
                thread.join()


def test_a_backup_under_twenty_writers_is_consistent(busy, prepared, tmp_path):
    written = busy
    wait_for(lambda: len(written.entries) >= 2 * WRITERS or written.errors)
    backups = []
    for number in range(3):
        at = time.monotonic()
        path = tmp_path / f"{number}.tar"
        operations.back_up(path, with_keys=False, clock=timezone.now)
        backups.append((path, written.until(at)))
    assert written.errors == []
    wait_for(lambda: len(written.entries) > len(backups[-1][1]) or written.errors)
    assert written.errors == []

    path, acknowledged = backups[-1]
    with prepared.in_use():
        call_command("restore", str(path))
        texts = set(Section.objects.values_list("incident__reference", "body"))
        uploads = set(Attachment.objects.values_list("incident__reference", "file"))
        for reference, text, upload in acknowledged:
            assert (reference, text) in texts
            assert (reference, upload) in uploads
        check_invariants(Path(prepared.folder))


def wait_for(happened) -> None:
    give_up = time.monotonic() + 300
    while not happened():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def check_invariants(folder: Path) -> None:
    """Assert for every restored incident what holds after each operation."""
    assert Incident.objects.count() >= 2 * WRITERS
    for incident in Incident.objects.all():
        numbers = list(incident.revisions.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
        assert incident.revisions.first().content == render(document_of(incident))
    for section in Section.objects.all():
        kept = section.versions.order_by("-version").first()
        if kept is not None:
            assert (kept.version, kept.body) == (section.version, section.body)
    for attachment in Attachment.objects.all():
        assert (folder / "uploads" / attachment.file.name).stat().st_size == attachment.size
    latest = Incident.objects.latest("created_at").created_at
    assert timezone.now() - latest < timedelta(minutes=10)
