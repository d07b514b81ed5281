"""Follow-up facts of an action item in a file: read, kept as text, or refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from incidents.exchange import parse, render
from incidents.models import ActionItem
from incidents.operations import importing
from tests.factories import NOON, ActionItemFactory, UserFactory

HEAD = "---\nformat: nevertwice/incident/1\ntitle: Registry down\n---\n\n## Action items\n\n"
WHOLE = """### Everything

*open · prevent · P1*

- Due: 2026-06-01
- Due because: The part is late.
- Waits for: 2, 3

### First half

*done · prevent · P1*

- Part of: 1
- Evidence: <https://example.com/pr/7>
- Verified by: rita

**Closed:** 2026-03-02T12:00:00Z by ana · –

### Second half

*wont_do · prevent · P1*

- Re-review: 2026-06-01
- Part of: 1

**Closed:** 2026-03-02T12:00:00Z · Too dear.

**Accepted risk:** A night
without it.
"""


def items_of(text: str):
    return parse(HEAD + text, name="x.md").action_items


def problems_of(text: str) -> list[str]:
    return [problem.message for problem in parse(HEAD + text, name="x.md").problems]


def test_every_fact_of_an_action_item_is_read():
    whole, first, second = items_of(WHOLE)

    assert (whole.due_reason, whole.waits_for) == ("The part is late.", (2, 3))
    assert (first.part_of, first.evidence_url) == (1, "https://example.com/pr/7")
    assert (first.verified_by, second.part_of) == ("rita", 1)
    assert (second.accepted_risk, second.re_review_on) == ("A night\nwithout it.", date(2026, 6, 1))
    assert problems_of(WHOLE) == []


@pytest.mark.parametrize(
    "line",
    [
        "- Part of: the platform",
        "- Waits for: the budget",
        "- Evidence: the log",
        "- Verified by: two people",
        "- Re-review: in spring",
    ],
)
def test_similar_bullets_in_an_older_file_stay_text(line):
    [item] = items_of(f"### Alert\n\n*open · prevent · P1*\n\n{line}\n- Another line\n")

    assert item.detail == f"{line}\n- Another line"


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("- Part of: 1", "There is no other action item 1 to be part of."),
        ("- Part of: 9", "There is no other action item 9 to be part of."),
        ("- Waits for: 1", "It waits for an action item that is not in the file."),
        ("- Waits for: 9", "It waits for an action item that is not in the file."),
        ("- Evidence: <https://example.com>", "“Evidence” and “Verified by” go with the status"),
        ("- Re-review: 2026-06-01", "“Accepted risk” and “Re-review” go with the status wont_do"),
        ("- Evidence: <javascript:alert(1)>", "“javascript:alert(1)” is not a web address"),
    ],
)
def test_contradictions_are_refused_with_an_explanation(lines, problem):
    found = problems_of(f"### Alert\n\n*open · prevent · P1*\n\n{lines}\n")

    assert any(message.startswith(problem) for message in found)


def test_a_circle_and_parts_of_parts_are_refused():
    item = "### Item\n\n*open · prevent · P1*\n\n"

    circle = problems_of(f"{item}- Waits for: 2\n\n{item}- Waits for: 3\n\n{item}- Waits for: 2\n")
    deep = problems_of(f"{item}\n{item}- Part of: 1\n\n{item}- Part of: 2\n")

    assert circle.count("Its dependencies form a cycle.") == 3
    assert deep == ["A part cannot have parts: its parent is itself a part."]


@pytest.mark.django_db
def test_an_import_records_its_changes_in_the_history(ana):
    UserFactory(username="rita")
    incident = importing.store(parse(HEAD + WHOLE, name="x.md"), by=ana, at=NOON)
    whole, first, _ = incident.action_items.all()
    text = HEAD + WHOLE.replace("*open ·", "*blocked ·").replace("- Waits for: 2, 3\n", "")
    again = parse(text.replace("title:", f"reference: {incident.reference}\ntitle:"), name="x.md")

    importing.store(again, by=ana, at=NOON + timedelta(hours=1))

    assert first.parent == whole
    assert first.verified_by.username == "rita"
    assert whole.dependencies.count() == 0
    [change] = whole.changes.all()
    assert (change.before, change.after, change.via) == ("open", "blocked", "system")


@pytest.mark.django_db
def test_an_import_keeps_dependencies_across_incidents(ana):
    elsewhere = ActionItemFactory()
    incident = importing.store(parse(HEAD + WHOLE, name="x.md"), by=ana, at=NOON)
    whole = incident.action_items.first()
    whole.dependencies.create(depends_on=elsewhere)
    text = HEAD + WHOLE.replace("- Waits for: 2, 3\n", "- Waits for: 3\n")
    again = parse(text.replace("title:", f"reference: {incident.reference}\ntitle:"), name="x.md")

    importing.store(again, by=ana, at=NOON + timedelta(hours=1))

    assert {each.depends_on for each in whole.dependencies.all()} == {
        elsewhere,
        ActionItem.objects.get(title="Second half"),
    }


def test_a_written_action_item_is_read_back_unchanged():
    document = parse(HEAD + WHOLE, name="x.md")

    assert parse(render(document), name="x.md") == document
