"""The fixed cast of people, and what every test stands on."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings as product_settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as examples

from accounts.models import Role, User
from tests import clocks, database_template, own_broker
from tests.factories import UserFactory

# How long an example takes says how busy the machine is, nothing about the product.
examples.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
if examples.get_current_profile_name() != "ci":
    examples.load_profile("ours")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--clock",
        action="append",
        choices=[*clocks.MOMENTS, "all"],
        help="run the tests at this moment instead of the ordinary Wednesday; may be repeated",
    )
    parser.addoption(
        "--clocks",
        action="store_true",
        help="run only the tests that read the clock, at each moment of tests/clocks.py",
    )


def pytest_configure() -> None:
    # A shell starts what runs in its background with Ctrl-C ignored, and every process would
    # inherit that; some tests interrupt one.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    clocks.begin(clocks.WEDNESDAY)
    sys.addaudithook(clocks.refuse_without)
    own_broker.use()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    named = metafunc.config.getoption("clock") or []
    depending = metafunc.config.getoption("clocks") and clocks.matters_to(metafunc.definition)
    if depending or "all" in named:
        named = list(clocks.MOMENTS)
    if named:
        metafunc.parametrize("_clock", named, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Function]) -> None:
    if config.getoption("clocks"):
        config.hook.pytest_deselected(items=[it for it in items if not clocks.matters_to(it)])
        items[:] = [item for item in items if clocks.matters_to(item)]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    callspec = getattr(item, "callspec", None)
    clocks.begin(clocks.moment(callspec.params.get("_clock", "") if callspec else ""))
    clocks.pass_on()


@pytest.fixture(autouse=True)
def _clock() -> None:
    """The moment at which the test begins; `pytest_runtest_setup` has set it."""


@pytest.fixture
def stopped_clock() -> None:
    """For tests that compare two answers: no minute passes between them."""
    clocks.begin(timezone.now(), tick=False)


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    """No test remembers another, writes where the product does, or needs collected static files."""
    cache.clear()
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.MAIL_DIR = tmp_path / "mail"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix, django_db_blocker
) -> Iterator[None]:
    """Without DATABASE_URL, an embedded PostgreSQL runs as long as the tests do."""
    with contextlib.ExitStack() as running:
        if product_settings.DATABASE_IS_EMBEDDED:
            server = dataclasses.replace(product_settings.EMBEDDED_POSTGRES, durable=False)
            running.enter_context(server.in_use())
        with django_db_blocker.unblock():
            database_template.use()
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """The machine's own Chromium where there is one, and nothing that phones home."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    quiet = ["--no-first-run", "--disable-background-networking", "--disable-component-update"]
    return {
        **browser_type_launch_args,
        **({"executable_path": found} if found else {}),
        "args": ["--no-sandbox", "--disable-gpu", "--disable-sync", *quiet],
    }


@pytest.fixture
def context(context):
    """A browser context in which no request may leave the machine."""
    strays: list[str] = []

    def stop(route):
        strays.append(route.request.url)
        route.abort()

    context.route(lambda url: urlsplit(url).hostname not in {"127.0.0.1", "localhost", None}, stop)
    yield context
    assert not strays, f"Requests that left the machine: {strays}"


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
