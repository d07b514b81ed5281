"""Pages of playbook runs, with and without JavaScript."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from playbooks import operations as playbooks
from playbooks.content import PlaybookFields, StepFields
from playbooks.models import Playbook
from recurrence.models import PlaybookRun
from recurrence.operations import playbook_runs
from tests.factories import (
    NOON,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    PlaybookFactory,
    PlaybookRunFactory,
)

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
SECRET = "Zanzibar merger leaked"


@pytest.fixture
def playbook(ana):
    said = PlaybookFields(
        title="Renew it",
        use_when="It expired.",
        escalate="Call the vendor.",
        steps=(StepFields(title="Find it", command="find"), StepFields(title="Renew it")),
    )
    return playbooks.create_playbook(said, by=ana, at=NOON)


@pytest.fixture
def secret(ana):
    return IncidentFactory(title=SECRET, visibility="restricted", owner=ana)


def start_of(playbook):
    return reverse("playbook_run_start", args=[playbook.slug])


def address(run, verb):
    return reverse(f"playbook_run_{verb}", args=[run.pk])


def seen(run):
    """Return the version on a page of the run opened now."""
    return {"version": playbook_runs.run_version(run.ticks.all())}


def page_of(client, thing):
    answer = client.get(thing.get_absolute_url())
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_first_tick_starts_a_run(signed_in, vera, playbook):
    answer = signed_in(vera).post(
        start_of(playbook), {"step": 2, "version": 1, "mark": "done", "incident": ""}
    )

    run = PlaybookRun.objects.get()
    assert answer.url == f"{run.get_absolute_url()}#step-2"
    assert [tick.position for tick in run.ticks.all()] == [2]


def test_a_run_started_from_an_incident_belongs_to_it(signed_in, vera, playbook):
    incident = IncidentFactory()
    client = signed_in(vera)
    shown = client.get(playbook.get_absolute_url(), {"incident": incident.reference})

    client.post(start_of(playbook), {"incident": incident.reference})
    client.post(start_of(playbook), {"incident": incident.reference})

    assert f'name="incident" value="{incident.reference}"' in shown.content.decode()
    assert PlaybookRun.objects.get().incident == incident


@pytest.mark.parametrize("past", [{"status": "in_review"}, {"resolved_at": NOON}])
def test_a_finished_incident_is_not_offered_for_a_run(past, signed_in, vera, playbook):
    incident = IncidentFactory(title="Last year", **past)

    shown = signed_in(vera).get(playbook.get_absolute_url(), {"incident": incident.reference})

    assert "Last year" not in shown.content.decode()
    assert 'name="incident"' not in shown.content.decode()


def test_a_tick_on_a_stale_page_is_ignored(signed_in, ana, playbook):
    playbooks.mark_reviewed(playbook, today=NOON.date(), by=ana, at=NOON)

    answer = signed_in(ana).post(start_of(playbook), {"step": 2, "version": 1}, follow=True)

    assert "was changed since you opened it" in answer.content.decode()
    assert not PlaybookRun.objects.get().ticks.exists()


def test_a_hidden_incident_is_like_a_missing_one(signed_in, ben, playbook, secret):
    client = signed_in(ben)

    shown = client.get(playbook.get_absolute_url(), {"incident": secret.reference})
    there = client.post(start_of(playbook), {"incident": secret.reference})
    nowhere = client.post(start_of(playbook), {"incident": "INC-999"})

    assert secret.reference not in shown.content.decode()
    assert there.status_code == nowhere.status_code == 404
    assert not PlaybookRun.objects.exists()


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "in place"])
def test_steps_are_ticked_skipped_and_reset(headers, signed_in, vera, playbook):
    run = playbook_runs.start(playbook, incident=None, by=vera, at=NOON)
    client = signed_in(vera)

    def post(**posted):
        answer = client.post(address(run, "tick"), posted, headers=headers, follow=True)
        assert answer.status_code == 200
        return answer.content.decode()

    assert "1 of 2 done" in post(step=1, mark="done")
    assert "1 of 2 done, 1 skipped" in post(step=2, mark="skip", reason="<b>No</b> need")
    assert "&lt;b&gt;No&lt;/b&gt; need" in page_of(client, run)
    assert "That was the last step" in page_of(client, run)
    assert "0 of 2 done, 1 skipped" in post(step=1, mark="undo")
    assert [tick.position for tick in run.ticks.all()] == [2]


def test_htmx_gets_only_the_steps_including_ticks_by_others(signed_in, ana, vera, playbook):
    run = playbook_runs.start(playbook, incident=None, by=vera, at=NOON)
    playbook_runs.tick(run, position=2, by=ana, at=NOON)

    client = signed_in(vera)
    answer = client.post(address(run, "tick"), {"step": 1}, headers=HTMX)
    asked = client.get(run.get_absolute_url(), headers=HTMX)

    shown = answer.content.decode()
    assert shown.lstrip().startswith("<section")
    assert asked.content.decode().lstrip().startswith("<section")
    assert "by Ana Author" in shown
    assert "2 of 2 done" in shown


def test_a_tick_after_the_end_is_refused_with_a_reason(signed_in, ana, playbook):
    run = playbook_runs.start(playbook, incident=None, by=ana, at=NOON)
    playbook_runs.finish(run, outcome="helped", note="", by=ana, at=NOON)

    answer = signed_in(ana).post(address(run, "tick"), {"step": 1}, headers=HTMX)

    assert "its steps can no longer change" in answer.content.decode()


def test_a_run_shows_that_its_playbook_has_changed(signed_in, ana, playbook):
    run = playbook_runs.start(playbook, incident=None, by=ana, at=NOON)
    client = signed_in(ana)
    assert "was changed after this run began" not in page_of(client, run)

    said = PlaybookFields(title="Renew it", use_when="New.", steps=(StepFields(title="Other"),))
    playbooks.edit_playbook(playbook, said, base_version=1, by=ana, at=NOON)

    shown = page_of(client, run)
    assert "was changed after this run began" in shown
    assert "Find it" in shown
    assert "Other" not in shown


def test_finishing_a_run_records_its_outcome(signed_in, vera, playbook):
    incident = IncidentFactory(title="Hub down")
    run = playbook_runs.start(playbook, incident=incident, by=vera, at=NOON)
    client = signed_in(vera)

    unsaid = client.post(address(run, "finish"), {"outcome": "", "note": "Ten minutes."})
    client.post(address(run, "finish"), {"outcome": "helped", "note": "Ten minutes.", **seen(run)})

    assert unsaid.status_code == 422
    assert "Ten minutes." in unsaid.content.decode()
    assert "Helped in 1 of 1 use" in page_of(client, playbook)
    assert "what was done" in page_of(client, incident)
    over = page_of(client, run)
    assert "Ten minutes." in over
    assert 'role="checkbox"' not in over


def test_open_runs_are_listed_on_playbook_and_incident(signed_in, ana, vera, playbook):
    incident = IncidentFactory()
    run = playbook_runs.start(playbook, incident=incident, by=ana, at=NOON)
    client = signed_in(vera)

    assert "Running now" in page_of(client, playbook)
    assert f'href="{run.get_absolute_url()}"' in page_of(client, incident)


def test_runs_and_uses_of_restricted_incidents_are_hidden(signed_in, ana, ben, playbook, secret):
    run = playbook_runs.start(playbook, incident=secret, by=ana, at=NOON)
    listed = reverse("playbook_list")
    assert "Running now" not in page_of(signed_in(ben), playbook)
    playbook_runs.finish(run, outcome="helped", note="", by=ana, at=NOON)

    for_ben = page_of(signed_in(ben), playbook) + signed_in(ben).get(listed).content.decode()

    assert "Helped in" not in for_ben
    assert SECRET not in for_ben
    assert signed_in(ben).get(run.get_absolute_url()).status_code == 404
    assert "Helped in 1 of 1 use" in signed_in(ana).get(listed).content.decode()


def test_a_run_is_attached_to_a_visible_incident(signed_in, ben, playbook, secret):
    run = playbook_runs.start(playbook, incident=None, by=ben, at=NOON)
    incident = IncidentFactory()
    client = signed_in(ben)

    for reference in (secret.reference, "INC-999", "\0"):
        client.post(address(run, "attach"), {"reference": reference})
        run.refresh_from_db()
        assert run.incident is None
    assert SECRET not in page_of(client, run)
    client.post(address(run, "attach"), {"reference": f" {incident.reference.lower()} "})

    run.refresh_from_db()
    assert run.incident == incident


def test_a_run_is_discarded(signed_in, vera, ben, playbook):
    run = playbook_runs.start(playbook, incident=None, by=ben, at=NOON)

    assert signed_in(vera).post(address(run, "discard")).status_code == 403
    assert (
        signed_in(ben).post(address(run, "discard"), seen(run)).url == playbook.get_absolute_url()
    )
    assert not PlaybookRun.objects.exists()


def test_from_an_incident_its_playbooks_are_one_tap_away(signed_in, vera):
    link = PatternLinkFactory(pattern=PatternFactory())
    playbook = PlaybookFactory()
    playbook.patterns.add(link.pattern)

    shown = page_of(signed_in(vera), link.incident)

    assert f"{playbook.get_absolute_url()}?incident={link.incident.reference}" in shown


@pytest.mark.parametrize("verb", ["start", "tick", "finish", "attach"])
def test_invalid_input_does_not_crash(verb, signed_in, ana):
    run = PlaybookRunFactory(incident=None)
    place = start_of(run.playbook) if verb == "start" else address(run, verb)
    client = signed_in(ana)

    for odd in ("\0", "²", "9" * 50, "-1", "x" * 30_000):
        names = ("step", "mark", "reason", "version", "reference", "outcome", "note")
        answer = client.post(place, dict.fromkeys(names, odd))
        assert answer.status_code in (200, 302, 422)
    assert not PlaybookRun.objects.exclude(finished_at=None).exists()


def full(owner, count):
    """Create a run with `count` steps ticked, among other rows, `count` of each."""
    steps = tuple(StepFields(title=f"Step {n}", command="ls") for n in range(count + 1))
    said = PlaybookFields(title=f"Playbook of {count}", use_when="Now.", steps=steps)
    playbook = playbooks.create_playbook(said, by=owner, at=NOON)
    incident = IncidentFactory()
    run = playbook_runs.start(playbook, incident=incident, by=owner, at=NOON)
    for number in range(count):
        playbook_runs.tick(run, position=number + 1, by=owner, at=NOON)
        other = playbook_runs.start(playbook, incident=IncidentFactory(), by=owner, at=NOON)
        playbook_runs.finish(other, outcome="helped", note="", by=owner, at=NOON)
        playbook_runs.start(playbook, incident=IncidentFactory(), by=owner, at=NOON)
    return playbook, incident, run


def test_the_number_of_queries_does_not_grow(signed_in, ana, django_capture_on_commit_callbacks):
    client = signed_in(ana)

    def cost(ask):
        with (
            CaptureQueriesContext(connection) as captured,
            django_capture_on_commit_callbacks(execute=True),
        ):
            assert ask().status_code in (200, 302)
        quiet = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
        return sum(not query["sql"].startswith(quiet) for query in captured)

    def costs(count):
        playbook, incident, run = full(ana, count)
        client.get("/profile/")
        step = {"step": count + 1, "version": 1}
        return [
            cost(lambda: client.get(playbook.get_absolute_url())),
            cost(lambda: client.get(reverse("playbook_uses_panel", args=[playbook.slug]))),
            cost(lambda: client.get(reverse("playbook_revision_list", args=[playbook.slug]))),
            cost(lambda: client.get(run.get_absolute_url())),
            cost(lambda: client.get(incident.get_absolute_url())),
            cost(lambda: client.post(start_of(playbook), step)),
            cost(lambda: client.post(address(run, "tick"), step, headers=HTMX)),
            cost(lambda: client.post(address(run, "finish"), {"outcome": "helped", **seen(run)})),
        ]

    one, three = costs(1), costs(3)

    assert one == three
    assert max(one) <= 20


def test_done_steps_are_folded(signed_in, vera, playbook):
    run = playbook_runs.start(playbook, incident=None, by=vera, at=NOON)
    client = signed_in(vera)
    before = client.get(run.get_absolute_url()).content.decode()
    client.post(reverse("playbook_run_tick", args=[run.pk]), {"step": "1", "mark": "done"})
    after = client.get(run.get_absolute_url()).content.decode()

    assert before.count("playbook-step-again") == 0
    assert after.count("playbook-step-again") == 1
    assert after.count("playbook-step-body") == before.count("playbook-step-body")


def test_a_review_is_requested_only_before_the_first_tick(signed_in, ana, playbook):
    Playbook.objects.update(review_by_on=date(2020, 1, 1))
    run = playbook_runs.start(playbook, incident=None, by=ana, at=NOON)
    client = signed_in(ana)
    opened = client.get(run.get_absolute_url()).content.decode()
    client.post(reverse("playbook_run_tick", args=[run.pk]), {"step": "1", "mark": "done"})

    assert "Still correct?" in opened
    assert "Still correct?" not in client.get(run.get_absolute_url()).content.decode()
