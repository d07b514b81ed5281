"""Pictures of every page, wide and on a phone, light and dark, compared with the last ones.

`script/pictures` runs this; it is no part of the tests, since whether a page looks right is for a
person to see. Pictures go to VAR_DIR/pictures/now, those of the last run to …/before; index.html
beside them shows each pair, the most changed first, and sheet-*.png shows all in one picture.
`PAGES=incidents,home` takes only the pages whose name holds one of these words.
"""

from __future__ import annotations

import html
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as product_settings
from django.utils import timezone
from PIL import Image, ImageChops, ImageDraw
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from accounts.models import User
from incidents.models import Incident, PatternLink, Service
from playbooks.models import FailurePattern
from tests.factories import (
    ActionItemFactory,
    IncidentFactory,
    RootCauseFactory,
    SectionFactory,
    TimelineEventFactory,
    UserFactory,
)
from tests.journeys.pages import PAGES, WAYS_IN, furnish

WIDTHS = {1280: 900, 390: 844}
SCHEMES = ("light", "dark")
HIGHEST = 4000  # pixels; what a page has below this is not in its picture
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung" * 2
RIGHT_TO_LEFT = "انقطاع خدمة الدفع بعد انتهاء صلاحية الشهادة"


@pytest.fixture(scope="module")
def folders() -> Iterator[Path]:
    """An empty folder for the pictures; the earlier ones are moved aside, and compared at last."""
    root = product_settings.VAR_DIR / "pictures"
    now, before = root / "now", root / "before"
    chosen = os.environ.get("PAGES")
    if now.exists() and not chosen:
        shutil.rmtree(before, ignore_errors=True)
        now.rename(before)
    now.mkdir(parents=True, exist_ok=True)
    yield now
    compare(root)
    for width in WIDTHS:
        for scheme in SCHEMES:
            sheet(now, root, f"{width}-{scheme}")
    print(f"\nPictures: {root / 'index.html'}")  # noqa: T201


@pytest.fixture
def states(site, administrator: User) -> dict[str, int | str]:
    """What the seeds lack: long and right-to-left text, restriction, review, drafts, many rows."""
    names: dict[str, int | str] = dict(furnish(administrator))
    now = timezone.now()
    fresh = {"created_at": now, "updated_at": now}
    number = Incident.objects.order_by("-number").values_list("number", flat=True)[0]
    for offset in range(1, 60):
        status = ("draft", "in_review", "published", "not_required")[offset % 4]
        reason = "Nothing to learn from it." if status == "not_required" else ""
        made = IncidentFactory(
            number=number + offset,
            title=f"Checkout returns {500 + offset % 5} after a deployment, variant {offset}",
            status=status,
            not_required_reason=reason,
            severity=f"SEV{1 + offset % 5}" if offset % 3 else "unknown",
            published_at=now if status == "published" else None,
            **fresh,
        )
        made.services.add(Service.objects.get_or_create(name="checkout", slug="checkout")[0])
    wide = IncidentFactory(
        number=number + 60,
        title=f"{LONG} {RIGHT_TO_LEFT}",
        severity="SEV1",
        visibility="restricted",
        **fresh,
    )
    names["wide"] = wide.reference
    SectionFactory(incident=wide, title=RIGHT_TO_LEFT, body=f"{RIGHT_TO_LEFT} {LONG}\n\n`{LONG}`")
    SectionFactory(incident=wide, title=LONG, body=f"| {LONG} | b |\n|---|---|\n| c | {LONG} |")
    for place, milestone in enumerate(("started", "detected", "resolved")):
        TimelineEventFactory(
            incident=wide,
            occurred_at=now - timezone.timedelta(hours=9 - 3 * place),
            milestone=milestone,
            text=f"{RIGHT_TO_LEFT} {LONG}",
        )
    RootCauseFactory(incident=wide, text=LONG)
    for place, days in enumerate((-20, -3, 0, 4, 40)):
        ActionItemFactory(
            incident=wide,
            position=place + 1,
            title=(LONG, RIGHT_TO_LEFT, "Alert before it expires", "Rotate it by script", "x")[
                place
            ],
            owner=administrator,
            due_on=timezone.localdate() + timezone.timedelta(days=days),
        )
    for pattern in FailurePattern.objects.order_by("pk")[:5]:
        PatternLink.objects.create(
            incident=wide,
            pattern=pattern,
            state="confirmed",
            decided_at=now,
            decided_by=administrator,
        )
    return names


def test_pictures(enter, administrator, states, site, folders, watched):
    page = enter(administrator)
    chosen = os.environ.get("PAGES", "").split(",")
    pages = [*PAGES, "/incidents/{wide}/", "/incidents/?page=2", "/components/"]
    for path in pages:
        if any(word in name_of(path) for word in chosen):
            take(page, site + path.format(**states), folders / name_of(path))
    if any(word in "form-error" for word in chosen):
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{site}/incidents/new/")
        page.locator("main form").first.evaluate("form => { form.noValidate = true; }")
        page.locator("main form button[type=submit]").first.click()
        take(page, "", folders / "form-error")
    if any(word in "zoom" for word in chosen):
        for path in ("/", "/incidents/", "/incidents/INC-4/", "/action-items/?scope=all"):
            page.set_viewport_size({"width": 640, "height": 450})
            page.goto(site + path)
            shot(page, folders / f"zoom-{name_of(path)}-1280-light.png")
    nobody = UserFactory(username="new", full_name="Nora New", role="viewer")
    page.context.clear_cookies()
    enter(nobody)
    for path in ("/", "/action-items/", "/inbox/", "/search/saved/"):
        if any(word in f"empty-{name_of(path)}" for word in chosen):
            take(page, site + path, folders / f"empty-{name_of(path)}")
    page.context.clear_cookies()
    for path in WAYS_IN:
        if any(word in name_of(path) for word in chosen):
            take(page, site + path, folders / name_of(path))
    watched.clear()  # refused and missing pages are among them


def name_of(path: str) -> str:
    """Return the address as the name of a file."""
    return re.sub(r"[^a-zA-Z0-9]+", "-", path).strip("-") or "home"


def take(page: Page, address: str, where: Path) -> None:
    """Take the page in both widths and schemes; with no address, the page as it is."""
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            if address:
                page.goto(address)
                page.wait_for_load_state("networkidle")
            shot(page, where.with_name(f"{where.name}-{width}-{scheme}.png"))


def shot(page: Page, file: Path) -> None:
    """Take one picture; a browser under load sometimes fails to, so it may try again."""
    width = page.viewport_size["width"]
    height = min(page.evaluate("document.documentElement.scrollHeight"), HIGHEST)
    clip = {"x": 0, "y": 0, "width": width, "height": height}
    for patience in (15_000, 30_000, 60_000):
        try:
            page.screenshot(path=file, full_page=True, clip=clip, timeout=patience)
            return
        except PlaywrightError:
            page.reload()
    raise AssertionError(f"{file.name} could not be taken")


def compare(root: Path) -> None:
    """Write index.html: each picture beside the earlier one, the most changed first."""
    rows = []
    for now in sorted((root / "now").glob("*.png")):
        before = root / "before" / now.name
        rows.append((changed(before, now) if before.exists() else 1.0, now.name))
    cells = "".join(
        f"<h2>{html.escape(name)}: {share:.1%} changed</h2>"
        f'<img loading="lazy" width="48%" src="before/{name}" alt="before">'
        f'<img loading="lazy" width="48%" src="now/{name}" alt="now">'
        for share, name in sorted(rows, reverse=True)
    )
    (root / "index.html").write_text(f"<!doctype html><title>Pictures</title>{cells}")


def changed(before: Path, now: Path) -> float:
    """Return the share of pixels that differ between two pictures, 0 to 1."""
    with Image.open(before) as one, Image.open(now) as other:
        size = (max(one.width, other.width), max(one.height, other.height))
        sides = [Image.new("RGB", size, "magenta"), Image.new("RGB", size, "cyan")]
        for side, picture in zip(sides, (one, other), strict=True):
            side.paste(picture.convert("RGB"))
        difference = ImageChops.difference(*sides).convert("L").point(lambda it: 255 * (it > 8))
        return difference.histogram()[255] / (size[0] * size[1])


def sheet(now: Path, root: Path, kind: str) -> None:
    """Write one picture with all pages of a width and a scheme, small, side by side."""
    files = sorted(now.glob(f"*-{kind}.png"))
    if not files:
        return
    across, width, height = 6, 400, 600
    down = -(-len(files) // across)
    whole = Image.new("RGB", (across * (width + 16), down * (height + 40)), "#888")
    draw = ImageDraw.Draw(whole)
    for place, file in enumerate(files):
        left, top = place % across * (width + 16) + 8, place // across * (height + 40) + 24
        with Image.open(file) as picture:
            small = picture.convert("RGB").resize(
                (width, max(1, picture.height * width // picture.width))
            )
        whole.paste(small.crop((0, 0, width, min(small.height, height))), (left, top))
        draw.text((left, top - 16), file.name.removesuffix(f"-{kind}.png"), fill="white")
    whole.save(root / f"sheet-{kind}.png")
