"""No page has an accessibility violation of more than minor impact, in light or dark; and no
page moves much while it loads."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys.pages import PAGES, WAYS_IN, furnish

pytestmark = pytest.mark.journey

PARTS = 4  # what can be looked at at the same time
# In the dark the same page has other colours: no more than these needs to be looked at again.
# Two frames later everything has its new colours.
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
RULES_OF_COLOUR = ["color-contrast", "link-in-text-block"]


# Cumulative layout shift that is allowed: up to 0.1 is good (https://web.dev/articles/cls). The
# picture of the map is drawn by a script, in the height that the patterns need.
STILL, DRAWN = 0.1, {"/patterns/map/": 0.5}
OF_THE_WRITER = "heading-order"  # headings in Markdown are those of its writer
SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) sum += entry.hadRecentInput ? 0 : entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 50);
})"""


def shifts(page: Page, path: str) -> list[str]:
    """Return by how much the page moved while it loaded: its cumulative layout shift."""
    page.wait_for_load_state("networkidle")
    moved = page.evaluate(SHIFTS)
    return [f"{path} moved by {moved:.4f}"] if moved > DRAWN.get(path, STILL) else []


def violations(page: Page, path: str) -> list[str]:
    """What is wrong on the page that is shown at `path`, in light and in dark."""
    found = []
    for scheme, rules in (("light", {}), ("dark", {"runOnly": RULES_OF_COLOUR})):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
        page.evaluate(PAINTED)
        results = Axe().run(page, options={"resultTypes": ["violations"], **rules})
        assert results.response["passes"], f"nothing was looked at on {path}"
        found += [
            f"{path}, {scheme}: {violation['id']}: {node['html'][:160]} "
            f"{' '.join(check['message'] for check in node['any'])}"
            for violation in results.response["violations"]
            if violation["impact"] != "minor" and violation["id"] != OF_THE_WRITER
            for node in violation["nodes"][:3]
        ]
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page(enter, administrator, site, watched, part):
    page = enter(administrator)
    names = furnish(administrator)
    found = []
    for path in PAGES[part::PARTS]:
        page.goto(site + path.format(**names))
        found += shifts(page, path) + violations(page, path)
    watched[:] = [complaint for complaint in watched if "404" not in complaint]

    assert not found, "\n".join(found)


def test_the_way_in(site, page, watched):
    found = []
    for path in WAYS_IN:
        page.goto(site + path)
        found += violations(page, path)

    assert not found, "\n".join(found)
