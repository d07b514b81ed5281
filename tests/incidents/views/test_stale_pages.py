"""Actions on a postmortem that changed since the page was opened: they ask again."""

from __future__ import annotations

import re

import pytest

from incidents.models import Incident, PostmortemStatus
from incidents.operations import incidents, sections
from incidents.operations.incidents import IncidentFields
from tests.factories import NOON


@pytest.fixture
def incident(ana) -> Incident:
    return incidents.create(IncidentFields(title="Hub down"), by=ana, at=NOON)


def write(incident, text, *, by):
    section = incident.sections.get(title="Impact")
    sections.save(
        section,
        title=section.title,
        body=text,
        kind=section.kind,
        base_version=section.version,
        by=by,
        at=NOON,
    )


def carried(page, *, action: str = "", name: str = "revision") -> str:
    """Return the hidden field of the form that posts to `action`, or of the first form with it."""
    html = page.content.decode()
    forms = re.findall(r"<form\b.*?</form>", html, re.DOTALL)
    [value, *_] = [
        found[1]
        for form in forms
        if f'action="{action}"' in form or not action
        if (found := re.search(rf'name="{name}" value="([^"]*)"', form))
    ]
    return value


def where(incident, what):
    return f"/incidents/{incident.reference}/{what}/"


ACTIONS = {
    "publish": (PostmortemStatus.DRAFT, PostmortemStatus.PUBLISHED),
    "review": (PostmortemStatus.DRAFT, PostmortemStatus.IN_REVIEW),
    "reopen": (PostmortemStatus.IN_REVIEW, PostmortemStatus.DRAFT),
}


@pytest.mark.parametrize("what", ACTIONS)
def test_an_action_from_a_stale_page_asks_again(incident, ana, rita, signed_in, what):
    before, after = ACTIONS[what]
    Incident.objects.filter(pk=incident.pk).update(status=before)
    client = signed_in(rita)
    seen = carried(client.get(incident.get_absolute_url()), action=where(incident, what))
    write(incident, "Nobody could log in.", by=ana)

    answer = client.post(where(incident, what), {"revision": seen})

    assert answer.status_code == 409
    incident.refresh_from_db()
    assert incident.status == before
    page = answer.content.decode()
    assert "Changed since you opened the page" in page
    assert "Ana Author" in page
    assert "Edited “Impact”" in page
    assert "Nobody could log in." in page

    client.post(where(incident, what), {"revision": carried(answer)})

    incident.refresh_from_db()
    assert incident.status == after


def test_ones_own_changes_do_not_make_a_page_stale(incident, rita, signed_in):
    client = signed_in(rita)
    seen = carried(client.get(incident.get_absolute_url()), action=where(incident, "publish"))
    write(incident, "Nobody could log in.", by=rita)

    answer = client.post(where(incident, "publish"), {"revision": seen})

    assert answer.status_code == 302
    incident.refresh_from_db()
    assert incident.status == PostmortemStatus.PUBLISHED


def test_a_form_without_a_revision_publishes_nothing(incident, rita, signed_in):
    answer = signed_in(rita).post(where(incident, "publish"))

    assert answer.status_code == 409
    incident.refresh_from_db()
    assert incident.status == PostmortemStatus.DRAFT


def test_a_typed_reason_is_kept_when_the_page_is_stale(incident, ana, ben, signed_in):
    client = signed_in(ben)
    seen = carried(client.get(where(incident, "not-required")))
    write(incident, "Nobody could log in.", by=ana)

    answer = client.post(
        where(incident, "not-required"), {"revision": seen, "reason": "It was a drill."}
    )

    assert answer.status_code == 409
    assert "It was a drill." in answer.content.decode()
    assert f"/revisions/{seen}/since/" in answer.content.decode()
    comparison = client.get(where(incident, f"revisions/{seen}/since")).content.decode()
    assert "Nobody could log in." in comparison

    client.post(
        where(incident, "not-required"),
        {"revision": carried(answer), "reason": "It was a drill."},
    )
    incident.refresh_from_db()
    assert incident.status == PostmortemStatus.NOT_REQUIRED


def test_archiving_asks_again_after_somebody_saved(incident, ana, rita, signed_in):
    client = signed_in(rita)
    seen = carried(client.get(where(incident, "archive")))
    write(incident, "Nobody could log in.", by=ana)

    answer = client.post(where(incident, "archive"), {"revision": seen})

    assert answer.status_code == 409
    incident.refresh_from_db()
    assert not incident.is_archived
    client.post(where(incident, "archive"), {"revision": carried(answer)})
    incident.refresh_from_db()
    assert incident.is_archived


def test_unread_changes_are_not_made_visible_to_more_people(ana, ben, signed_in):
    fields = IncidentFields(title="Hub down", visibility="restricted", readers=[ben])
    incident = incidents.create(fields, by=ana, at=NOON)
    client = signed_in(ana)
    form = client.get(where(incident, "edit"))
    posted = {
        **{"title": "Hub down", "severity": "unknown", "environment": "unknown"},
        **{"visibility": "internal", "readers": "ben", "owner": "ana", "version": 1},
    }
    seen = carried(form)
    write(incident, "The password was hunter2.", by=ben)

    answer = client.post(where(incident, "edit"), posted | {"revision": seen})

    assert answer.status_code == 409
    incident.refresh_from_db()
    assert incident.is_restricted
    answer = client.post(where(incident, "edit"), posted | {"revision": carried(answer)})
    assert answer.status_code == 302
    incident.refresh_from_db()
    assert not incident.is_restricted
