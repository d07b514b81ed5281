"""A served site with the seeds in it, and a browser that notices what a person would not.

Every page of a journey fails its test for an error in the console, a violation of the content
security policy, or a request that leaves the machine. A journey that fails leaves a picture and
a trace of its page in VAR_DIR (`playwright show-trace` opens it).
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings as product_settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    WebError,
    expect,
)
from playwright.sync_api import Error as PlaywrightError

from accounts.models import SignInLink, User
from tests.factories import UserFactory
from tests.journeys.snapshot import Snapshot

# Firefox ESR lacks some commands that Playwright sends to it; see the script.
GUARD = Path(__file__).with_name("firefox_guard.cjs")
os.environ["NODE_OPTIONS"] = f'{os.environ.get("NODE_OPTIONS", "")} --require "{GUARD}"'.strip()

# Playwright's synchronous API runs an event loop in the thread in which Django's tests use the
# database; the database is never touched from inside that loop.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# How long a page takes says how busy the machine is; what never comes is worth the wait once.
expect.set_options(timeout=30_000)

HERE = ("127.0.0.1", "localhost")
ABORTED = 0x804B0002  # NS_BINDING_ABORTED


@pytest.fixture(scope="session")
def browser(
    request: pytest.FixtureRequest, playwright: Playwright, launch_browser: Callable[[], Browser]
) -> Iterator[Browser]:
    """Chromium, or for a test marked as `in_both_browsers`, Firefox ESR as well."""
    is_firefox = getattr(request, "param", "chromium") == "firefox"
    browser = _firefox(playwright) if is_firefox else launch_browser()
    yield browser
    browser.close()


def _firefox(playwright: Playwright) -> Browser:
    """Start the Firefox of this machine, else the one that Playwright brings where it can."""
    found = os.environ.get("FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
    if found is None:
        return playwright.firefox.launch()
    return playwright.firefox.launch(channel="moz-firefox", executable_path=found)


@pytest.fixture
def context(context: BrowserContext, request: pytest.FixtureRequest) -> BrowserContext:
    """A context with the clock of the test, whose trace is kept when the test fails.

    Setting the clock, as snapshots would, runs a script in every frame. The frame of a mail
    complains of scripts: tests that open one are marked `shows_mail`, and read no clock there.
    """
    if context.browser.browser_type.name == "chromium":
        context.tracing.start()
    if request.node.get_closest_marker("shows_mail") is None:
        context.clock.set_system_time(timezone.now())
    return context


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """A journey that fails leaves a picture and a trace, and says what stood on the page."""
    report = yield
    page = getattr(item, "funcargs", {}).get("page")
    if call.when == "call" and report.failed and page is not None:
        name = re.sub(r"\W+", "-", f"{item.path.stem}-{item.name}").strip("-")
        report.sections.append(("The page", _left_by(page, product_settings.VAR_DIR / name)))
    return report


def _left_by(page: Page, where: Path) -> str:
    """Where the picture and the trace of `page` are now, and the beginning of its text."""
    picture, trace = where.with_suffix(".png"), where.with_suffix(".zip")
    try:
        page.context.tracing.stop(path=trace)
        page.screenshot(path=picture, full_page=True, timeout=10_000)
        seen = page.locator("body").inner_text(timeout=10_000)
    except PlaywrightError as error:
        return f"Trace: {trace}\nIt cannot be shown: {error}"
    return f"Picture: {picture}\nTrace: {trace}\nAddress: {page.url}\n{seen[:1500]}"


@pytest.fixture(scope="session")
def opening() -> Snapshot:
    """What a new knowledge base opens with. The first journey loads it, all others copy it."""
    return Snapshot()


@pytest.fixture
def site(transactional_db, live_server, settings, opening) -> Iterator[str]:
    """The address of a served knowledge base that holds the seeds."""
    settings.SITE_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    if opening.rows:
        opening.restore()
    else:
        call_command("seed", verbosity=0)
        opening.take()
    yield live_server.url
    wait_for_requests()


def wait_for_requests() -> None:
    """Wait up to ten seconds for requests still under way, with which emptying tables deadlocks."""
    busy = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND state <> 'idle'"
    )
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute(busy)
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.1)


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
        # Firefox reports the requests of a page that was left in this way; the page says nothing.
        is_left = "htmx:error: NetworkError" in message.text
        if message.type == "error" and not is_left:
            complaints.append(f"console: {message.text}")

    def request(sent: Request) -> None:
        address = urlsplit(sent.url)
        if address.scheme in ("http", "https") and address.hostname not in HERE:
            complaints.append(f"request leaves the machine: {sent.url}")

    context.on("console", console)

    def script(error: WebError) -> None:
        # Firefox reports fonts, too, of a page that was left before they had come.
        if f"status={ABORTED}" not in str(error.error):
            complaints.append(f"script: {error.error}")

    context.on("weberror", script)
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
