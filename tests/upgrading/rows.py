"""A little of everything that people write, for the dump of a release."""

from __future__ import annotations

from accounts.models import Role
from incidents.models import Incident
from incidents.operations import revisions
from tests import factories
from tests.factories import NOON

TITLE = "Registry certificate expired"
SUMMARY = "Image pulls failed with **x509**."


def fill() -> Incident:
    """Write an incident with all its parts, a later one of the same pattern, and what belongs to
    them: a judged fix, a playbook run, a reminder, a calendar and a saved search."""
    ana = factories.UserFactory(username="ana", role=Role.ADMINISTRATOR)
    incident = factories.IncidentFactory(number=1, title=TITLE, owner=ana)
    incident.services.add(factories.ServiceFactory())
    incident.tags.add(factories.TagFactory())
    factories.SectionFactory(incident=incident, title="Summary", body=SUMMARY)
    factories.TimelineEventFactory(incident=incident)
    factories.RootCauseFactory(incident=incident)
    item = factories.ActionItemFactory(incident=incident, owner_team=factories.TeamFactory())
    done = factories.DoneActionItemFactory(incident=incident, owner=ana)
    link = factories.PatternLinkFactory(incident=incident)
    run = factories.PlaybookRunFactory(incident=incident)
    factories.PlaybookUseFactory(incident=incident, playbook=run.playbook)
    later = factories.IncidentFactory(number=2, title=f"{TITLE} again")
    factories.PatternLinkFactory(incident=later, pattern=link.pattern)
    factories.FixCheckFactory(action_item=done, incident=later)
    factories.CalendarFeedFactory(owner=ana)
    factories.SavedSearchFactory(owner=ana)
    message = factories.MessageFactory(recipient=ana)
    item.reminders.create(step="due", due_on=NOON.date(), recipient=ana, message=message)
    revisions.record(incident, by=ana, at=NOON, summary="Written")
    return incident
