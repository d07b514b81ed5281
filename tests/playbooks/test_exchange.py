"""Failure patterns and playbooks as files."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playbooks.exchange import parse_pattern, parse_playbook, render_pattern, render_playbook
from playbooks.exchange.playbooks import ParsedPlaybook, write_playbook
from playbooks.exchange.steps import step_of
from playbooks.importing import ImportRefused, store_pattern, store_playbook
from playbooks.models import FailurePattern, PlaybookStep
from tests.factories import NOON, PatternFactory, PlaybookFactory, PlaybookStepFactory

LINES = [
    *("```sh", "```sh detail", "```sh  ", "```", "````sh", "~~~sh", "## Steps", "### 2. x", "1. x"),
    *("**You should see:** x", "**If not:**", "**How to undo:**", "\\## x", "", " ", "text", "é🔥"),
    *("kubectl get pods", "    code", "- item", "a `b` ``` c"),
]
markdown = st.lists(st.one_of(st.sampled_from(LINES), st.text(max_size=10)), max_size=8).map(
    "\n".join
)
titles = st.one_of(st.sampled_from(["1. x", "2) y", "# x", "a: b", "Title"]), st.text(max_size=30))
steps = st.builds(
    PlaybookStep,
    title=titles,
    detail=markdown,
    command=markdown,
    expected=markdown,
    if_not=markdown,
    undo=markdown,
).map(step_of)

PLAYBOOK = """\
---
format: nevertwice/playbook/1
slug: certificate-expired
title: Replace an expired certificate
patterns:
- cert-credential
risk: medium
owner: ana
last_reviewed_on: 2026-11-01
last_reviewed_by: ana
review_by_on: 2027-02-01
---

## Use when

Clients say *certificate has expired*.

## Steps

### 1. Find it

Look at the dates.

```sh
openssl x509 -noout -dates -in FILE
```

**You should see:** a date in the past.

**If not:** look at the next one.

**How to undo:** nothing was changed.

### 2. Tell the others

## How to verify

It connects.

## When to escalate

After half an hour.
"""


@given(markdown, markdown, st.lists(steps, max_size=3))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_playbook_file_says_everything_that_the_playbook_says(use_when, verify, steps):
    blank = parse_playbook(PLAYBOOK)
    document = ParsedPlaybook(
        slug=blank.slug,
        title=blank.title,
        use_when="Symptoms.\n" + use_when.replace("\0", "").rstrip() + "\nMore.",
        steps=tuple(steps),
    )
    text = write_playbook(document)

    assert write_playbook(parse_playbook(text)) == text
    assert parse_playbook(text).steps == tuple(steps)


def test_a_playbook_file_is_written_as_it_was_read(ana):
    PatternFactory(slug="cert-credential")

    playbook = store_playbook(parse_playbook(PLAYBOOK), by=None, at=NOON)

    assert render_playbook(playbook) == PLAYBOOK
    assert playbook.owner == ana
    assert playbook.last_reviewed_on == date(2026, 11, 1)
    assert playbook.review_by_on == date(2027, 2, 1)
    first = playbook.steps.get(position=1)
    assert first.command == "openssl x509 -noout -dates -in FILE"
    assert first.undo == "nothing was changed."


def test_storing_a_playbook_again_changes_nothing(ana):
    PatternFactory(slug="cert-credential")
    before = store_playbook(parse_playbook(PLAYBOOK), by=None, at=NOON)

    after = store_playbook(parse_playbook(PLAYBOOK), by=None, at=NOON)

    assert (after.pk, after.version) == (before.pk, before.version)


def test_a_playbook_of_an_unknown_pattern_is_refused_with_the_line(db):
    with pytest.raises(ImportRefused) as caught:
        store_playbook(parse_playbook(PLAYBOOK), by=None, at=NOON)

    [problem] = [problem for problem in caught.value.problems if not problem.warning]
    assert problem.line == 5
    assert "cert-credential" in problem.message


def test_a_pattern_file_is_written_as_it_was_read(db):
    pattern = PatternFactory(
        slug="dns", name="DNS: blamed", signals=["NXDOMAIN", "- x"], recognise="## Seen\n\nOften."
    )
    text = render_pattern(pattern)
    FailurePattern.objects.all().delete()

    again = store_pattern(parse_pattern(text), by=None, at=NOON)

    assert render_pattern(again) == text
    assert again.signals == ["NXDOMAIN", "- x"]
    assert again.recognise == "## Seen\n\nOften."


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("risk: medium", "risk: extreme", 7, "low, medium, high"),
        ("slug: certificate-expired", "slug: no slug", 3, "no slug"),
        ("title: Replace an expired certificate", "", 1, "missing"),
        ("last_reviewed_on: 2026-11-01", "last_reviewed_on: soon", 9, "no date"),
        ("review_by_on: 2027-02-01", "review_by_on: 1 May", 11, "no date"),
        ("## Use when", "## Use it when", 14, "no place here"),
        ("playbook/1", "playbook/2", 2, "cannot be read"),
        ("### 1. Find it", "Find it", 20, "A step begins"),
    ],
)
def test_what_is_wrong_in_a_playbook_is_said_with_its_line(before, after, line, words):
    problems = parse_playbook(PLAYBOOK.replace(before, after)).problems

    assert any(p.line == line and words in p.message for p in problems), problems


def test_a_command_with_fences_in_it_is_kept(db):
    step = PlaybookStepFactory(
        playbook=PlaybookFactory(slug="x"), command="cat <<EOF\n```\nEOF", detail="```sh\nls\n```"
    )

    parsed = parse_playbook(render_playbook(step.playbook))

    assert parsed.steps[0].command == step.command
    assert parsed.steps[0].detail == step.detail
