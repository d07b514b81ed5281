"""No page has a serious or critical accessibility violation, in light or dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.utils import timezone

from incidents.models import ActionItem, Incident, TimelineEvent
from incidents.operations import playbook_runs
from playbooks import operations
from playbooks.models import Playbook

pytestmark = pytest.mark.journey

PAGES = [
    "/", "/incidents/", "/incidents/?severity=SEV1", "/incidents/new/", "/incidents/archive/",
    "/incidents/INC-2/", "/incidents/INC-4/", "/incidents/INC-4/edit/",
    "/incidents/INC-4/sections/{section}/edit/", "/incidents/INC-4/sections/new/",
    "/incidents/INC-4/timeline/new/", "/incidents/INC-4/timeline/{event}/edit/",
    "/incidents/INC-4/causes/new/", "/incidents/INC-4/patterns/new/",
    "/incidents/INC-4/revisions/", "/incidents/INC-4/revisions/1/", "/incidents/INC-4/archive/",
    "/action-items/?scope=all", "/action-items/{item}/", "/action-items/{item}/edit/",
    "/action-items/{item}/done/", "/patterns/", "/patterns/cert-credential/",
    "/patterns/?q=space+left", "/patterns/disk-full/", "/patterns/new/",
    "/patterns/cert-credential/edit/", "/playbooks/", "/playbooks/?q=disk",
    "/playbooks/certificate-expired/", "/playbooks/new/", "/playbooks/certificate-expired/edit/",
    "/playbooks/certificate-expired/doubt/", "/playbooks/certificate-expired/revisions/",
    "/playbooks/certificate-expired/revisions/1/", "/runs/{run}/", "/runs/{over}/",
    "/search/", "/search/?q=certifcate+expird+kind:incident", "/search/?q=dns+env:mars&facets=1",
    "/search/?q=zzzzqqqq", "/search/saved/", "/search/saved/add/?q=dns", "/profile/", "/mailbox/",
    "/no-such-page/",
]  # fmt: skip


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page(enter, administrator, site, watched, scheme):
    page = enter(administrator)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    incident = Incident.objects.get(number=4)
    names = {
        "section": incident.sections.first().pk,
        "event": TimelineEvent.objects.filter(incident=incident).first().pk,
        "item": ActionItem.objects.filter(incident=incident).first().pk,
    }
    names |= runs(administrator)
    call_command("send_reminders", now="2026-03-02T09:30:00+00:00")
    found = []
    for path in PAGES:
        page.goto(site + path.format(**names))
        assert page.locator("html").get_attribute("data-bs-theme") == scheme
        results = Axe().run(page)
        found += [
            f"{path}: {violation['id']}: {node['html'][:160]} "
            f"{' '.join(check['message'] for check in node['any'])}"
            for violation in results.response["violations"]
            if violation["impact"] in ("serious", "critical")
            for node in violation["nodes"][:3]
        ]
    watched[:] = [complaint for complaint in watched if "404" not in complaint]

    assert not found, "\n".join(found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_way_in(site, page, watched, scheme):
    page.emulate_media(color_scheme=scheme)
    found = []
    for path in ("/accounts/login/", "/accounts/login/code/", "/accounts/signup/"):
        page.goto(site + path)
        results = Axe().run(page)
        found += [
            f"{path}: {violation['id']}: {node['html'][:160]}"
            for violation in results.response["violations"]
            if violation["impact"] in ("serious", "critical")
            for node in violation["nodes"][:3]
        ]

    assert not found, "\n".join(found)
