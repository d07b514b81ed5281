"""Creating an incident, editing its header, archiving and restoring it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from core.errors import DomainError
from incidents.models import Incident, IncidentRole, Milestone, Service, Severity, Tag, Visibility
from incidents.operations import incidents
from incidents.operations.incidents import IncidentFields, StaleIncident
from incidents.operations.labels import keep_new_names, services_named, tags_named
from incidents.operations.seen_revisions import ChangedSinceSeen
from tests.factories import (
    NOON,
    IncidentFactory,
    ServiceFactory,
    TeamFactory,
    TimelineEventFactory,
)
from tests.recorded import records, records_nothing

LATER = NOON + timedelta(hours=1)


def edit(incident, by, *, base=1, at=NOON, **fields):
    wanted = IncidentFields(**{"title": incident.title, "time_zone": incident.time_zone} | fields)
    return incidents.edit(incident, wanted, base_version=base, by=by, at=at)


def test_a_title_is_enough_to_create_an_incident(ana):
    incident = incidents.create(IncidentFields(title="Hub down"), by=ana, at=NOON)

    assert incident.reference == f"INC-{incident.number}"
    assert (incident.status, incident.owner, incident.created_by) == ("draft", ana, ana)
    assert incident.sections.first().kind == "summary"
    assert incident.sections.last().kind == "lessons"
    [revision] = incident.revisions.all()
    assert (revision.number, revision.summary) == (1, "Created the incident")
    assert (revision.saved_by, revision.saved_at) == (ana, NOON)
    assert incident.occurred_at is None


def test_the_start_becomes_the_first_event_of_the_timeline(ana):
    started = datetime(2026, 2, 1, 3, 4, tzinfo=UTC)
    incident = incidents.create(
        IncidentFields(title="Hub down"), started_at=started, by=ana, at=NOON
    )

    [event] = incident.timeline.all()
    assert (event.occurred_at, event.milestone) == (started, Milestone.STARTED)
    incident.refresh_from_db()
    assert incident.started_at == incident.occurred_at == started


def test_references_are_numbered_consecutively(ana):
    first = incidents.create(IncidentFields(title="One"), by=ana, at=NOON)
    second = incidents.create(IncidentFields(title="Two"), by=ana, at=NOON)

    assert second.number == first.number + 1


def test_a_viewer_may_not_create_edit_or_archive(vera):
    incident = IncidentFactory()

    with pytest.raises(PermissionDenied):
        incidents.create(IncidentFields(title="Hub down"), by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        edit(incident, vera, title="Mine")
    with pytest.raises(PermissionDenied):
        incidents.archive(incident, by=vera, at=NOON)
    incident.archived_at = NOON
    incident.save()
    with pytest.raises(PermissionDenied):
        incidents.restore(incident, by=vera, at=NOON)


def test_an_author_archives_only_their_own_incidents(ana, ben):
    incident = IncidentFactory(owner=ana)

    with pytest.raises(PermissionDenied):
        incidents.archive(incident, by=ben, at=NOON)
    incidents.archive(incident, by=ana, at=NOON)

    assert not Incident.objects.visible_to(ana).exists()


def test_an_archived_incident_is_restored_unchanged(ana):
    incident = IncidentFactory(owner=ana)
    TimelineEventFactory(incident=incident)
    with records(incident, "Archived", by=ana, at=NOON):
        incidents.archive(incident, by=ana, at=NOON)
    with records_nothing(incident):
        incidents.archive(incident, by=ana, at=LATER)

    assert Incident.objects.get().archived_at == NOON
    incidents.restore(incident, by=ana, at=LATER)

    assert Incident.objects.visible_to(ana).get() == incident
    assert incident.timeline.count() == 1


def test_the_header_is_saved_with_its_labels_and_people(ana, ben):
    incident = IncidentFactory()
    service = ServiceFactory(name="Hub")

    edit(
        incident,
        ana,
        severity=Severity.SEV2,
        services=[service],
        tags=tags_named(["Calico"], by=ana),
        roles=[(IncidentRole.Role.SCRIBE, ben)],
        owner=ben,
    )

    incident.refresh_from_db()
    assert (incident.severity, incident.owner, incident.version) == ("SEV2", ben, 2)
    assert list(incident.services.all()) == [service]
    assert [tag.slug for tag in incident.tags.all()] == ["calico"]
    assert [(row.role, row.user) for row in incident.roles.all()] == [("scribe", ben)]


def test_a_stale_header_is_refused_unless_it_changes_nothing(ana, ben):
    incident = IncidentFactory(title="Before")
    edit(incident, ana, title="Hers")

    with pytest.raises(StaleIncident) as refused:
        edit(incident, ben, base=1, title="His")
    unchanged = edit(incident, ben, base=1, title="Hers")

    assert refused.value.current.title == unchanged.title == "Hers"
    assert unchanged.version == 2


def test_only_owner_creator_and_administrators_restrict(ana, ben, rita, omar):
    incident = IncidentFactory(owner=ana)

    for person in (ben, rita):
        with pytest.raises(PermissionDenied):
            edit(incident, person, owner=ana, visibility=Visibility.RESTRICTED)
        with pytest.raises(PermissionDenied):
            edit(incident, person, owner=ana, reader_teams=[TeamFactory()])
    edit(incident, ana, owner=ana, visibility=Visibility.RESTRICTED, readers=[ben])
    edit(incident, omar, base=2, owner=ana, visibility=Visibility.INTERNAL)

    assert Incident.objects.get().visibility == Visibility.INTERNAL


def test_clock_times_are_kept_when_the_zone_becomes_known(ana):
    incident = IncidentFactory(time_zone="")
    event = TimelineEventFactory(
        incident=incident,
        occurred_at=datetime(2019, 2, 25, 11, 21, tzinfo=UTC),
        milestone="started",
    )

    edit(incident, ana, time_zone="America/Los_Angeles")

    event.refresh_from_db()
    incident.refresh_from_db()
    assert event.occurred_at == datetime(2019, 2, 25, 19, 21, tzinfo=UTC)
    assert incident.started_at == event.occurred_at

    edit(incident, ana, base=2, time_zone="")

    event.refresh_from_db()
    assert event.occurred_at == datetime(2019, 2, 25, 11, 21, tzinfo=UTC)


def test_a_moment_stays_the_same_between_two_known_zones(ana):
    incident = IncidentFactory(time_zone="UTC")
    event = TimelineEventFactory(incident=incident, occurred_at=NOON)

    edit(incident, ana, time_zone="Europe/Dublin")

    event.refresh_from_db()
    assert event.occurred_at == NOON


def test_labels_are_found_in_any_case_and_created_if_missing(ana):
    hub = ServiceFactory(name="JupyterHub", slug="hub")

    assert services_named(["JupyterHub"], by=ana) == [hub]
    [made] = services_named(["  Data   100 "], by=ana)
    assert (made.name, made.slug) == ("Data 100", "data-100")
    assert services_named(["data 100"], by=ana) == [made]
    [foreign] = tags_named(["日本"], by=ana)
    assert foreign.slug
    assert tags_named(["日本"], by=ana) == [foreign]


def restricted_with(label, ana):
    """Create a restricted incident of Ana's with one service and one tag of this name."""
    fields = IncidentFields(
        title="Merger",
        visibility="restricted",
        owner=ana,
        services=services_named([label], by=ana),
        tags=tags_named([label], by=ana),
    )
    return incidents.create(fields, by=ana, at=NOON)


def test_a_hidden_label_takes_the_spelling_typed(ana, ben):
    secret = restricted_with("Quokka Vault", ana)

    [service] = services_named(["qUOKKA vAULT"], by=ben)
    [tag] = tags_named(["quokka-VAULT", "qUOKKA vAULT"], by=ben)

    assert (service.name, service.slug) == ("qUOKKA vAULT", "quokka-vault")
    assert (tag.name, tag.slug) == ("quokka-VAULT", "quokka-vault")
    assert [*secret.services.all()] == [service]


def test_a_visible_label_keeps_its_spelling(ana, ben, omar):
    restricted_with("Quokka Vault", ana)
    ServiceFactory(name="JupyterHub", slug="hub")  # used by nobody, so offered to everybody

    assert services_named(["qUOKKA vAULT"], by=omar)[0].name == "Quokka Vault"
    assert services_named(["hub"], by=ben)[0].name == "JupyterHub"


def test_an_address_reveals_nothing_about_a_hidden_label(ana, ben):
    secret = restricted_with("Quokka Vault", ana)
    secret.services.update(slug="renamed-by-omar")

    [service] = services_named(["Quokka Vault"], by=ben)

    assert service.slug == "quokka-vault"


def test_a_label_that_no_incident_carries_any_more_is_not_offered(ana, ben):
    secret = restricted_with("Quokka Vault", ana)
    made_in_the_administration = ServiceFactory(name="Checkout", slug="checkout")

    edit(secret, ana, visibility="restricted", owner=ana)

    visible = Incident.objects.visible_to(ben)
    assert [*Service.objects.offered_beside(visible)] == [made_in_the_administration]
    assert not Tag.objects.offered_beside(visible)
    assert Tag.objects.get().name == "Quokka Vault"


def test_an_edited_header_is_recorded_with_person_and_time(ana, ben):
    incident = IncidentFactory(title="Before")

    with records(incident, "Edited the details", by=ben, at=LATER):
        edit(incident, ben, title="After", at=LATER)
    with records_nothing(incident):
        edit(incident, ana, title="After", base=2, at=LATER)


def test_an_archived_incident_is_not_edited(ana):
    incident = IncidentFactory(owner=ana, archived_at=NOON)

    with pytest.raises(DomainError, match="Restore it before you edit it"):
        edit(incident, ana, title="After")


def test_a_postmortem_changed_since_it_was_seen_is_neither_hidden_nor_archived(ana, ben):
    incident = incidents.create(IncidentFields(title="Hub down"), by=ana, at=NOON)
    edit(incident, ben, title="Hub down again", owner=ana)
    hidden = IncidentFields(title="Hub down", owner=ana, visibility=Visibility.RESTRICTED)

    with pytest.raises(ChangedSinceSeen) as archiving:
        incidents.archive(incident, seen=1, by=ana, at=LATER)
    with pytest.raises(ChangedSinceSeen):
        incidents.edit(incident, hidden, base_version=2, seen=1, by=ana, at=LATER)

    assert [revision.saved_by for revision in archiving.value.newer] == [ben]
    stored = Incident.objects.get()
    assert (stored.is_archived, stored.visibility) == (False, Visibility.INTERNAL)


def test_a_new_name_of_a_label_is_recorded_once(ana, omar):
    incident = incidents.create(
        IncidentFields(title="Hub down", services=services_named(["Hub"], by=ana)), by=ana, at=NOON
    )
    incident.services.update(name="JupyterHub")

    with records(incident, "A service or tag has a new name", by=omar, at=LATER):
        keep_new_names([incident.pk], by=omar, at=LATER)
    with records_nothing(incident):
        keep_new_names([incident.pk], by=omar, at=LATER)


def test_restoring_is_recorded_with_person_and_time(ana):
    incident = IncidentFactory(owner=ana, archived_at=NOON)

    with records(incident, "Restored from the archive", by=ana, at=LATER):
        incidents.restore(incident, by=ana, at=LATER)
