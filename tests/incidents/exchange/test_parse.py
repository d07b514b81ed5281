"""Parsing a postmortem's file, and its errors with their lines."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from incidents.exchange import parse, render
from incidents.exchange.as_json import postmortem_fields

FILE = """\
---
format: nevertwice/incident/1
reference: INC-3
title: "Registry: pulls refused"
status: in_review
severity: SEV2
environment: production
time_zone: Europe/Dublin
visibility: internal
services:
- registry
source:
  url: https://example.com/report
  published_on: 2019-11-01
---

## Summary

Pulls were refused.

## What we still wonder
<!-- kind: lessons -->

Why nobody knew.

## Timeline

### 2019-07-01 11:21

*minute · as written “11:21a” · milestone: started · observation*

The first pull failed.

### 2019-07-01 12:43 to 2019-07-01 12:49:30

*approximate · action · starred · evidence: <https://example.com/graph>*

The token was renewed.

### 2019-10-27 01:30 +01:00

*minute · observation*

The first 01:30 of that night.

### Time not recorded

*unknown · as written “later” · communication*

Users were told.

## Causes

### Trigger

*origin: source · category: Hosting*

The token expired.

**Evidence:** the registry's log.

## Action items

### Alert before tokens expire

*done · detect · P1 · origin: source*

- Owner: team: Platform
- Owner: as written: the infra folks
- Due: 2019-07-12
- Size: M
- Tracker: <https://example.com/issues/7>

Two weeks ahead.

**Closed:** 2019-07-10T09:00:00Z by ana · The alert fired in the drill.

## Patterns

### cert-credential

*confirmed · origin: editors*

The token had a lifetime.

## Playbooks used

### renew-token

*helped · 2019-07-01T11:40:00Z · ana*
"""


def problems_of(text: str) -> list[tuple[int | None, str]]:
    return [(problem.line, problem.message) for problem in parse(text, name="x.md").problems]


def test_a_well_formed_file_renders_as_it_was_read():
    document = parse(FILE, name="INC-3.md")

    assert document.problems == ()
    assert render(document) == FILE


def test_clock_times_are_read_in_the_files_zone():
    events = parse(FILE, name="x.md").timeline

    assert events[0].occurred_at == datetime(2019, 7, 1, 10, 21, tzinfo=UTC)
    assert events[1].ends_at == datetime(2019, 7, 1, 11, 49, 30, tzinfo=UTC)
    assert events[2].occurred_at == datetime(2019, 10, 27, 0, 30, tzinfo=UTC)
    assert (events[3].occurred_at, events[3].as_written) == (None, "later")
    assert events[1].starred
    assert events[1].evidence_url == "https://example.com/graph"


def test_an_action_item_is_read_with_owner_status_and_closing():
    [item] = parse(FILE, name="x.md").action_items

    assert (item.owner, item.owner_team, item.owner_as_written) == (
        "",
        "Platform",
        "the infra folks",
    )
    assert (item.status, item.kind, item.priority, item.size) == ("done", "detect", "P1", "M")
    assert item.due_on == date(2019, 7, 12)
    assert item.detail == "Two weeks ahead."
    assert (item.closed_by, item.closing_note) == ("ana", "The alert fired in the drill.")


def test_json_has_the_published_names_and_local_times():
    fields = postmortem_fields(parse(FILE, name="x.md"))

    assert (fields["title"], fields["severity"], fields["timezone"], fields["occurred_on"]) == (
        "Registry: pulls refused",
        "SEV2",
        "Europe/Dublin",
        "2019-07-01",
    )
    assert fields["sections"][1] == {
        "kind": "lessons",
        "title": "What we still wonder",
        "body": "Why nobody knew.",
    }
    assert fields["timeline"][0] == {
        "occurred_at": "2019-07-01T11:21:00+01:00",
        "ends_at": None,
        "precision": "minute",
        "as_written": "11:21a",
        "milestone": "started",
        "text": "The first pull failed.",
    }
    assert fields["root_causes"] == [{"role": "trigger", "text": "The token expired."}]
    assert fields["action_items"][0]["owner"] == "Platform"
    assert fields["action_items"][0]["tracker_url"] == "https://example.com/issues/7"


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("severity: SEV2", "severity: SEV9", 6, "SEV1, SEV2, SEV3, SEV4, SEV5, unknown"),
        ("status: in_review", "status: finished", 5, "draft, in_review, published"),
        ("status: in_review", "status: published", 5, "published_at"),
        ("status: in_review", "status: not_required", 5, "not_required_reason"),
        ("environment: production", "environment: prod", 7, "staging"),
        ("visibility: internal", "visibility: secret", 9, "restricted"),
        ("time_zone: Europe/Dublin", "time_zone: Dublin", 8, "not a time zone"),
        ("reference: INC-3", "reference: 3", 3, "INC-12"),
        ("reference: INC-3", "reference: INC-99999999999", 3, "not a reference"),
        ("incident/1", "incident/2", 2, "nevertwice/incident/1"),
        ('title: "Registry: pulls refused"', "title: Registry: pulls", 4, "not valid YAML"),
        ('title: "Registry: pulls refused"', "", 1, "title is missing"),
        ('title: "Registry: pulls refused"', "title: " + "x" * 201, 4, "at most 200"),
        ("published_on: 2019-11-01", "published_on: last year", 14, "not a date"),
        ("url: https://example.com/report", "url: javascript:alert(1)", 13, "not a web address"),
        ("### 2019-07-01 11:21", "### 2019-07-32 11:21", 28, "not in the calendar"),
        ("### 2019-07-01 11:21", "### yesterday", 28, "not a time"),
        ("### 2019-07-01 11:21", "### 2019-03-31 01:30", 28, "does not exist"),
        ("01:30 +01:00", "01:30", 40, "happened twice"),
        ("to 2019-07-01 12:49:30", "to 2019-07-01 12:00", 34, "ends before it starts"),
        ("action · starred", "action · milestone: started", 34, "two events"),
        ("milestone: started", "milestone: begun", 30, "detected, declared"),
        ("*approximate · action", "*roughly · action", 36, "approximate"),
        ("*unknown · as", "*minute · as", 46, "precision unknown"),
        ("### Trigger", "### Reason", 54, "Contributing cause"),
        ("origin: source · category", "origin: me · category", 56, "team, source, editors"),
        ("*done · detect", "*finished · detect", 66, "wont_do"),
        ("*done · detect", "*open · detect", 64, "done or wont_do only"),
        ("**Closed:** 2019-07-10T09:00:00Z", "**Closed:** in July", 76, "needs the moment"),
        ("- Owner: as written: the infra folks", "- Owner: ana", 69, "one owner"),
        ("- Due: 2019-07-12", "- Due: soon", 70, "not a date"),
        ("- Size: M", "- Size: XL", 71, "S, M, L"),
        ("<https://example.com/issues/7>", "<issue 7>", 72, "not a web address"),
        ("*confirmed · origin: editors*", "*sure · origin: editors*", 82, "suggested"),
        ("*helped · ", "*great · ", 90, "did_not_help"),
        ("The first pull failed.\n", "", 28, "has no text"),
        ("The token expired.\n", "", 54, "has no text"),
        ("<!-- kind: lessons -->", "<!-- kind: thoughts -->", 22, "went_well"),
    ],
)
def test_errors_are_reported_with_their_line(before, after, line, words):
    assert FILE.count(before) >= 1

    problems = problems_of(FILE.replace(before, after, 1))

    assert any(at == line and words in message for at, message in problems), problems


def test_a_clock_time_needs_a_zone():
    text = FILE.replace("time_zone: Europe/Dublin\n", "")

    [first, *_] = problems_of(text)

    assert first[0] == 27
    assert "no time zone" in first[1]


def test_without_the_key_each_clock_time_may_carry_an_offset():
    document = parse(
        "---\nformat: nevertwice/incident/1\ntitle: T\n---\n\n"
        "## Timeline\n\n### 2019-07-01 11:21 +02:00\n\nIt began.\n",
        name="x.md",
    )

    assert document.problems == ()
    assert document.time_zone == "UTC"
    assert document.occurred_at == datetime(2019, 7, 1, 9, 21, tzinfo=UTC)


def test_an_unknown_zone_keeps_the_clock_time_as_written():
    text = FILE.replace("Europe/Dublin", "unknown").replace("01:30 +01:00", "01:30")

    document = parse(text, name="x.md")

    assert document.problems == ()
    assert document.time_zone == ""
    assert document.timeline[0].occurred_at == datetime(2019, 7, 1, 11, 21, tzinfo=UTC)
    assert postmortem_fields(document)["timezone"] is None


def test_an_offset_does_not_go_with_an_unknown_zone():
    [problem] = problems_of(FILE.replace("Europe/Dublin", "unknown"))

    assert problem[0] == 40
    assert "offset" in problem[1]


@pytest.mark.parametrize("text", ["", "\n \n", "\ufeff\n"])
def test_an_empty_file_is_reported(text):
    assert problems_of(text) == [(None, "The file is empty.")]


def test_front_matter_that_is_never_closed_is_reported():
    assert problems_of("---\nformat: nevertwice/incident/1\ntitle: x\n\n## Summary\n")[0][0] == 1


def test_text_outside_sections_becomes_a_section():
    text = FILE.replace("## Timeline\n", "## Timeline\n\nAll times are local.\n").replace(
        "## Summary", "Before.\n\n## Summary"
    )

    sections = parse(text, name="x.md").sections

    assert [(section.kind, section.title, section.body) for section in sections] == [
        ("summary", "Summary", "Before."),
        ("summary", "Summary", "Pulls were refused."),
        ("lessons", "What we still wonder", "Why nobody knew."),
        ("other", "Timeline", "All times are local."),
    ]


def test_an_unknown_key_is_a_warning():
    document = parse(FILE.replace("severity:", "severty:"), name="x.md")

    [problem] = document.problems
    assert problem.warning
    assert not document.refused


def test_windows_line_ends_mean_the_same():
    assert parse(FILE.replace("\n", "\r\n"), name="x.md") == parse(FILE, name="x.md")


def test_a_file_of_only_headings_is_refused_in_bounded_time():
    document = parse(FILE + "\n## x\n" * 30_000, name="x.md")

    assert document.refused
    assert "headings" in document.problems[0].message


def test_unknown_front_matter_is_exported_again():
    text = FILE.replace("\nstatus:", "\n# by hand\nteam: @ops\nstatus:", 1)

    document = parse(text, name="x.md")

    assert not document.refused
    assert document.sections[-1].title == "Imported metadata"
    assert "team: @ops" in document.sections[-1].body
    assert "# by hand" in document.sections[-1].body
    again = parse(render(document), name="x.md")
    assert (again, again.problems) == (document, ())


def test_of_two_visibilities_the_stricter_one_counts():
    text = FILE.replace("visibility: internal", "visibility: internal\nvisibility: restricted")

    assert parse(text, name="x.md").visibility == "restricted"
