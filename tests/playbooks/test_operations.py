"""Writing patterns and playbooks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from playbooks import operations
from playbooks.content import PatternFields, PlaybookFields, StepFields, playbook_fields
from search.engine import search
from tests.factories import NOON, PatternFactory

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)


def replace_it(**changes):
    said = PlaybookFields(
        title="Replace the certificate",
        use_when="Clients fail with `x509`.",
        steps=(StepFields(title="Find it"), StepFields(title="Renew it", command="renew now")),
    )
    return replace(said, **changes)


def test_a_playbook_keeps_its_steps_in_order_and_can_be_found(ana):
    pattern = PatternFactory(slug="expired")

    playbook = operations.create_playbook(
        replace_it(patterns=frozenset({"expired"})), by=ana, at=NOON
    )

    assert playbook.slug == "replace-the-certificate"
    assert [(s.position, s.title) for s in playbook.steps.all()] == [
        (1, "Find it"),
        (2, "Renew it"),
    ]
    assert list(playbook.patterns.all()) == [pattern]
    assert search("renew", user=ana).hits[0].pk == playbook.pk


def test_the_same_saved_again_changes_nothing(ana):
    playbook = operations.create_playbook(replace_it(), by=ana, at=NOON)

    again = operations.edit_playbook(playbook, replace_it(), base_version=1, by=ana, at=LATER)

    assert (again.version, again.updated_at) == (1, NOON)


def test_the_second_of_two_writers_overwrites_nothing(ana, ben):
    playbook = operations.create_playbook(replace_it(), by=ana, at=NOON)
    first = replace_it(verify="It works.")
    operations.edit_playbook(playbook, first, base_version=1, by=ana, at=LATER)

    with pytest.raises(operations.StalePlaybook) as stale:
        operations.edit_playbook(
            playbook, replace_it(verify="Look."), base_version=1, by=ben, at=LATER
        )

    assert stale.value.current.verify == "It works."
    assert playbook_fields(stale.value.current) == first


def test_the_second_of_two_writers_of_a_pattern_overwrites_nothing(ana, ben):
    said = PatternFields(name="Expired", definition="It ran out.", signals=("x509",))
    pattern = operations.create_pattern(said, by=ana, at=NOON)
    operations.edit_pattern(
        pattern, replace(said, definition="Ran out."), base_version=1, by=ana, at=LATER
    )

    with pytest.raises(operations.StalePattern):
        operations.edit_pattern(
            pattern, replace(said, definition="Out."), base_version=1, by=ben, at=LATER
        )

    pattern.refresh_from_db()
    assert (pattern.definition, pattern.version) == ("Ran out.", 2)


def test_a_name_is_given_once(ana):
    operations.create_playbook(replace_it(), by=ana, at=NOON)

    with pytest.raises(operations.AlreadyThere, match="already in use"):
        operations.create_playbook(replace_it(), by=ana, at=NOON)


@pytest.mark.parametrize(
    ("title", "slug"), [("New", "new-2"), ("日本", "playbook"), ("Replace, it!", "replace-it")]
)
def test_every_title_makes_an_address(title, slug, ana):
    assert operations.create_playbook(replace_it(title=title), by=ana, at=NOON).slug == slug


def test_viewers_write_nothing(vera, ana):
    playbook = operations.create_playbook(replace_it(), by=ana, at=NOON)

    with pytest.raises(PermissionDenied):
        operations.create_playbook(replace_it(title="Another"), by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        operations.edit_playbook(playbook, replace_it(), base_version=1, by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        operations.mark_reviewed(playbook, today=date(2026, 3, 2), by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        operations.create_pattern(PatternFields(name="A", definition="B"), by=vera, at=NOON)


def test_a_review_is_dated_and_named(ana):
    playbook = operations.create_playbook(replace_it(), by=None, at=NOON)

    operations.mark_reviewed(playbook, today=date(2026, 3, 2), by=ana, at=NOON)

    playbook.refresh_from_db()
    assert (playbook.last_reviewed_on, playbook.last_reviewed_by) == (date(2026, 3, 2), ana)


def test_a_pattern_renamed_is_found_at_its_playbooks(ana):
    said = PatternFields(name="Expired", definition="It ran out.")
    pattern = operations.create_pattern(said, by=ana, at=NOON)
    playbook = operations.create_playbook(
        replace_it(patterns=frozenset({pattern.slug})), by=ana, at=NOON
    )

    operations.edit_pattern(
        pattern, replace(said, signals=("zyxw",)), base_version=1, by=ana, at=LATER
    )

    found = {hit.reference for hit in search("zyxw", user=ana).hits}
    assert playbook.slug in found
