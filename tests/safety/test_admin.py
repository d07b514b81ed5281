"""The administration keeps the product's promises: nothing is overwritten, nothing goes unseen."""

from __future__ import annotations

import warnings
from dataclasses import asdict

import pytest
from django.apps import apps
from django.contrib import admin
from django.forms import URLField
from django.urls import reverse
from django.utils.deprecation import RemovedInDjango60Warning

from accounts.models import Holiday, SignInLink, User
from action_items.models import (
    Answer,
    LedgerEntry,
    PostmortemReminder,
    ReminderAnswer,
    ReminderPolicy,
)
from action_items.reminders import policy
from incidents.models import Attachment, Edition, ImportedFile, Incident, Revision, SeededFile
from incidents.operations import revisions
from messaging import operations
from messaging.models import Channel, ChannelTrial
from playbooks import revisions as playbook_revisions
from playbooks.models import FailurePattern, Playbook
from tests.factories import (
    NOON,
    ActionItemFactory,
    CalendarFeedFactory,
    FixCheckFactory,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    PlaybookFactory,
    PlaybookRunFactory,
    PlaybookStepFactory,
    PlaybookUseFactory,
    RootCauseFactory,
    SectionFactory,
    ServiceFactory,
    TagFactory,
    TeamFactory,
    TimelineEventFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model.__name__)
def test_an_address_without_its_scheme_is_one_of_https(model, rf, omar):
    request = rf.get("/")
    request.user = omar
    with warnings.catch_warnings():
        warnings.simplefilter("error", RemovedInDjango60Warning)
        editor = admin.site._registry[model]
        forms = [editor.get_form(request, change=False)]
        forms += [
            inline.get_formset(request).form for inline in editor.get_inline_instances(request)
        ]

    addresses = [
        field
        for form in forms
        for field in form.base_fields.values()
        if isinstance(field, URLField)
    ]
    assert all(field.to_python("example.com") == "https://example.com" for field in addresses)


@pytest.fixture
def administrator(omar, signed_in):
    return signed_in(omar)


@pytest.fixture
def everything(ana):
    """One row of everything that there is."""
    incident = IncidentFactory()
    revision = revisions.record(incident, by=ana, at=NOON, summary="First")
    Edition.objects.create(revision=revision, published_at=NOON)
    SectionFactory(incident=incident).versions.create(version=1, title="Summary", saved_at=NOON)
    TimelineEventFactory(incident=incident)
    RootCauseFactory(incident=incident)
    item = ActionItemFactory(incident=incident)
    item.changes.create(at=NOON, what="status", before="open", after="blocked")
    item.dependencies.create(depends_on=ActionItemFactory(incident=incident))
    message = operations.write(
        key="digest:ana", topic="digest", day=NOON.date(), at=NOON, recipient=ana
    )
    Channel.objects.create(user=ana, kind="slack", name="Mine", created_at=NOON)
    ChannelTrial.objects.create(by=ana, at=NOON)
    operations.pause_sending(reason="Restored from a backup.", at=NOON)
    LedgerEntry.objects.create(
        action_item=item, step="overdue", due_on=NOON.date(), recipient=ana, message=message
    )
    ReminderAnswer.objects.create(message=message, action_item=item, answer=Answer.DONE, at=NOON)
    PostmortemReminder.objects.create(
        incident=incident,
        step="draft_untouched",
        since_on=NOON.date(),
        recipient=ana,
        message=message,
    )
    Attachment.objects.create(
        incident=incident, name="a.png", content_type="image/png", size=1, uploaded_at=NOON
    )
    SignInLink.objects.issue(ana, at=NOON)
    Holiday.objects.create(on=NOON.date(), name="Founders’ day")
    ReminderPolicy.objects.create(number=1, saved_at=NOON, **asdict(policy.Policy()))
    ImportedFile.objects.create(
        incident=incident, key="a", path="a.md", revision=1, imported_at=NOON
    )
    SeededFile.objects.create(name="a.md", digest="0", became="INC-1", seeded_at=NOON)
    for factory in (ServiceFactory, TagFactory, TeamFactory, PlaybookStepFactory):
        factory()
    PatternLinkFactory(incident=incident)
    PlaybookUseFactory(incident=incident)
    FixCheckFactory(incident=incident, action_item=item)
    PlaybookRunFactory(incident=incident)
    CalendarFeedFactory()
    return incident


# Of search and likeness people edit synonyms alone; their tests open those pages.
APPS = ("accounts", "messaging", "playbooks", "incidents", "action_items", "recurrence")
OURS = [model for model in admin.site._registry if model._meta.app_label in APPS]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_list_and_page_opens(administrator, everything, model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    row = model._base_manager.first()

    listed = administrator.get(reverse(f"{name}_changelist"), {"q": "a"})
    page = administrator.get(reverse(f"{name}_change", args=[row.pk]))

    assert listed.status_code == page.status_code == 200
    assert "script-src 'self'" in page["Content-Security-Policy"]


def test_every_model_of_ours_is_there():
    missing = {
        model._meta.label
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        if model not in admin.site._registry
    }
    # Three are part of the page of what they belong to; marks, runs, and what follows the writing
    # of sections mean nothing to a person.
    assert missing == {
        *("playbooks.PlaybookStep", "incidents.IncidentRole", "recurrence.PlaybookTick"),
        *("incidents.WriteMark", "action_items.ReminderRun"),
        *("incidents.AnsweredTab", "incidents.Presence", "incidents.WritingStretch"),
        *("incidents.SectionClash", "incidents.UnsavedText"),
    }


def form_of(administrator, incident) -> dict:
    """What a browser would send from the incident's page as it stands."""
    page = administrator.get(reverse("admin:incidents_incident_change", args=[incident.pk]))
    form = page.context["adminform"].form
    fields = {name: form[name].value() for name in form.fields}
    for inline in page.context["inline_admin_formsets"]:
        formset = inline.formset
        for part in [formset.management_form, *formset.forms]:
            fields |= {part.add_prefix(name): part[name].value() for name in part.fields}
    for name, value in list(fields.items()):
        if hasattr(value, "strftime"):
            del fields[name]
            fields[f"{name}_0"], fields[f"{name}_1"] = f"{value:%Y-%m-%d}", f"{value:%H:%M:%S}"
        elif value is None or value is False:
            del fields[name]
    return fields


def save(administrator, incident, fields):
    return administrator.post(
        reverse("admin:incidents_incident_change", args=[incident.pk]), fields
    )


def test_a_change_is_a_revision_and_counts_the_version_up(administrator, omar):
    incident = IncidentFactory(title="Old title")
    fields = form_of(administrator, incident)

    answer = save(administrator, incident, fields | {"title": "New title"})

    assert answer.status_code == 302
    incident.refresh_from_db()
    assert (incident.title, incident.version) == ("New title", 2)
    revision = Revision.objects.get(incident=incident)
    assert "New title" in revision.content
    assert revision.saved_by == omar


def test_whoever_is_made_an_owner_here_was_given_it(administrator, omar, ana):
    item = ActionItemFactory()
    page = reverse("admin:incidents_actionitem_change", args=[item.pk])
    form = administrator.get(page).context["adminform"].form
    fields = {name: form[name].value() for name in form.fields if form[name].value() is not None}

    saved = administrator.post(page, fields | {"owner": ana.pk})

    item.refresh_from_db()
    assert saved.status_code == 302
    assert (item.owner, item.given_by) == (ana, omar)
    assert item.given_at is not None


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(administrator):
    incident = IncidentFactory(title="Old title")
    fields = form_of(administrator, incident)
    Incident.objects.filter(pk=incident.pk).update(title="Theirs", version=2)

    answer = save(administrator, incident, fields | {"title": "Mine"})

    assert answer.status_code == 200
    assert "Somebody changed this" in answer.content.decode()
    incident.refresh_from_db()
    assert incident.title == "Theirs"


def test_nor_is_a_section(administrator):
    section = SectionFactory(body="Old")
    fields = form_of(administrator, section.incident)
    type(section).objects.filter(pk=section.pk).update(body="Theirs", version=2)

    answer = save(administrator, section.incident, fields | {"sections-0-body": "Mine"})

    assert answer.status_code == 200
    section.refresh_from_db()
    assert section.body == "Theirs"


def test_a_section_keeps_its_earlier_versions(administrator):
    section = SectionFactory(body="Old")
    fields = form_of(administrator, section.incident)

    answer = save(administrator, section.incident, fields | {"sections-0-body": "New"})

    assert answer.status_code == 302
    section.refresh_from_db()
    assert (section.body, section.version) == ("New", 2)
    assert section.versions.get(version=2).body == "New"


def test_a_milestone_set_here_shows_on_the_incident(administrator):
    event = TimelineEventFactory()
    fields = form_of(administrator, event.incident)

    save(administrator, event.incident, fields | {"timeline-0-milestone": "detected"})

    event.incident.refresh_from_db()
    assert event.incident.detected_at == NOON


def test_a_new_incident_gets_the_next_number(administrator, omar):
    IncidentFactory(number=41)
    fields = {
        "title": "Made here",
        "severity": "unknown",
        "environment": "unknown",
        "visibility": "internal",
    }
    for prefix in ("roles", "sections", "timeline", "root_causes", "action_items"):
        fields |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    fields |= {"pattern_links-TOTAL_FORMS": "0", "pattern_links-INITIAL_FORMS": "0"}

    answer = administrator.post(reverse("admin:incidents_incident_add"), fields)

    assert answer.status_code == 302
    made = Incident.objects.get(title="Made here")
    assert (made.number, made.created_by) == (42, omar)


def test_incidents_people_and_records_cannot_be_deleted(administrator, everything, ana):
    for name, row in [
        ("incidents_incident", everything),
        ("accounts_user", ana),
        ("incidents_revision", Revision.objects.first()),
        ("incidents_sectionversion", everything.sections.first().versions.first()),
    ]:
        answer = administrator.post(reverse(f"admin:{name}_delete", args=[row.pk]), {"post": "yes"})
        assert answer.status_code == 403
    assert Incident.objects.exists()
    assert User.objects.filter(pk=ana.pk).exists()


def test_a_pattern_that_incidents_share_stays_and_a_lonely_one_may_go(administrator):
    shared = PatternLinkFactory().pattern
    lonely = PatternFactory()

    for pattern in (shared, lonely):
        administrator.post(
            reverse("admin:playbooks_failurepattern_delete", args=[pattern.pk]), {"post": "yes"}
        )

    assert list(FailurePattern.objects.all()) == [shared]


def test_a_playbook_that_was_run_stays_and_one_that_was_not_goes_with_its_revisions(
    administrator,
):
    run, lonely = PlaybookRunFactory(), PlaybookFactory()
    revision = playbook_revisions.current(lonely)

    alone = reverse("admin:playbooks_playbookrevision_delete", args=[revision.pk])
    assert administrator.post(alone, {"post": "yes"}).status_code == 403
    for playbook in (run.playbook, lonely):
        address = reverse("admin:playbooks_playbook_delete", args=[playbook.pk])
        administrator.post(address, {"post": "yes"})

    assert list(Playbook.objects.all()) == [run.playbook]


def test_a_playbook_changed_here_has_its_earlier_state_kept(administrator, omar):
    playbook = PlaybookFactory(title="Old title")
    fields = {"title": "New title", "slug": playbook.slug, "use_when": "Now.", "risk": "low"}
    fields |= {"seen_version": 1, "steps-TOTAL_FORMS": 0, "steps-INITIAL_FORMS": 0}

    answer = administrator.post(
        reverse("admin:playbooks_playbook_change", args=[playbook.pk]), fields
    )

    assert answer.status_code == 302
    last, first = playbook.revisions.all()
    assert "Old title" in first.content
    assert "New title" in last.content
    assert last.saved_by == omar


def test_nobody_but_administrators_gets_in(rita, signed_in):
    client = signed_in(rita)

    for model in OURS:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        assert client.get(reverse(name), follow=True).status_code == 403


def test_a_person_is_added_with_a_role_and_changed(administrator):
    fields = {
        "username": "eve",
        "email": "eve@example.com",
        "full_name": "Eve",
        "role": "reviewer",
        "usable_password": "false",
    }

    answer = administrator.post(reverse("admin:accounts_user_add"), fields)

    assert answer.status_code == 302
    eve = User.objects.get(username="eve")
    assert eve.role == "reviewer"
    assert not eve.has_usable_password()
