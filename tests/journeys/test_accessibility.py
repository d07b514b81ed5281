"""No page has a serious or critical accessibility violation, in light or dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from incidents.models import ActionItem, Incident, TimelineEvent
from playbooks import operations
from playbooks.models import Playbook
from recurrence.operations import playbook_runs

pytestmark = pytest.mark.journey

PAGES = [
    "/", "/incidents/", "/incidents/?severity=SEV1", "/incidents/new/", "/incidents/archive/",
    "/incidents/INC-2/", "/incidents/INC-4/", "/incidents/INC-4/edit/",
    "/incidents/INC-4/sections/{section}/edit/", "/incidents/INC-4/sections/new/",
    "/incidents/INC-4/timeline/new/", "/incidents/INC-4/timeline/{event}/edit/",
    "/incidents/INC-4/causes/new/", "/incidents/INC-4/patterns/new/",
    "/incidents/INC-4/revisions/", "/incidents/INC-4/revisions/1/", "/incidents/INC-4/archive/",
    "/action-items/?scope=all", "/action-items/?scope=all&view=board", "/action-items/calendars/",
    "/action-items/change/?item={item}&priority=P0", "/action-items/?scope=all&view=table&team=x",
    "/action-items/{item}/change/", "/action-items/{item}/", "/action-items/{item}/edit/",
    "/action-items/{item}/done/", "/patterns/", "/patterns/cert-credential/",
    "/patterns/?q=space+left", "/patterns/disk-full/", "/patterns/new/",
    "/patterns/cert-credential/edit/", "/playbooks/", "/playbooks/?q=disk",
    "/playbooks/certificate-expired/", "/playbooks/new/", "/playbooks/certificate-expired/edit/",
    "/playbooks/certificate-expired/doubt/", "/playbooks/certificate-expired/revisions/",
    "/playbooks/certificate-expired/revisions/1/", "/runs/{run}/", "/runs/{over}/",
    "/search/", "/search/?q=certifcate+expird+kind:incident", "/search/?q=dns+env:mars&facets=1",
    "/search/?q=zzzzqqqq", "/search/saved/", "/search/saved/add/?q=dns", "/profile/", "/mailbox/",
    "/inbox/", "/channels/", "/channels/add/", "/messages/",
    "/no-such-page/",
]  # fmt: skip
PARTS = 4  # what can be looked at at the same time
# In the dark the same page has other colours: no more than these needs to be looked at again.
# Two frames later everything has its new colours.
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
RULES_OF_COLOUR = ["color-contrast", "link-in-text-block"]


def runs(person):
    """One run that goes on, with a step done and one skipped, and one that is over."""
    playbook = Playbook.objects.get(slug="certificate-expired")
    incident = Incident.objects.get(number=6)
    over = playbook_runs.start(playbook, incident=incident, by=person, at=timezone.now())
    playbook_runs.tick(over, position=1, by=person, at=timezone.now())
    playbook_runs.finish(over, outcome="partly", note="x", by=person, at=timezone.now())
    run = playbook_runs.start(playbook, incident=None, by=person, at=timezone.now())
    playbook_runs.tick(run, position=1, by=person, at=timezone.now())
    playbook_runs.skip(run, position=2, reason="No", by=person, at=timezone.now())
    operations.doubt(playbook, note="Step 3 is old.", by=person, at=timezone.now())
    return {"run": run.pk, "over": over.pk}


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
    incident = Incident.objects.get(number=4)
    names = {
        "section": incident.sections.first().pk,
        "event": TimelineEvent.objects.filter(incident=incident).first().pk,
        "item": ActionItem.objects.filter(incident=incident).first().pk,
    }
    names |= runs(administrator)
    call_command("send_reminders", now="2026-03-02T09:30:00+00:00")
    found = []
    for path in PAGES[part::PARTS]:
        page.goto(site + path.format(**names))
        found += violations(page, path)
    watched[:] = [complaint for complaint in watched if "404" not in complaint]

    assert not found, "\n".join(found)


def test_the_way_in(site, page, watched):
    found = []
    for path in ("/accounts/login/", "/accounts/login/code/", "/accounts/signup/"):
        page.goto(site + path)
        found += violations(page, path)

    assert not found, "\n".join(found)
