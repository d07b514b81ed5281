"""The addresses of every page, and a knowledge base in which each has something to show."""

from __future__ import annotations

from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from incidents.models import ActionItem, Incident, TimelineEvent
from playbooks import operations
from playbooks.models import Playbook
from recurrence.operations import playbook_runs

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
    "/patterns/cert-credential/edit/", "/patterns/map/", "/playbooks/", "/playbooks/?q=disk",
    "/playbooks/certificate-expired/", "/playbooks/new/", "/playbooks/certificate-expired/edit/",
    "/playbooks/certificate-expired/doubt/", "/playbooks/certificate-expired/revisions/",
    "/playbooks/certificate-expired/revisions/1/", "/runs/{run}/", "/runs/{over}/", "/follow-up/",
    "/search/", "/search/?q=certifcate+expird+kind:incident", "/search/?q=dns+env:mars&facets=1",
    "/search/?q=zzzzqqqq", "/search/saved/", "/search/saved/add/?q=dns", "/profile/", "/mailbox/",
    "/inbox/", "/channels/", "/channels/add/", "/messages/", "/reminders/policy/",
    "/reminders/holidays/", "/backups/", "/no-such-page/",
]  # fmt: skip

WAYS_IN = ["/accounts/login/", "/accounts/login/code/", "/accounts/signup/"]


def furnish(person: User) -> dict[str, int]:
    """Give every page something to show. Returns what the placeholders in PAGES stand for."""
    incident = Incident.objects.get(number=4)
    event = TimelineEvent.objects.filter(incident=incident).first()
    item = ActionItem.objects.filter(incident=incident).first()
    names = {"section": incident.sections.first().pk, "event": event.pk, "item": item.pk}
    names |= _runs(person)
    call_command("send_reminders", now="2026-03-02T09:30:00+00:00")
    return names


def _runs(person: User) -> dict[str, int]:
    """Start one run that goes on, with a step done and one skipped, and finish another."""
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
