"""The track record of patterns and playbooks among the results."""

from __future__ import annotations

import pytest
from django.urls import reverse

from search.track_record import track_record
from tests.factories import (
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    PlaybookFactory,
    PlaybookUseFactory,
)

pytestmark = pytest.mark.django_db


def facts(client, text):
    rows = client.get(reverse("search_results"), {"q": text}).context["rows"]
    return {row.kind: row.facts for row in rows}


def test_rows_show_how_often_a_playbook_helped_and_a_pattern_was_met(signed_in, vera, index):
    pattern, playbook = PatternFactory(name="Disk full"), PlaybookFactory(title="Disk full: free")
    first, second = IncidentFactory(), IncidentFactory()
    for incident in (first, second):
        PatternLinkFactory(incident=incident, pattern=pattern)
    PatternLinkFactory(incident=IncidentFactory(), pattern=pattern, state="suggested")
    PlaybookUseFactory(playbook=playbook, incident=first, outcome="helped")
    PlaybookUseFactory(playbook=playbook, incident=second, outcome="did_not_help")
    PlaybookUseFactory(playbook=playbook, incident=None, outcome="helped")
    index(pattern, playbook)

    found = facts(signed_in(vera), "disk full")

    assert "met 2 times" in found["pattern"]
    assert "helped in 2 of 3 uses" in found["playbook"]


def test_an_unused_playbook_is_marked_as_not_used_yet(signed_in, vera, index):
    index(PatternFactory(name="Disk full"), PlaybookFactory(title="Disk full: free"))

    found = facts(signed_in(vera), "disk full")

    assert "met" not in found["pattern"]
    assert "not used yet" in found["playbook"]


def test_restricted_incidents_do_not_count_for_others(vera, ana):
    pattern, playbook = PatternFactory(), PlaybookFactory()
    secret = IncidentFactory(visibility="restricted", owner=ana)
    PatternLinkFactory(incident=secret, pattern=pattern)
    PlaybookUseFactory(playbook=playbook, incident=secret, outcome="helped")

    hers = track_record([pattern.pk], [playbook.pk], ana)
    others = track_record([pattern.pk], [playbook.pk], vera)

    assert hers.of_pattern(pattern.pk) == "met once"
    assert hers.of_playbook(playbook.pk) == "helped in 1 of 1 use"
    assert others.of_pattern(pattern.pk) == ""
    assert others.of_playbook(playbook.pk) == "not used yet"


def test_the_latest_visible_incidents_are_counted(vera, ana):
    pattern, playbook = PatternFactory(), PlaybookFactory()
    for _ in range(25):
        PatternLinkFactory(incident=IncidentFactory(), pattern=pattern)
        PlaybookUseFactory(playbook=playbook, incident=None, outcome="helped")
    before = track_record([pattern.pk], [playbook.pk], vera)
    for _ in range(31):
        secret = IncidentFactory(visibility="restricted", owner=ana)
        PatternLinkFactory(incident=secret, pattern=pattern)
        PlaybookUseFactory(playbook=playbook, incident=secret, outcome="did_not_help")

    after = track_record([pattern.pk], [playbook.pk], vera)

    assert before.of_pattern(pattern.pk) == after.of_pattern(pattern.pk) == "met 20+ times"
    told = "helped in 20 of the last 20 uses"
    assert before.of_playbook(playbook.pk) == after.of_playbook(playbook.pk) == told


def test_a_track_record_takes_two_queries(vera, django_assert_num_queries):
    patterns = [PatternLinkFactory(incident=IncidentFactory()).pattern.pk for _ in range(3)]

    with django_assert_num_queries(0):
        track_record([], [], vera)
    with django_assert_num_queries(2):
        track_record(patterns[:1], [], vera)
    with django_assert_num_queries(2):
        track_record(patterns, [PlaybookFactory.build(pk=1).pk], vera)
