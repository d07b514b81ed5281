"""Writing sections: as pages without JavaScript, and in place by htmx."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.models import Section
from incidents.operations import sections
from tests.factories import NOON, IncidentFactory, TimelineEventFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def section(ana):
    incident = IncidentFactory(owner=ana)
    return sections.add(
        incident, title="Summary", body="one\n\ntwo", kind="summary", by=ana, at=NOON
    )


def address(section, what="edit"):
    return f"/incidents/{section.incident.reference}/sections/{section.pk}/{what}/"


def written(body, version=1, **more):
    return {"title": "Summary", "kind": "summary", "body": body, "version": version} | more


def test_a_section_is_written_without_javascript(section, ana, signed_in):
    client = signed_in(ana)
    page = client.get(address(section))
    assert "one\n\ntwo" in page.content.decode()
    assert page.templates[0].name == "incidents/section_edit.html"

    answer = client.post(address(section), written("# New\r\n\r\ntext"))

    assert answer.status_code == 302
    assert answer.url == f"/incidents/{section.incident.reference}/#section-{section.pk}"
    section.refresh_from_db()
    assert section.body == "# New\n\ntext"


def test_htmx_swaps_the_section_for_its_form_and_back(section, ana, signed_in):
    client = signed_in(ana)
    form = client.get(address(section), headers=HTMX)
    assert form.headers["HX-Retarget"] == f"#section-{section.pk}"
    assert f'<section class="part writing" id="section-{section.pk}"' in form.content.decode()
    assert "<html" not in form.content.decode()

    answer = client.post(address(section), written("**New**"), headers=HTMX)

    assert answer.status_code == 200
    assert f'id="section-{section.pk}"' in answer.content.decode()
    assert "<strong>New</strong>" in answer.content.decode()


def test_the_browser_is_told_that_its_draft_is_saved(section, ana, signed_in):
    client = signed_in(ana)
    refused = client.post(address(section), written("New", title=""))
    assert refused.status_code == 422
    assert "draft_saved" not in refused.cookies

    answer = client.post(address(section), written("New"))

    assert answer.cookies["draft_saved"].value == f"{ana.pk}{address(section)}"


def test_a_refused_text_stays_in_the_form(section, ana, signed_in):
    answer = signed_in(ana).post(address(section), written("Do not lose me", title=""))

    page = answer.content.decode()
    assert "Do not lose me" in page
    assert "Enter a heading." in page
    assert 'aria-invalid="true"' in page
    assert "data-unsaved" in page


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "in place"])
def test_changes_to_different_words_are_merged_with_a_message(
    section, ana, ben, signed_in, headers
):
    signed_in(ana).post(address(section), written("one\n\ntwo\n\nhers"))
    client = signed_in(ben)

    answer = client.post(address(section), written("his\n\none\n\ntwo"), headers=headers)

    assert answer.status_code == (200 if headers else 302)
    assert Section.objects.get().body == "his\n\none\n\ntwo\n\nhers"
    page = client.get(section.incident.get_absolute_url()).content.decode()
    assert "Both changes are in it now." in page


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "in place"])
def test_a_conflict_in_the_same_words_asks_the_second_person(section, ana, ben, signed_in, headers):
    signed_in(ana).post(address(section), written("one\n\n47"))

    answer = signed_in(ben).post(address(section), written("one\n\n52"), headers=headers)

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Ana Author" in page
    assert "one\n\n47 52" in page
    for choice in ("Keep the current text", "Use my text", "Save the merged text"):
        assert choice in page
    assert '<td data-label="Before">two</td>' in page
    assert Section.objects.get().body == "one\n\n47"


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "in place"])
def test_a_text_for_a_removed_section_becomes_a_new_section(section, ana, ben, signed_in, headers):
    incident = section.incident
    signed_in(ana).post(address(section, "delete"), {"version": 1})
    client = signed_in(ben)

    answer = client.post(address(section), written("my words"), headers=headers)

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Somebody removed this section" in page
    assert "my words" in page
    new = f"/incidents/{incident.reference}/sections/new/"
    assert f'action="{new}"' in page
    client.post(new, written("my words"))
    assert incident.sections.get().body == "my words"
    assert client.get(address(section)).status_code == 404


def test_keeping_mine_leaves_theirs_in_the_history(section, ana, ben, signed_in):
    signed_in(ana).post(address(section), written("hers"))

    signed_in(ben).post(address(section), written("his", version=2))

    section.refresh_from_db()
    assert section.body == "his"
    history = signed_in(ben).get(address(section, "history")).content.decode()
    assert "hers" in history


def test_keeping_theirs_leaves_mine_in_the_history(section, ana, ben, signed_in):
    signed_in(ana).post(address(section), written("hers"))
    client = signed_in(ben)

    answer = client.post(address(section, "keep-theirs"), written("his precious words"))

    assert answer.status_code == 302
    assert answer.cookies["draft_saved"].value == f"{ben.pk}{address(section)}"
    assert Section.objects.get().body == "hers"
    assert "his precious words" in client.get(address(section, "history")).content.decode()


def test_an_earlier_text_can_be_restored(section, ana, signed_in):
    client = signed_in(ana)
    client.post(address(section), written("new"))

    page = client.get(address(section) + "?version=1").content.decode()

    assert "one\n\ntwo" in page
    assert 'name="version" value="2"' in page


def test_a_section_is_added_moved_and_removed(section, ana, signed_in):
    client = signed_in(ana)
    base = f"/incidents/{section.incident.reference}/"
    client.post(base + "sections/new/", {"title": "Costs", "kind": "other", "body": "1 €"})
    added = Section.objects.get(title="Costs")

    client.post(address(added, "move"), {"direction": "up"})
    assert list(section.incident.sections.all()) == [added, section]

    question = client.get(address(added, "delete"))
    assert "1 €" in question.content.decode()
    assert Section.objects.count() == 2
    assert 'name="version" value="1"' in question.content.decode()
    client.post(address(added, "delete"), {"version": 1})
    assert list(Section.objects.all()) == [section]


def test_a_viewer_is_told_that_writing_is_for_authors(section, vera, signed_in):
    client = signed_in(vera)

    for what in ("edit", "delete"):
        answer = client.get(address(section, what))
        assert answer.status_code == 403
        assert "not edit it" in answer.content.decode()
    assert client.post(address(section), written("mine")).status_code == 403
    assert client.get(address(section, "history")).status_code == 200


def test_a_section_of_a_restricted_incident_is_not_found_by_others(section, ben, signed_in):
    section.incident.visibility = "restricted"
    section.incident.save(update_fields=["visibility"])
    client = signed_in(ben)

    for what in ("edit", "delete", "history"):
        assert client.get(address(section, what)).status_code == 404
    for what in ("edit", "delete", "move", "keep-theirs"):
        assert client.post(address(section, what), written("mine")).status_code == 404


def test_a_section_is_found_only_under_its_own_incident(section, ana, signed_in):
    other = IncidentFactory()

    answer = signed_in(ana).get(f"/incidents/{other.reference}/sections/{section.pk}/edit/")

    assert answer.status_code == 404


def test_saving_takes_as_many_queries_for_three_rows_as_for_one(section, ana, signed_in):
    client = signed_in(ana)

    def queries_of_a_save(body):
        with CaptureQueriesContext(connection) as queries:
            client.post(address(section), written(body, Section.objects.get().version))
        return len([one for one in queries if "SAVEPOINT" not in one["sql"]])

    TimelineEventFactory(incident=section.incident)
    few = queries_of_a_save("New")
    TimelineEventFactory.create_batch(2, incident=section.incident)

    assert queries_of_a_save("Newer") == few
