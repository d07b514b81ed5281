"""Pattern suggestions: their evidence, what they learn, and when there are none."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.urls import reverse

from incidents.models import LinkState
from likeness import index
from likeness.models import PatternFeedback
from likeness.pattern_suggestions import suggestions
from recurrence.operations import pattern_links
from recurrence.operations.pattern_links import NO_LINK
from tests.bounded import bounded
from tests.factories import (
    NOON,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    SectionFactory,
)

pytestmark = pytest.mark.django_db

FULL = "The root cause was that the disk of the build server was full: no space left on device."


def written(body=FULL, title="Builds failed", kind="summary", **fields):
    incident = IncidentFactory(title=title, **fields)
    SectionFactory(incident=incident, kind=kind, title="What happened", body=body)
    index.read_incidents([incident.pk], at=NOON)
    return incident


def slugs(incident):
    return [one.slug for one in suggestions(incident)]


@pytest.fixture
def disk_full():
    return PatternFactory(slug="disk-full", name="Disk full")


@pytest.fixture
def dns():
    return PatternFactory(slug="dns", name="DNS wrong")


def test_a_fitting_pattern_is_suggested_with_its_evidence(disk_full, dns):
    incident = written(f"Builds failed at noon. {FULL} We removed old images.")

    [found] = suggestions(incident)

    assert found.slug == "disk-full"
    assert found.evidence[0] == FULL


def test_nothing_is_suggested_if_nothing_fits(disk_full, dns):
    assert slugs(written("The service was slow for a while. It recovered by itself.")) == []
    assert slugs(IncidentFactory(title="Nothing is written yet")) == []


@pytest.mark.parametrize(
    "body",
    [
        "This was not caused by DNS.",
        "We suspected the DNS zone, but it was fine.",
        "[Describe what happened: was a DNS record wrong, did the name servers fail?]",
    ],
)
def test_denials_suspicions_and_questions_are_no_evidence(dns, body):
    assert slugs(written(body, title="An outage")) == []


def test_a_pattern_is_recognised_by_a_teams_own_words():
    PatternFactory(
        slug="rubber-duck",
        name="Rubber duck in the pipeline",
        definition="A duck stops the conveyor.",
        signals=["duck jammed", "ERR_DUCK_42", "conveyor stopped by a duck"],
    )
    incident = written("The conveyor was stopped by a duck. The log said ERR_DUCK_42: duck jammed.")

    [found] = suggestions(incident)

    assert found.slug == "rubber-duck"
    assert len(found.evidence) == 2


def test_a_cause_weighs_more_than_a_plan(disk_full):
    cause = written(FULL)
    plan = written("We will add monitoring, so that no disk is full.", title="Something else")

    assert slugs(cause) == ["disk-full"]
    assert slugs(plan) == []


def test_decided_patterns_are_not_suggested_again(disk_full, ana):
    incident = written()

    pattern_links.dismiss(incident, disk_full, by=ana, at=NOON)

    assert slugs(incident) == []
    assert incident.pattern_links.get().state == LinkState.DISMISSED


def test_dismissing_a_confirmed_link_reverses_it_and_repeating_changes_nothing(disk_full, ana):
    incident = written()
    pattern_links.link(incident, disk_full, evidence="", by=ana, at=NOON)

    first = pattern_links.dismiss(incident, disk_full, by=ana, at=NOON)
    second = pattern_links.dismiss(incident, disk_full, by=ana, at=NOON)

    assert first.pk == second.pk
    assert incident.pattern_links.get().state == LinkState.DISMISSED


def test_viewers_may_not_dismiss_patterns(disk_full, vera):
    with pytest.raises(PermissionDenied):
        pattern_links.dismiss(written(), disk_full, by=vera, at=NOON)


def test_a_changed_incident_is_analyzed_as_it_is_now(disk_full):
    incident = written("Nothing to see here.")
    section = incident.sections.get()
    section.body = FULL
    section.save()
    incident.updated_at = NOON.replace(hour=13)
    incident.save()

    assert slugs(incident) == ["disk-full"]


def test_a_changed_pattern_is_recognised_by_its_new_words(disk_full):
    pattern = PatternFactory(slug="duck", name="Jams")
    incident = written("The log said ERR_DUCK_42. ERR_DUCK_43 followed, and the duck was jammed.")
    assert slugs(incident) == []

    pattern.signals = ["ERR_DUCK_42", "ERR_DUCK_43", "duck was jammed", "the duck jammed it"]
    pattern.version += 1
    pattern.save()

    assert slugs(incident) == ["duck"]


# --- learning ------------------------------------------------------------------------------------

ZEPHYR = "The zephyr daemon of the northern turbine refused its lease: gearbox and rotor stalled."


@pytest.fixture
def learned(ana):
    """Return a pattern without telling words, confirmed for four incidents about the same thing."""
    pattern = PatternFactory(slug="gearbox", name="Gears")
    for number in range(30):
        written(
            f"A report about something else entirely, number {number}.", title=f"Other {number}"
        )
    for number in range(4):
        PatternLinkFactory(incident=written(ZEPHYR, title=f"Stall {number}"), pattern=pattern)
    index.rebuild(at=NOON)
    return pattern


def test_a_pattern_learns_the_words_of_confirmed_incidents(learned):
    incident = written(ZEPHYR, title="Stalled again")

    [found] = suggestions(incident)

    assert found.slug == "gearbox"
    assert found.evidence[0] == ZEPHYR
    assert found.learned == 4


def test_dismissals_teach_and_withdrawing_one_undoes_that(learned, ana):
    incident = written(ZEPHYR, title="Stalled again")
    others = [written(ZEPHYR, title=f"Not that {number}") for number in range(3)]
    index.rebuild(at=NOON)
    before = suggestions(incident)[0].score

    made = [pattern_links.dismiss(one, learned, by=ana, at=NOON) for one in others]
    index.read_incidents([one.pk for one in others], at=NOON)
    after = [one.score for one in suggestions(incident)]
    for link in made:
        pattern_links.unlink(link, by=ana, at=NOON)
    index.read_incidents([one.pk for one in others], at=NOON)

    assert after == [] or after[0] < before
    assert suggestions(incident)[0].score == before


def test_learning_twice_changes_nothing(learned):
    before = PatternFeedback.objects.values_list("terms", "weights", "confirmed").get(
        pattern=learned
    )

    index.rebuild(at=NOON)

    assert (
        PatternFeedback.objects.values_list("terms", "weights", "confirmed").get(pattern=learned)
        == before
    )


def test_restricted_incidents_teach_nothing(ana):
    pattern = PatternFactory(slug="gearbox", name="Gears")
    for number in range(4):
        secret = written(ZEPHYR, title=f"Stall {number}", visibility="restricted", owner=ana)
        PatternLinkFactory(incident=secret, pattern=pattern)
    index.rebuild(at=NOON)

    feedback = PatternFeedback.objects.get(pattern=pattern)
    assert (feedback.confirmed, feedback.terms) == (0, [])
    assert slugs(written(ZEPHYR)) == []


# --- pages and commands --------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3])
def test_the_panel_takes_the_same_few_queries(
    ana, signed_in, django_assert_max_num_queries, number
):
    for slug in ("disk-full", "dns", "memory-oom")[:number]:
        PatternFactory(slug=slug, name=slug)
    incident = written(
        f"{FULL} It was also caused by a wrong DNS record, the name servers failed. "
        "The root cause was that a process ran out of memory and was killed by the OOM killer."
    )
    client = signed_in(ana)
    address = reverse("pattern_suggestions", args=[incident.reference])
    client.get(address)

    with django_assert_max_num_queries(12):
        page = client.get(address).content.decode()

    assert page.count("likeness-row") == number


def test_confirming_links_the_pattern_with_its_evidence_and_can_be_undone(
    ana, signed_in, disk_full
):
    incident = written()
    client, htmx = signed_in(ana), {"HX-Request": "true"}
    address = reverse("pattern_suggestion_decide", args=[incident.reference])

    asked = {"slug": "disk-full", "state": "confirmed", "version": NO_LINK}
    panel = client.post(address, asked, headers=htmx)

    link = incident.pattern_links.get()
    assert (link.state, link.decided_by) == (LinkState.CONFIRMED, ana)
    assert link.evidence == f"> {FULL}"
    assert 'value="undecided"' in panel.content.decode()
    assert f'name="version" value="{link.version}"' in panel.content.decode()
    client.post(address, asked | {"state": "undecided", "version": link.version}, headers=htmx)
    assert not incident.pattern_links.exists()


def test_an_empty_panel_is_silent(vera, signed_in, disk_full):
    incident = written("Nothing to see here.")

    panel = signed_in(vera).get(
        reverse("pattern_suggestions", args=[incident.reference]), headers={"HX-Request": "true"}
    )

    assert "Patterns that may fit</h3>" not in panel.content.decode()


def test_a_viewer_sees_the_evidence_and_no_buttons(vera, signed_in, disk_full):
    incident = written()

    page = signed_in(vera).get(reverse("pattern_suggestions", args=[incident.reference]))

    assert "no space left on device" in page.content.decode()
    assert 'name="state"' not in page.content.decode()


def test_long_text_is_analyzed_in_bounded_time(disk_full):
    incident = IncidentFactory(title="Long")
    SectionFactory(incident=incident, body=("disk full not no out of space . " * 8_000)[:200_000])

    with bounded(5):
        index.read_incidents([incident.pk], at=NOON)
        suggestions(incident)


def run(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_what_the_page_shows(disk_full):
    incident = written()

    [found] = json.loads(run("suggest_patterns", incident.reference, "--json"))

    assert found["slug"] == "disk-full"
    assert found["title"] == "Disk full"
    assert found["score"] > 0
    assert found["evidence"] == [FULL]
    assert FULL in run("suggest_patterns", incident.reference.lower())


def test_the_command_hides_incidents_that_the_user_may_not_see(ana, disk_full):
    incident = written(visibility="restricted", owner=ana)

    with pytest.raises(CommandError, match="There is no incident"):
        run("suggest_patterns", incident.reference)
    assert "disk-full" in run("suggest_patterns", incident.reference, "--as", "ana")


def test_learn_prints_the_number_of_incidents(disk_full):
    written()

    assert run("learn").strip() == "0 incidents read."
    assert run("learn", "--all").strip() == "1 incident read."
