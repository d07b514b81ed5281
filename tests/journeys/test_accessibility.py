"""No page has a serious or critical accessibility violation, in light or dark."""

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


def violations(page: Page, path: str) -> list[str]:
    """What is serious on the page that is shown at `path`, in light and in dark."""
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
            if violation["impact"] in ("serious", "critical")
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
        found += violations(page, path)
    watched[:] = [complaint for complaint in watched if "404" not in complaint]

    assert not found, "\n".join(found)


def test_the_way_in(site, page, watched):
    found = []
    for path in WAYS_IN:
        page.goto(site + path)
        found += violations(page, path)

    assert not found, "\n".join(found)
