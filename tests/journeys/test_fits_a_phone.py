"""Names of any length fit a phone: nothing of what follows action items is looked for sideways."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import Team, User
from action_items.operations import action_items
from action_items.operations.action_items import Terms
from incidents.models import Incident

pytestmark = pytest.mark.journey

PHONE = {"width": 390, "height": 844}
PAGES = [
    "/", "/action-items/?scope=all&view=table", "/action-items/?scope=all&view=board",
    "/action-items/{item}/", "/action-items/{item}/edit/", "/action-items/{item}/done/",
    "/action-items/{item}/change/", "/action-items/{item}/reassign/",
    "/action-items/change/?item={item}&priority=P0", "/action-items/calendars/", "/follow-up/",
    "/inbox/", "/channels/", "/messages/", "/reminders/policy/", "/reminders/holidays/",
]  # fmt: skip


@pytest.fixture
def item(site, administrator: User):
    """Promised by somebody with a long name and led by them, under a title without a space."""
    administrator.full_name = "Anneliese-Marguerite Featherstonehaugh-Cholmondeley of Wrexham"
    administrator.save()
    Team.objects.create(name="T" * 90, slug="long", lead=administrator).members.add(administrator)
    incident = Incident.objects.get(number=4)
    now = timezone.now()
    terms = Terms(
        title="x" * 200,
        detail="y" * 200,
        owner=administrator,
        due_on=now.date(),
        tracker_url=f"https://github.com/{'a' * 60}/{'b' * 60}/issues/1234567",
    )
    return action_items.add(incident, terms=terms, by=administrator, at=now)


def test_every_page_that_follows_action_items(enter, administrator, item, site):
    page = enter(administrator)
    page.set_viewport_size(PHONE)
    wide = []
    for path in PAGES:
        page.goto(site + path.format(item=item.pk))
        page.wait_for_load_state("networkidle")
        width = page.evaluate("document.documentElement.scrollWidth")
        wide += [f"{path}: {width}"] if width > PHONE["width"] else []

    assert not wide, "\n".join(wide)
