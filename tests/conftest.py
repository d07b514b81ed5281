"""The fixed cast of people, and what every test stands on."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Role, User
from tests.factories import UserFactory


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    """No test writes where the product keeps its own things, or needs static files collected."""
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.MAIL_DIR = tmp_path / "mail"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def vera(db) -> User:
    """Vera reads: a viewer."""
    return UserFactory(username="vera", full_name="Vera Viewer", role=Role.VIEWER)


@pytest.fixture
def ana(db) -> User:
    """Ana writes postmortems: an author, in Dublin."""
    return UserFactory(
        username="ana", full_name="Ana Author", role=Role.AUTHOR, time_zone="Europe/Dublin"
    )


@pytest.fixture
def ben(db) -> User:
    """Ben is another author, in Los Angeles."""
    return UserFactory(
        username="ben", full_name="Ben Builder", role=Role.AUTHOR, time_zone="America/Los_Angeles"
    )


@pytest.fixture
def rita(db) -> User:
    """Rita reviews and publishes."""
    return UserFactory(username="rita", full_name="Rita Reviewer", role=Role.REVIEWER)


@pytest.fixture
def omar(db) -> User:
    """Omar is the administrator."""
    return UserFactory(username="omar", full_name="Omar Operator", role=Role.ADMINISTRATOR)


@pytest.fixture
def signed_in():
    """`signed_in(person)` is a browser-like client in which that person is signed in."""

    def sign_in(person: User) -> Client:
        client = Client()
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in
