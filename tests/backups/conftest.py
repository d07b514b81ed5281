"""An installation with a bit of everything, a backup of it, and empty ones to restore into."""

from __future__ import annotations

import os
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from PIL import Image

from accounts.models import SignInLink
from backups import operations
from incidents.operations import incidents, sections
from incidents.operations.attachments import attach
from incidents.operations.incidents import IncidentFields
from incidents.operations.labels import services_named
from messaging import sealing
from tests import factories
from tests.backups.installations import Installation
from tests.factories import NOON

ODD_NAMES = ("with space.png", "ümläut \n newline.png", "back\\slash", "%41 quote'.png")
NOT_UTF8 = os.fsdecode(b"not-\xff-utf8.png")


@pytest.fixture
def django_db_unblocked(django_db_blocker):
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="session")
def new_installation(django_db_setup, django_db_blocker, tmp_path_factory):
    """`new_installation(template=…)` is an installation that is dropped after the session."""
    made: list[Installation] = []

    def make(*, template: str = "") -> Installation:
        folder = tmp_path_factory.mktemp("installation") / "var"
        made.append(Installation(f"nw_backup_{os.getpid()}_{len(made)}", folder))
        return made[-1].create(template=template)

    with django_db_blocker.unblock():
        yield make
        for installation in made:
            installation.drop()


@pytest.fixture(scope="session")
def database(new_installation) -> str:
    """The name of a database with all tables and no rows of ours, to copy from."""
    installation = new_installation()
    with installation.in_use():
        call_command("migrate", interactive=False, verbosity=0)
    return installation.name


@pytest.fixture
def empty(new_installation) -> Installation:
    """An installation without any table."""
    return new_installation()


@pytest.fixture
def prepared(new_installation, database) -> Installation:
    """An installation whose tables are there, with nothing written into them."""
    return new_installation(template=database)


@dataclass(frozen=True)
class Source:
    """An installation that people have used, and the backup that was made of it."""

    installation: Installation
    path: Path
    keyed: Path
    rows: dict[str, list[bytes]]
    uploads: dict[str, bytes]


@pytest.fixture(scope="session")
def source(new_installation, database) -> Source:
    installation = new_installation(template=database)
    with installation.in_use():
        fill(installation)
        clock = lambda: NOON  # noqa: E731
        path = installation.folder / "one.tar"
        keyed = installation.folder / "with-keys.tar"
        operations.back_up(path, with_keys=False, clock=clock)
        operations.back_up(keyed, with_keys=True, clock=clock)
    return Source(installation, path, keyed, installation.rows(), uploads_of(installation))


def png() -> SimpleUploadedFile:
    written = BytesIO()
    Image.new("RGB", (8, 6), "red").save(written, format="PNG")
    return SimpleUploadedFile("graph.png", written.getvalue())


def fill(installation: Installation) -> None:
    """A bit of everything: what people wrote, what waits to be sent, and what expires."""
    ana = factories.UserFactory(username="ana", full_name="Ána “Tab\t” \\N Author")
    team = factories.TeamFactory(lead=ana)
    written = incidents.create(
        IncidentFields(
            title="Registry secret expired", services=services_named(["registry"], by=ana)
        ),
        by=ana,
        at=NOON,
    )
    sections.add(
        written, title="Odd", body="a\tb\\.\n\\N\n\\\\x 🦘 \x01", kind="other", by=ana, at=NOON
    )
    attach(written, upload=png(), by=ana, at=NOON)
    removed = attach(written, upload=png(), by=ana, at=NOON)
    Path(removed.file.path).unlink()
    factories.IncidentFactory(number=77, visibility="restricted", title="Quiet", owner=ana)
    factories.FixCheckFactory()
    factories.PatternLinkFactory()
    factories.PlaybookUseFactory()
    factories.PlaybookRunFactory()
    factories.CalendarFeedFactory(owner=ana, team=team)
    factories.SavedSearchFactory(owner=ana)
    factories.ChannelFactory(user=ana, sealed_address=sealing.seal("mmost://127.0.0.1:1/token"))
    factories.MessageFactory(recipient=ana, key="sent")
    factories.MessageFactory(recipient=ana, key="waiting", sent_at=None)
    SignInLink.objects.issue(ana, at=NOON)
    SessionStore().save()
    for name in (*ODD_NAMES, NOT_UTF8):
        (installation.folder / "uploads" / name).write_bytes(name.encode(errors="replace"))
    (installation.folder / "uploads" / "link").symlink_to("/etc/passwd")


def uploads_of(installation: Installation) -> dict[str, bytes]:
    root = installation.folder / "uploads"
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and not path.is_symlink()
    }
