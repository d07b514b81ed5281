"""Free-form write-ups without our front matter."""

from __future__ import annotations

import pytest

from incidents.exchange import parse, render


def outline(text: str, name: str = "notes.md") -> list[tuple[str, str]]:
    return [(s.kind, s.title) for s in parse(text, name=name).sections]


def test_markdown_gives_its_title_and_its_sections():
    document = parse(
        "# 2019-02-25: API server down\n\nIt was **down**.\n\n## Timeline\n\n- 11:21 it began\n\n"
        "```sh\n# no heading\n```\n\n### Later\n\nMore.\n\n## Lessons learned\n\nA lot.\n",
        name="api.md",
    )

    assert document.title == "2019-02-25: API server down"
    assert [(s.kind, s.title) for s in document.sections] == [
        ("summary", "Summary"),
        ("other", "Timeline"),
        ("lessons", "Lessons learned"),
    ]
    assert document.sections[1].body.endswith("### Later\n\nMore.")
    assert parse(render(document), name="x.md") == document


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        ("---\ntitle: From the front\n---\n\n# A heading\n\ntext\n", "x.md", "From the front"),
        ('+++\ntitle = "From TOML"\n+++\n\ntext\n', "x.md", "From TOML"),
        ("A first line\n============\n\ntext\n", "x.md", "A first line"),
        ("Outage of the queue\n\nIt was long.\n", "x.txt", "Outage of the queue"),
        ("We had an outage. It was long.\n", "2020-01-02-queue-outage.md", "Queue outage"),
        ("We had an outage. It was long.\n", "README.md", "We had an outage."),
        ("## Summary\n\nShort.\n\n## Impact\n\nSome.\n", "2020-01-02-db-full.md", "Db full"),
        ("# C# and F# #\n\ntext\n", "x.md", "C# and F#"),
        ("# **Bold** [link](http://x) `code` {#id}\n\ntext\n", "x.md", "Bold link code"),
    ],
)
def test_the_title_comes_from_the_best_source(text, name, title):
    assert parse(text, name=name).title == title


def test_headings_with_underlines_count_in_restructured_text():
    text = "======\nOutage\n======\n\nSummary\n-------\n\nIt broke.\n\nImpact\n------\n\nAll.\n"

    document = parse(text, name="outage.rst")

    assert document.title == "Outage"
    assert [(s.title, s.body) for s in document.sections] == [
        ("Summary", "It broke."),
        ("Impact", "All."),
    ]


def test_bold_lines_and_known_labels_count_where_there_are_no_headings():
    assert outline("Outage\n\n**Summary**\n\nIt broke.\n\n**What went well**\n\nUs.\n") == [
        ("summary", "Summary"),
        ("went_well", "What went well"),
    ]
    assert outline("Outage\nSummary of impact: All.\nRoot cause: A disk.\nNote: no label.\n") == [
        ("impact", "Summary of impact"),
        ("other", "Root cause"),
    ]


def test_text_without_any_heading_is_one_section():
    assert outline("It broke, and then it worked again.\n") == [("other", "What happened")]


def test_a_table_and_a_rule_are_no_headings():
    assert outline("# T\n\n## One\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\ntext\n\n---\n\nmore\n") == [
        ("other", "One")
    ]


@pytest.mark.parametrize(
    ("text", "name", "day", "as_written"),
    [
        ("# T\n\ntext", "2019-02-25-api.md", "2019-02-25", "2019-02-25"),
        ("# T\n\ntext", "20190225-1.txt", "2019-02-25", "20190225"),
        ("---\ndate: 2019-02-25\n---\ntext", "x.md", "2019-02-25", "2019-02-25"),
        ("---\ndate: 2020-01-01\nincident_date: 2019-02-25\n---\nx", "x.md", "2019-02-25", None),
        ("# 2019-02-25, Cluster full\n\ntext", "x.md", "2019-02-25", None),
    ],
)
def test_the_day_is_read_from_name_title_or_front_matter(text, name, day, as_written):
    document = parse(text, name=name)

    [event] = document.timeline
    assert event.occurred_at.date().isoformat() == day
    assert (event.precision, event.milestone) == ("day", "")
    assert event.as_written == (as_written or event.as_written)


@pytest.mark.parametrize("name", ["2019-02-30-api.md", "x.md", "v1-20190225123.md"])
def test_no_day_is_invented(name):
    assert parse("# T\n\ntext", name=name).timeline == ()


def test_author_and_source_are_kept():
    source = parse(
        "---\nauthors:\n- name: A\n- B\ncanonical_url: https://example.com/x\n---\ntext",
        name="x.md",
    ).source

    assert (source.author, source.url) == ("A, B", "https://example.com/x")


@pytest.mark.parametrize(
    ("text", "line", "title"),
    [
        ("---\ntitle: [broken\n---\ntext", 2, "[broken"),
        ("---\nseverity: high\ntitle: A: B\n---\ntext", 3, "A: B"),
        ("---\nauthors: @kim\ntitle: A\n---\ntext", 2, "A"),
        ("+++\ntitle = broken\n+++\ntext", 2, "broken"),
        ("+++\ntitle = 'A'\nteam = @ops\n+++\ntext", 3, "A"),
    ],
)
def test_a_broken_line_of_front_matter_is_reported_and_the_rest_read(text, line, title):
    document = parse(text, name="x.md")

    assert not document.refused
    assert document.title == title
    assert document.problems[0].line == line


def test_a_list_between_two_rules_is_text():
    document = parse("---\n- a\n- b\n---\ntext", name="x.md")

    assert [section.body for section in document.sections] == ["---\n- a\n- b\n---\ntext"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "---\ntitle: A\ndate: 2019-02-25\nseverity: high # roughly\naffected:\n- web\n---\nx",
            "```yaml\nseverity: high # roughly\naffected:\n- web\n```",
        ),
        ("---\ntitle: A\nauthors:\n- name: Kim\n  team: ops\n---\nx", None),
        ("---\ntitle: A\ndate: 2019-02-25 around noon\n---\nx", "ends here"),
        (
            '+++\ntitle = "A"\n[params]\nlevel = "high"\n+++\nx',
            '```toml\n[params]\nlevel = "high"\n```',
        ),
        ("# [Outage](https://example.com/7) of <none>\n\nx", "```text\n# [Outage](https"),
    ],
)
def test_metadata_without_a_field_is_kept_verbatim(text, kept):
    document = parse(text, name="x.md")

    body = document.sections[-1].body if document.sections[-1].title == "Imported metadata" else ""
    if kept is None:
        assert body == "```yaml\nauthors:\n- name: Kim\n  team: ops\n```"
    elif kept == "ends here":
        assert body == ""
    else:
        assert kept in body
    assert parse(render(document), name="x.md") == document


def test_a_placeholder_in_a_heading_is_not_html():
    document = parse("# Image <none>:<none> was *running*<br>\n\nx", name="x.md")

    assert document.title == "Image <none>:<none> was running"


def test_odd_front_matter_does_not_prevent_the_import():
    document = parse("---\ntitle: T\ntags: {a: b}\ntags: [c]\n---\ntext", name="x.md")

    assert not document.refused
    assert document.title == "T"


def test_a_very_long_heading_and_title_are_cut_without_losing_words():
    document = parse(f"# {'t' * 500}\n\n## {'word ' * 100}\n\nbody", name="x.md")

    assert len(document.title) == 200
    assert len(document.sections[0].title) <= 200
    assert document.sections[0].body.startswith("word word")
    assert not document.refused


def test_too_many_headings_are_refused():
    assert parse("# x\n\ny\n\n" * 20_000, name="x.md").refused
