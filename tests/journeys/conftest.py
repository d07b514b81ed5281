"""A served site with the seeds in it, and a browser that notices what a person would not.

Every page of a journey fails its test for an error in the console, a violation of the content
security policy, or a request that leaves the machine.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

from accounts.models import SignInLink, User
from tests.factories import UserFactory

# Playwright's synchronous API runs an event loop in the thread in which Django's tests use the
# database; the database is never touched from inside that loop.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

HERE = ("127.0.0.1", "localhost")


@pytest.fixture
def site(transactional_db, live_server, settings) -> str:
    """The address of a served knowledge base that holds the seeds."""
    settings.SITE_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    call_command("seed", verbosity=0)
    return live_server.url


@pytest.fixture
def administrator(transactional_db) -> User:
    person = UserFactory.build(
        username="omar", full_name="Omar Operator", role="administrator", time_zone="Europe/Dublin"
    )
    person.set_unusable_password()
    person.save()
    return person


@pytest.fixture
def watched(context: BrowserContext) -> Iterator[list[str]]:
    """Everything that went wrong behind the pages of this test; must stay empty."""
    complaints: list[str] = []

    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"console: {message.text}")

    def request(sent: Request) -> None:
        address = urlsplit(sent.url)
        if address.scheme in ("http", "https") and address.hostname not in HERE:
            complaints.append(f"request leaves the machine: {sent.url}")

    context.on("console", console)
    context.on("weberror", lambda error: complaints.append(f"script: {error.error}"))
    context.on("request", request)
    yield complaints
    assert complaints == []


@pytest.fixture
def enter(site: str, page: Page, watched: list[str]) -> Callable[[User], Page]:
    """`enter(person)` signs that person in by a one-time link and stands on the home page."""

    def sign_in(person: User) -> Page:
        token = SignInLink.objects.issue(person, at=timezone.now())
        page.goto(f"{site}/sign-in/{token}/")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{site}/")
        return page

    return sign_in
