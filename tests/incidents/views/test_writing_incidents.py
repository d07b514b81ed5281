"""Pages that create, edit, publish and archive incidents."""

import pytest

from incidents.models import Incident, Service
from incidents.operations import incidents, postmortems, sections
from incidents.operations.incidents import IncidentFields
from tests.factories import NOON, IncidentFactory, ServiceFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def incident(ana):
    return incidents.create(
        IncidentFields(title="Hub down", time_zone="Europe/Dublin"), by=ana, at=NOON
    )


def base(incident):
    return f"/incidents/{incident.reference}/"


def seen(incident):
    """Return the revision number on a page of the incident opened now."""
    return {"revision": incident.revisions.first().number}


def facts(**more):
    return {
        "title": "Hub down",
        "severity": "SEV2",
        "environment": "production",
        "time_zone": "Europe/Dublin",
        "owner": "ana",
        "visibility": "internal",
        "version": 1,
    } | more


def test_an_incident_is_created_with_a_title(ana, signed_in):
    client = signed_in(ana)
    page = client.get("/incidents/new/").content.decode()
    assert 'value="Europe/Dublin"' in page  # her own zone as the default

    answer = client.post(
        "/incidents/new/",
        {
            "title": "Hub down",
            "severity": "SEV2",
            "environment": "production",
            "services": "Hub, Data 100, hub",
            "tags": "aks",
            "time_zone": "Europe/Dublin",
            "started_day": "2026-07-01",
            "started_clock": "10:30",
            "restricted": "on",
        },
    )

    incident = Incident.objects.get()
    assert answer.url == base(incident)
    assert [service.name for service in incident.services.all()] == ["Data 100", "Hub"]
    assert f"{incident.started_at:%H:%M}" == "09:30"
    assert incident.is_restricted
    assert incident.sections.count() > 5


def test_creating_without_a_title_is_refused(ana, signed_in):
    answer = signed_in(ana).post("/incidents/new/", {"title": " ", "services": "New one"})

    assert answer.status_code == 422
    assert "Enter a title." in answer.content.decode()
    assert not Incident.objects.exists()
    assert not Service.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("time_zone", "Dublin", "is not a time zone. Did you mean Europe/Dublin?"),
        ("started_clock", "10:30", "Enter the day as well."),
        ("services", "x" * 101, "is longer than 100 characters"),
    ],
)
def test_errors_are_shown_at_their_field(ana, signed_in, field, value, message):
    written = {"title": "T", "severity": "unknown", "environment": "unknown", field: value}

    answer = signed_in(ana).post("/incidents/new/", written)

    assert answer.status_code == 422
    assert message in answer.content.decode()


def test_viewers_are_told_that_writing_is_for_authors(incident, vera, signed_in):
    client = signed_in(vera)

    assert client.get("/incidents/new/").status_code == 403
    for what in ("edit", "archive", "not-required"):
        assert client.get(base(incident) + what + "/").status_code == 403
    for what in ("edit", "archive", "publish", "review", "reopen"):
        assert client.post(base(incident) + what + "/").status_code == 403


def test_authors_cannot_publish_and_are_told_who_can(incident, ana, signed_in):
    answer = signed_in(ana).post(base(incident) + "publish/", seen(incident))

    assert answer.status_code == 403
    assert "Only reviewers may publish" in answer.content.decode()


def test_a_reviewed_postmortem_is_published(incident, ana, rita, signed_in):
    signed_in(ana).post(base(incident) + "review/", seen(incident))
    signed_in(rita).post(base(incident) + "publish/", seen(incident))

    incident.refresh_from_db()
    assert incident.status == "published"
    history = signed_in(ana).get(base(incident) + "revisions/").content.decode()
    assert "Published" in history


def test_edits_after_publishing_can_be_published(incident, rita, signed_in):
    client = signed_in(rita)
    client.post(base(incident) + "publish/", seen(incident))
    assert "Publish the changes" not in client.get(base(incident)).content.decode()

    client.post(base(incident) + "causes/new/", {"role": "root", "text": "A forgotten date."})
    assert "Publish the changes" in client.get(base(incident)).content.decode()

    client.post(base(incident) + "publish/", seen(incident))
    assert "Publish the changes" not in client.get(base(incident)).content.decode()


def test_reading_changes_nothing(incident, rita, signed_in):
    client = signed_in(rita)

    for what in ("publish", "review", "reopen", "restore"):
        assert client.get(base(incident) + what + "/").status_code == 405
    client.get(base(incident) + "archive/")
    incident.refresh_from_db()
    assert (incident.status, incident.archived_at) == ("draft", None)


def test_the_header_is_edited(incident, ana, ben, signed_in):
    ServiceFactory(name="Hub", slug="hub")

    answer = signed_in(ana).post(
        base(incident) + "edit/", facts(services="hub, New", scribes="ben", readers="BEN")
    )

    assert answer.status_code == 302
    incident.refresh_from_db()
    assert incident.severity == "SEV2"
    assert [service.name for service in incident.services.all()] == ["Hub", "New"]
    assert [row.user for row in incident.roles.all()] == [ben]


def test_an_unknown_person_is_named_in_the_error(incident, ana, signed_in):
    answer = signed_in(ana).post(base(incident) + "edit/", facts(scribes="ana, zoe"))

    assert answer.status_code == 422
    assert "No user is named “zoe”." in answer.content.decode()


def test_a_conflict_shows_the_differences_and_may_be_overridden(incident, ana, ben, signed_in):
    signed_in(ana).post(base(incident) + "edit/", facts(title="Hers"))
    client = signed_in(ben)

    refused = client.post(
        base(incident) + "edit/", facts(title="His", services="Fresh", scribes="ben")
    )

    assert refused.status_code == 409
    page = refused.content.decode()
    assert "Hers" in page
    assert "His" in page
    assert 'name="version" value="2"' in page
    assert Incident.objects.get().title == "Hers"
    assert not Service.objects.filter(name="Fresh").exists()

    assert client.post(base(incident) + "edit/", facts(title="His", version=2)).status_code == 302
    assert Incident.objects.get().title == "His"


def test_restricting_needs_permission_even_in_a_forged_post(incident, ben, signed_in):
    answer = signed_in(ben).post(
        base(incident) + "edit/", facts(visibility="restricted", readers="ben")
    )

    assert answer.status_code == 302
    incident.refresh_from_db()
    assert (incident.visibility, incident.readers.count()) == ("internal", 0)


def test_archiving_asks_hides_and_can_be_undone(incident, ana, ben, signed_in):
    client = signed_in(ana)
    assert "Archive this incident?" in client.get(base(incident) + "archive/").content.decode()

    done = client.post(base(incident) + "archive/", seen(incident), follow=True)

    assert "Undo" in done.content.decode()
    assert client.get(base(incident)).status_code == 404
    assert signed_in(ben).post(base(incident) + "restore/").status_code == 403
    client.post(base(incident) + "restore/")
    assert client.get(base(incident)).status_code == 200


def test_a_restricted_incident_is_not_found_by_others(incident, ben, rita, signed_in):
    incident.visibility = "restricted"
    incident.save(update_fields=["visibility"])

    for person in (ben, rita):
        client = signed_in(person)
        for what in ("edit", "archive", "not-required", "revisions", "revisions/1"):
            assert client.get(base(incident) + what + "/").status_code == 404
        for what in ("edit", "archive", "publish", "review", "reopen", "restore"):
            assert client.post(base(incident) + what + "/").status_code == 404


def test_an_archived_restricted_incident_is_not_found_by_others(incident, ana, rita, signed_in):
    incident.visibility = "restricted"
    incident.save(update_fields=["visibility"])
    incidents.archive(incident, by=ana, at=NOON)

    assert signed_in(rita).get(base(incident) + "archived/").status_code == 404
    assert signed_in(rita).post(base(incident) + "restore/").status_code == 404


def test_not_required_needs_a_reason(incident, ana, signed_in):
    client = signed_in(ana)

    assert client.post(base(incident) + "not-required/", {"reason": " "}).status_code == 422
    client.post(base(incident) + "not-required/", {"reason": "A drill."})

    incident.refresh_from_db()
    assert (incident.status, incident.not_required_reason) == ("not_required", "A drill.")


def test_a_revision_shows_its_changes_and_the_full_text(incident, ana, signed_in):
    section = incident.sections.first()
    sections.save(
        section,
        title="Summary",
        body="The **hub** was down.",
        kind="summary",
        base_version=1,
        by=ana,
        at=NOON,
    )

    page = signed_in(ana).get(base(incident) + "revisions/2/").content.decode()

    assert "Edited “Summary”" in page
    assert '<div class="diff-line diff-added">' in page
    assert "<strong>hub</strong>" in page
    assert signed_in(ana).get(base(incident) + "revisions/3/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_take_few_queries_whatever_the_number_of_rows(
    ana, rita, signed_in, django_assert_max_num_queries, rows
):
    incident = IncidentFactory(owner=ana)
    for number in range(rows):
        sections.add(incident, title=f"S{number}", body="Text", kind="other", by=ana, at=NOON)
        postmortems.publish(incident, by=rita, at=NOON)
    client = signed_in(ana)

    for what in ("edit", "revisions", "revisions/1", "archive", "sections/new", "timeline/new"):
        with django_assert_max_num_queries(20):
            assert client.get(f"{base(incident)}{what}/").status_code == 200


@pytest.mark.parametrize(("which", "utc"), [("first", "00:30"), ("second", "01:30")])
def test_creating_asks_which_of_two_equal_times_is_meant(ana, signed_in, which, utc):
    client = signed_in(ana)
    said = facts(started_day="2026-10-25", started_clock="01:30")

    asked = client.post("/incidents/new/", said)
    assert asked.status_code == 422
    assert "This time occurred twice" in asked.content.decode()
    assert not Incident.objects.exists()

    client.post("/incidents/new/", said | {"which": which})
    assert f"{Incident.objects.get().started_at:%H:%M}" == utc


def test_creating_refuses_a_skipped_clock_time(ana, signed_in):
    said = facts(started_day="2026-03-29", started_clock="01:30")

    answer = signed_in(ana).post("/incidents/new/", said)

    assert answer.status_code == 422
    assert "did not exist" in answer.content.decode()
    assert not Incident.objects.exists()


def test_creating_asks_no_such_question_on_an_ordinary_day(ana, signed_in):
    page = signed_in(ana).get("/incidents/new/").content.decode()

    assert "This time occurred twice" not in page


def test_a_time_zone_is_accepted_in_any_case(ana, signed_in, incident):
    client = signed_in(ana)

    client.post("/incidents/new/", facts(title="New", time_zone="america/new york"))
    client.post(base(incident) + "edit/", facts(time_zone="asia/tokyo"))

    incident.refresh_from_db()
    assert incident.time_zone == "Asia/Tokyo"
    assert Incident.objects.get(title="New").time_zone == "America/New_York"
    assert client.get(base(incident)).status_code == 200
