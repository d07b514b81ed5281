"""Archived playbooks and patterns leave what is in use, and stay where the past links to them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core import text_search
from likeness import cue_library
from playbooks import archiving, operations
from playbooks.content import playbook_fields
from playbooks.exchange import parse_pattern, parse_playbook, render_pattern, render_playbook
from playbooks.importing import store_pattern, store_playbook
from playbooks.models import FailurePattern, Playbook
from playbooks.operations import StalePattern, StalePlaybook
from recurrence.models import PlaybookRun
from recurrence.operations import playbook_runs
from tests.factories import (
    NOON,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    PlaybookFactory,
    PlaybookUseFactory,
)

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def index(django_capture_on_commit_callbacks):
    """`index(thing, …)` does what an operation does after it has written the things."""

    def refresh(*things):
        kinds = {"Incident": "incident", "FailurePattern": "pattern", "Playbook": "playbook"}
        with django_capture_on_commit_callbacks(execute=True):
            for thing in things:
                text_search.refresh(kinds[type(thing).__name__], [thing.pk])

    return refresh


@pytest.fixture
def pattern():
    return PatternFactory(
        slug="quokka", name="Quokka in the vault", signals=["quokka bites operator"]
    )


@pytest.fixture
def playbook(pattern, ana):
    made = PlaybookFactory(slug="shoo", title="Shoo the quokka", owner=ana)
    made.patterns.add(pattern)
    return made


@pytest.fixture
def incident(pattern, playbook):
    made = IncidentFactory(title="Bitten")
    PatternLinkFactory(incident=made, pattern=pattern)
    PlaybookUseFactory(incident=made, playbook=playbook)
    return made


def archive_both(client, pattern, playbook):
    for name, row in (("pattern_archive", pattern), ("playbook_archive", playbook)):
        answer = client.post(reverse(name, args=[row.slug]), {"version": row.version}, follow=True)
        assert "archived" in answer.content.decode()


def test_archived_ones_leave_lists_search_and_choices(
    signed_in, ana, index, django_capture_on_commit_callbacks, pattern, playbook, incident
):
    index(pattern, playbook, incident)
    client = signed_in(ana)
    shown_at = [
        "/playbooks/",
        "/patterns/",
        "/search/?q=quokka",
        reverse("playbook_use_new", args=[incident.reference]),
        "/playbooks/new/",
    ]
    other = IncidentFactory(title="Another")
    shown_at.append(reverse("pattern_link_new", args=[other.reference]))
    before = {address: client.get(address) for address in shown_at}
    names = ("Quokka in the vault", "Shoo the quokka")
    for address, page in before.items():
        assert any(name in page.content.decode() for name in names), (address, page.status_code)
    assert "quokka" in {one[0] for one in cue_library._versions(0)}

    with django_capture_on_commit_callbacks(execute=True):
        archive_both(client, pattern, playbook)

    for address in shown_at:
        page = client.get(address).content.decode()
        assert not any(name in page for name in names), address
    found = client.get("/search/?q=quokka").content.decode()
    for row in (pattern, playbook):
        assert row.get_absolute_url() not in found
    assert "quokka" not in {one[0] for one in cue_library._versions(0)}
    assert "Shoo the quokka" not in client.get("/").content.decode()


def test_they_stay_readable_where_the_past_links_to_them(
    signed_in, ana, pattern, playbook, incident
):
    client = signed_in(ana)
    archive_both(client, pattern, playbook)

    page = client.get(incident.get_absolute_url()).content.decode()
    assert pattern.get_absolute_url() in page
    assert playbook.get_absolute_url() in page
    for row in (pattern, playbook):
        page = client.get(row.get_absolute_url())
        assert page.status_code == 200
        assert ">Archived<" in page.content.decode()
    assert reverse("playbook_run_start", args=[playbook.slug]) not in page.content.decode()


def test_an_archived_playbook_is_not_followed(ana, playbook):
    archiving.archive_playbook(playbook, base_version=playbook.version, by=ana, at=NOON)

    with pytest.raises(archiving.PlaybookArchived, match="is archived"):
        playbook_runs.start(playbook, incident=None, by=ana, at=NOON)
    assert not PlaybookRun.objects.exists()


def test_out_of_the_archive_they_are_found_again(
    signed_in, ana, index, django_capture_on_commit_callbacks, pattern, playbook
):
    index(pattern, playbook)
    client = signed_in(ana)
    with django_capture_on_commit_callbacks(execute=True):
        archive_both(client, pattern, playbook)
    gone = client.get("/search/?q=quokka").content.decode()
    assert playbook.get_absolute_url() not in gone

    with django_capture_on_commit_callbacks(execute=True):
        for name, row in (("pattern_unarchive", pattern), ("playbook_unarchive", playbook)):
            row.refresh_from_db()
            client.post(reverse(name, args=[row.slug]), {"version": row.version})

    page = client.get("/search/?q=quokka").content.decode()
    assert pattern.get_absolute_url() in page
    assert playbook.get_absolute_url() in page


def test_archiving_is_a_revision_of_the_playbook(ana, playbook):
    archived = archiving.archive_playbook(playbook, base_version=playbook.version, by=ana, at=NOON)
    archiving.archive_playbook(archived, base_version=archived.version, by=ana, at=LATER)
    archiving.unarchive_playbook(archived, base_version=archived.version, by=ana, at=LATER)

    kept = [one.summary for one in playbook.revisions.order_by("number")][1:]
    assert kept == ["Archived", "Unarchived"]


def test_a_page_that_was_overtaken_archives_nothing(ana, pattern, playbook):
    seen = playbook.version
    operations.edit_playbook(
        playbook,
        replace(playbook_fields(playbook), verify="It is gone."),
        base_version=seen,
        by=ana,
        at=NOON,
    )

    with pytest.raises(StalePlaybook):
        archiving.archive_playbook(playbook, base_version=seen, by=ana, at=LATER)
    with pytest.raises(StalePattern):
        archiving.archive_pattern(pattern, base_version=pattern.version - 1, by=ana, at=LATER)
    assert Playbook.objects.current().count() == FailurePattern.objects.current().count() == 1


def test_who_may_not_write_may_not_archive(signed_in, vera, pattern, playbook):
    with pytest.raises(PermissionDenied):
        archiving.archive_pattern(pattern, base_version=pattern.version, by=vera, at=NOON)
    address = reverse("playbook_archive", args=[playbook.slug])
    assert signed_in(vera).post(address, {"version": 1}).status_code == 403
    assert "Archive<" not in signed_in(vera).get(playbook.get_absolute_url()).content.decode()


def test_editing_an_archived_playbook_or_one_of_an_archived_pattern_keeps_both(
    signed_in, ana, pattern, playbook
):
    client = signed_in(ana)
    archive_both(client, pattern, playbook)
    playbook.refresh_from_db()
    address = reverse("playbook_edit", args=[playbook.slug])
    assert "Quokka in the vault" in client.get(address).content.decode()

    client.post(
        address,
        {
            "version": playbook.version,
            "title": "Shoo it gently",
            "use_when": "A quokka.",
            "patterns": ["quokka"],
            "risk": "low",
            "owner": "",
            "steps-TOTAL_FORMS": "0",
            "steps-INITIAL_FORMS": "0",
        },
    )

    playbook.refresh_from_db()
    assert playbook.title == "Shoo it gently"
    assert playbook.is_archived
    assert playbook.patterns.get() == pattern


def test_an_export_says_so_and_an_import_takes_it(ana, pattern, playbook):
    archiving.archive_pattern(pattern, base_version=pattern.version, by=ana, at=NOON)
    archiving.archive_playbook(playbook, base_version=playbook.version, by=ana, at=NOON)
    pattern.refresh_from_db()
    playbook.refresh_from_db()
    files = render_pattern(pattern), render_playbook(playbook)
    assert all("\narchived: " in file for file in files)
    Playbook.objects.all().delete()
    FailurePattern.objects.all().delete()

    store_pattern(parse_pattern(files[0]), by=ana, at=LATER)
    store_playbook(parse_playbook(files[1]), by=ana, at=LATER)

    stored = FailurePattern.objects.get(), Playbook.objects.get()
    assert all(row.is_archived for row in stored)
    assert (render_pattern(stored[0]), render_playbook(stored[1])) == files


def test_a_file_that_does_not_say_leaves_it_as_it_is(ana, playbook):
    file = render_playbook(playbook)
    archiving.archive_playbook(playbook, base_version=playbook.version, by=ana, at=NOON)

    store_playbook(parse_playbook(file), by=ana, at=LATER)

    assert Playbook.objects.get().is_archived


def test_a_file_that_says_neither_yes_nor_no_is_refused(playbook):
    file = render_playbook(playbook).replace("risk:", "archived: perhaps\nrisk:")

    assert "“archived” is yes or no." in [one.message for one in parse_playbook(file).problems]
