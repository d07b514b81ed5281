"""Playbooks and patterns on pages."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from playbooks.models import FailurePattern, Playbook
from tests.factories import (
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    PlaybookFactory,
    PlaybookStepFactory,
    PlaybookUseFactory,
)

pytestmark = pytest.mark.django_db


def seen(playbook):
    """Return what a page of the playbook, opened just now, carries."""
    return {"version": Playbook.objects.get(pk=playbook.pk).seen_version}


def queries_of(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def steps(*titles, **more):
    posted = {"steps-TOTAL_FORMS": len(titles), "steps-INITIAL_FORMS": 0}
    for number, title in enumerate(titles):
        posted |= {f"steps-{number}-title": title, f"steps-{number}-ORDER": number + 1}
    return posted | more


def form(**more):
    return {"title": "Replace it", "use_when": "It expired.", "risk": "low"} | more


def a_full_playbook(**more):
    playbook = PlaybookFactory(verify="Look.", escalate="Call the on-call.", **more)
    playbook.patterns.add(PatternFactory())
    PlaybookStepFactory(playbook=playbook, command="renew --now", expected="renewed", undo="no")
    PlaybookUseFactory(playbook=playbook)
    return playbook


def test_a_playbook_shows_what_one_needs_at_night(signed_in, vera):
    playbook = a_full_playbook(title="Renew it", last_reviewed_on=date(2026, 3, 1))

    shown = signed_in(vera).get(playbook.get_absolute_url()).content.decode()

    for part in ("Renew it", "renew --now", "You should see", "Undo", "Call the on-call.", "1 Mar"):
        assert part in shown
    assert "mark reviewed" not in shown


def test_the_list_can_be_narrowed_and_ordered(signed_in, vera):
    old = PlaybookFactory(title="B", risk="high", last_reviewed_on=date(2020, 1, 1))
    new = PlaybookFactory(title="A", last_reviewed_on=date(2026, 1, 1))
    never = PlaybookFactory(title="C")
    pattern = PatternFactory()
    never.patterns.add(pattern)
    client = signed_in(vera)

    def shown(**query):
        cards = client.get(reverse("playbook_list"), query).context["cards"]
        return [Playbook.objects.get(title=card.title) for card in cards]

    assert shown() == [new, old, never]
    assert shown(order="review") == [old, new, never]
    assert shown(risk="high") == [old]
    assert shown(pattern=pattern.slug) == [never]
    assert set(shown(order="pattern")) == {old, new, never}


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("FULL disk", ["Make room"]),
        ("space  left", ["Make room"]),
        ("room", ["Make room"]),
        ("a", ["Make room", "Wait"]),
        ("room wait", []),
        ("100%", ["Make room"]),
        ("x\0" * 1000, []),
    ],
)
def test_the_list_is_narrowed_by_title_symptoms_and_patterns(signed_in, vera, typed, titles):
    full = PlaybookFactory(title="Make room", use_when="No space left on device, 100% used")
    full.patterns.add(PatternFactory(name="Disk full"), PatternFactory(name="Volume full"))
    PlaybookFactory(title="Wait", use_when="It ends by itself")

    answer = signed_in(vera).get(reverse("playbook_list"), {"q": typed})

    assert [card.title for card in answer.context["cards"]] == titles


def test_while_one_types_only_the_playbooks_are_answered(signed_in, vera):
    PlaybookFactory(title="Make room")

    answer = signed_in(vera).get(
        reverse("playbook_list"), {"q": "room"}, headers={"HX-Request": "true"}
    )

    assert answer.content.decode().lstrip().startswith('<div id="playbook-results">')
    assert "Make room" in answer.content.decode()


def test_the_number_of_queries_does_not_grow(signed_in, ana):
    client = signed_in(ana)
    playbook = a_full_playbook()
    pages = [
        reverse("playbook_list"),
        playbook.get_absolute_url(),
        reverse("playbook_edit", args=[playbook.slug]),
        reverse("playbook_uses_panel", args=[playbook.slug]),
    ]
    with_one = [queries_of(client, page) for page in pages]
    for _ in range(2):
        a_full_playbook()
        PlaybookStepFactory(playbook=playbook)
        PlaybookUseFactory(playbook=playbook)
        playbook.patterns.add(PatternFactory())

    assert [queries_of(client, page) for page in pages] == with_one
    assert max(with_one) <= 20


def test_a_playbook_is_written_with_its_steps_in_the_order_of_positions(signed_in, ana):
    posted = form() | steps("Second", "First", "", **{"steps-0-ORDER": 2, "steps-1-ORDER": 1})

    answer = signed_in(ana).post(reverse("playbook_new"), posted)

    playbook = Playbook.objects.get()
    assert answer.url == playbook.get_absolute_url()
    assert [step.title for step in playbook.steps.all()] == ["First", "Second"]


def test_another_step_can_be_had_without_javascript(signed_in, ana):
    posted = form(title="Kept") | steps("First") | {"add_step": "1"}

    answer = signed_in(ana).post(reverse("playbook_new"), posted)

    assert not Playbook.objects.exists()
    assert len(answer.context["steps"].forms) == 2
    assert 'value="Kept"' in answer.content.decode()


def test_a_step_is_taken_out(signed_in, ana):
    playbook = PlaybookFactory(title="Replace it", use_when="It expired.")
    posted = form(version=1) | steps("One", "Two", **{"steps-0-DELETE": "on"})

    signed_in(ana).post(reverse("playbook_edit", args=[playbook.slug]), posted)

    assert [step.title for step in playbook.steps.all()] == ["Two"]


@pytest.mark.parametrize("broken", [{"title": ""}, {"use_when": " "}, {"risk": "none"}])
def test_what_is_missing_is_said_and_nothing_is_lost(broken, signed_in, ana):
    answer = signed_in(ana).post(reverse("playbook_new"), form(**broken) | steps("Keep me"))

    assert not Playbook.objects.exists()
    assert "Keep me" in answer.content.decode()
    assert "Not saved yet" in answer.content.decode()


def test_a_broken_form_is_no_crash(signed_in, ana):
    client = signed_in(ana)
    for broken in ({}, {"steps-TOTAL_FORMS": "x"}, steps("A", **{"steps-TOTAL_FORMS": 10**6})):
        assert client.post(reverse("playbook_new"), form() | broken).status_code == 200
        again = form() | broken | {"add_step": "1"}
        assert client.post(reverse("playbook_new"), again).status_code == 200


def test_of_two_who_write_the_second_sees_both_and_chooses(signed_in, ana, ben):
    playbook = PlaybookFactory(title="Replace it", use_when="Old.")
    address = reverse("playbook_edit", args=[playbook.slug])
    signed_in(ana).post(address, form(use_when="Ana’s text.", version=1) | steps("One"))

    answer = signed_in(ben).post(address, form(use_when="Ben’s text.", version=1) | steps("One"))

    shown = answer.content.decode()
    assert "Ana" in shown
    assert "Ben" in shown
    assert "Nothing was overwritten" in shown
    assert "Ana Author" in shown
    assert "Changed when to use it; step 1 added." in shown
    playbook.refresh_from_db()
    assert playbook.use_when == "Ana’s text."
    version = answer.context["form"]["version"].value()
    signed_in(ben).post(address, form(use_when="Ben’s text.", version=version) | steps("One"))
    playbook.refresh_from_db()
    assert playbook.use_when == "Ben’s text."


def test_of_two_who_write_a_pattern_the_second_sees_both(signed_in, ana, ben):
    pattern = PatternFactory(name="Expired", definition="Old.")
    address = reverse("pattern_edit", args=[pattern.slug])
    said = {"name": "Expired", "version": 1}
    signed_in(ana).post(address, said | {"definition": "Ana’s sentence."})

    answer = signed_in(ben).post(address, said | {"definition": "Ben’s sentence."})

    assert "Nothing was overwritten" in answer.content.decode()
    pattern.refresh_from_db()
    assert pattern.definition == "Ana’s sentence."


def test_a_pattern_is_written_with_a_signal_a_line(signed_in, ana):
    posted = {"name": "Expired", "definition": "It ran out.", "signals": "x509\r\n\r\n401 \r\nx509"}

    signed_in(ana).post(reverse("pattern_new"), posted)

    assert FailurePattern.objects.get().signals == ["x509", "401"]


def test_a_signal_that_is_too_long_is_said(signed_in, ana):
    posted = {"name": "Expired", "definition": "It ran out.", "signals": "x" * 201}

    answer = signed_in(ana).post(reverse("pattern_new"), posted)

    assert "at most 200 characters" in answer.content.decode()


def test_viewers_read_only(signed_in, vera):
    playbook = PlaybookFactory()
    client = signed_in(vera)

    assert client.get(reverse("playbook_new")).status_code == 403
    assert client.get(reverse("playbook_edit", args=[playbook.slug])).status_code == 403
    assert client.get(reverse("pattern_new")).status_code == 403
    reviewed = client.post(reverse("playbook_mark_reviewed", args=[playbook.slug]), seen(playbook))
    assert reviewed.status_code == 403


def test_somebody_says_that_it_is_still_true(signed_in, ana):
    playbook = PlaybookFactory()

    signed_in(ana).post(reverse("playbook_mark_reviewed", args=[playbook.slug]), seen(playbook))

    playbook.refresh_from_db()
    assert playbook.last_reviewed_by == ana


def test_the_uses_of_restricted_incidents_are_not_counted(signed_in, vera, ana):
    playbook = PlaybookFactory()
    secret = IncidentFactory(title="Zanzibar", visibility="restricted", owner=ana)
    PlaybookUseFactory(playbook=playbook, incident=secret)
    PlaybookUseFactory(playbook=playbook, outcome="did_not_help")
    address = reverse("playbook_uses_panel", args=[playbook.slug])

    for_vera = signed_in(vera).get(address).content.decode()

    assert "Helped in 0 of 1 use." in for_vera
    assert "Zanzibar" not in for_vera
    assert "Helped in 1 of 2 uses." in signed_in(ana).get(address).content.decode()


def test_a_use_is_recorded_on_the_incident(signed_in, ana):
    pattern = PatternFactory()
    other, likely = PlaybookFactory(title="A"), PlaybookFactory(title="B")
    likely.patterns.add(pattern)
    incident = IncidentFactory()
    PatternLinkFactory(incident=incident, pattern=pattern)
    address = reverse("playbook_use_new", args=[incident.reference])
    client = signed_in(ana)

    shown = client.get(address).content.decode()
    assert shown.index(f'value="{likely.slug}"') < shown.index(f'value="{other.slug}"')

    client.post(address, {"playbook": likely.slug, "outcome": "helped", "note": "Ten minutes."})

    [use] = incident.playbook_uses.all()
    assert (use.playbook, use.outcome, use.note, use.used_by) == (
        likely,
        "helped",
        "Ten minutes.",
        ana,
    )
    assert incident.revisions.count() == 1


def test_a_use_is_recorded_by_authors_who_may_see_the_incident(signed_in, vera, ana, ben):
    secret = IncidentFactory(visibility="restricted", owner=ana)
    address = reverse("playbook_use_new", args=[secret.reference])

    assert signed_in(ben).get(address).status_code == 404
    assert signed_in(vera).get(address).status_code == 404
    open_address = reverse("playbook_use_new", args=[IncidentFactory().reference])
    assert signed_in(vera).get(open_address).status_code == 403


def test_nul_characters_are_no_crash(signed_in, ana):
    client = signed_in(ana)
    incident = IncidentFactory()

    assert client.get("/playbooks/%00/").status_code == 404
    assert client.get("/playbooks/%00/uses/").status_code == 404
    assert client.get("/playbooks/?pattern=%00&risk=%00&order=%00&page=%00").status_code == 200
    posted = form(patterns="\0", owner="\0", risk="\0", version="\0") | steps("\0")
    assert client.post(reverse("playbook_new"), posted).status_code == 200
    used = {"playbook": "\0", "outcome": "\0", "note": "\0"}
    address = reverse("playbook_use_new", args=[incident.reference])
    assert client.post(address, used).status_code == 422
