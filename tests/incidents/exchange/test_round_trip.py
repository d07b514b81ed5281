"""Round trips: export, import, export gives the same bytes, for any stored content."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.exchange import document_of, parse, render, render_incident
from incidents.exchange.documents import (
    ParsedActionItem,
    ParsedCause,
    ParsedEvent,
    ParsedPatternLink,
    ParsedPlaybookUse,
    ParsedPostmortem,
    ParsedSection,
    ParsedSource,
)
from incidents.models import (
    CLOSED,
    ActionItemKind,
    ActionItemStatus,
    CauseRole,
    EventKind,
    Incident,
    LinkState,
    Milestone,
    Origin,
    Outcome,
    Precision,
    Priority,
    Revision,
    SectionKind,
    SectionVersion,
    Size,
)
from incidents.operations import importing
from tests.factories import NOON, PatternFactory, PlaybookFactory, TeamFactory, UserFactory

LOOKALIKES = [
    *("#", "##", "###", "####", "# Timeline", "## Timeline", "### 2019-02-25 11:21", "---", "..."),
    *(
        "```",
        "````",
        "```sh",
        "~~~",
        "~~~~ text",
        "``` a`b",
        "   ```",
        "    ```",
        "\\```",
        "\\## x",
    ),
    *("<!-- kind: lessons -->", "*minute · observation*", "*origin: source*", "**Evidence:** so"),
    *(
        "**Evidence:**",
        "**Closed:** 2019-03-10T09:00:00Z · x",
        "**Closing note:** x",
        "- Owner: ana",
    ),
    *(
        "- Due: 2019-01-01",
        "\\\\",
        "\\",
        "trailing  ",
        "\tindented",
        "    code",
        "",
        "",
        " ",
        "é 🔥",
    ),
    *("\u2028", "\u00a0", "\x0c", "Title\n=====", "> quoted", "| a | b |", "a: b # c", "'\"", "–"),
    *("-", "*", "Ends with a backslash\\", "\u202eright to left", "\r\n", "a\rb", "a" * 300),
]
lines = st.one_of(st.sampled_from(LOOKALIKES), st.text(max_size=20))
markdown = st.lists(lines, max_size=8).map("\n".join).map(lambda text: text.replace("\0", ""))
titles = st.one_of(
    st.sampled_from(
        ["Summary", "summary", "Timeline", "Causes", "Action items", "C#", "A: b", "'\"\\", "1. x"]
    ),
    st.sampled_from(["true", "2019-02-25", "- x", "&anchor", "*alias", "Title #", "no", "a #b"]),
    st.text(max_size=40),
)
names = st.one_of(titles, st.sampled_from(["a · b", "\\", "”", "“x”", "*", "team: x", "< >"]))
zones = st.sampled_from(
    ["", "UTC", "Europe/London", "America/New_York", "Asia/Kathmandu", "Africa/Monrovia"]
)
moments = st.one_of(
    st.datetimes(timezones=st.just(UTC)),
    st.integers(0, 360).map(
        lambda minutes: datetime(2019, 10, 26, 22, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.integers(0, 400).map(lambda days: datetime(2019, 1, 1, tzinfo=UTC) + timedelta(days=days)),
    st.integers(0, 1000).map(
        lambda minutes: datetime(2019, 11, 3, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
)
urls = st.sampled_from(["", "https://example.com/a?b=c&d=*x*#f", "http://example.com/a_(b)_c~"])


def choices(kind):
    return st.sampled_from(kind.values)


@st.composite
def events(draw):
    precision = draw(choices(Precision))
    occurred_at = None if precision == Precision.UNKNOWN else draw(moments)
    ends_at = draw(st.none() | moments)
    if occurred_at and ends_at and ends_at < occurred_at:
        ends_at = None
    return ParsedEvent(
        text=draw(markdown),
        occurred_at=occurred_at,
        ends_at=ends_at,
        precision=precision,
        as_written=draw(names),
        kind=draw(choices(EventKind)),
        evidence_url=draw(urls),
        starred=draw(st.booleans()),
    )


@st.composite
def action_items(draw):
    status = draw(choices(ActionItemStatus))
    owner = draw(st.sampled_from(["", "ana", "ben.b+c"]))
    closed = status in CLOSED
    return ParsedActionItem(
        title=draw(titles),
        detail=draw(markdown),
        kind=draw(choices(ActionItemKind)),
        priority=draw(choices(Priority)),
        size=draw(st.sampled_from(["", *Size.values])),
        owner=owner,
        owner_team="" if owner else draw(st.sampled_from(["", "Platform · team"])),
        owner_as_written=draw(names),
        due_on=draw(st.none() | st.dates()),
        due_reason=draw(names),
        status=status,
        tracker_url=draw(urls),
        origin=draw(choices(Origin)),
        closing_note=draw(markdown),
        evidence_url=draw(urls) if status == "done" else "",
        verified_by=draw(st.sampled_from(["", "ben.b+c"])) if status == "done" else "",
        accepted_risk=draw(markdown) if status == "wont_do" else "",
        re_review_on=draw(st.none() | st.dates()) if status == "wont_do" else None,
        closed_at=draw(moments) if closed else None,
        closed_by=draw(st.sampled_from(["", "ana"])) if closed else "",
    )


@st.composite
def together(draw):
    """Draw action items; later ones may be part of the first or wait for earlier ones."""
    items = draw(st.lists(action_items(), max_size=3))
    return tuple(
        replace(
            item,
            part_of=draw(st.sampled_from([None, 1])) if place > 1 else None,
            waits_for=tuple(sorted(draw(st.sets(st.sampled_from(range(1, place))))))
            if place > 1
            else (),
        )
        for place, item in enumerate(items, start=1)
    )


@st.composite
def postmortems(draw):
    timeline = draw(st.lists(events(), max_size=4))
    marks = draw(st.permutations(["", "", *Milestone.values]))
    timeline = [
        replace(event, milestone=mark) for event, mark in zip(timeline, marks, strict=False)
    ]
    slugs = draw(st.sets(st.sampled_from(["cert-credential", "dns"])))
    uses = draw(st.lists(st.tuples(moments, choices(Outcome), markdown), max_size=2))
    return ParsedPostmortem(
        title=draw(titles),
        number=draw(st.integers(1, 2**31 - 1)),
        status=draw(st.sampled_from(["draft", "in_review"])),
        not_required_reason=draw(markdown),
        time_zone=draw(zones),
        owner=draw(st.sampled_from(["", "ana"])),
        roles=draw(st.sampled_from([(), (("incident_commander", "ana"), ("scribe", "ben.b+c"))])),
        readers=draw(st.sampled_from([(), ("ana", "ben.b+c")])),
        services=tuple(sorted(draw(st.sets(st.sampled_from(["C", "C++", "yes", "a: b", "🔥"]))))),
        tags=tuple(sorted(draw(st.sets(st.sampled_from(["aks", "AKS", "- x"]))))),
        source=ParsedSource(
            author=draw(names), url=draw(urls), published_on=draw(st.none() | st.dates())
        ),
        published_at=draw(st.none() | moments),
        sections=tuple(
            draw(st.lists(st.builds(ParsedSection, choices(SectionKind), titles, markdown)))
        ),
        timeline=tuple(timeline),
        root_causes=tuple(
            draw(
                st.lists(
                    st.builds(
                        ParsedCause, markdown, choices(CauseRole), names, markdown, choices(Origin)
                    ),
                    max_size=3,
                )
            )
        ),
        action_items=draw(together()),
        pattern_links=tuple(
            ParsedPatternLink(slug, draw(choices(LinkState)), draw(choices(Origin)), draw(markdown))
            for slug in sorted(slugs)
        ),
        playbook_uses=tuple(
            ParsedPlaybookUse("restore", outcome, used_at, "ana", note)
            for used_at, outcome, note in sorted(uses)
        ),
    )


@given(postmortems())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_rendered_file_parses_to_an_equal_document(document):
    text = render(document)

    again = parse(text, name="INC.md")

    assert [problem for problem in again.problems if "characters" not in problem.message] == []
    assert again == document
    assert render(again) == text


@given(postmortems())
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@pytest.mark.django_db(transaction=True)
def test_a_stored_document_is_exported_as_it_was_imported(cast, document):
    document = shortened(document)

    incident = importing.store(document, by=None, at=NOON)
    try:
        assert document_of(Incident.objects.get(pk=incident.pk)) == document
        assert render_incident(incident) == render(document)
        revisions, versions = Revision.objects.count(), SectionVersion.objects.count()
        importing.store(parse(render(document), name="again.md"), by=None, at=NOON)
        assert (Revision.objects.count(), SectionVersion.objects.count()) == (revisions, versions)
    finally:
        incident.delete()


@pytest.fixture
def cast(transactional_db):
    UserFactory(username="ana")
    UserFactory(username="ben.b+c")
    TeamFactory(name="Platform · team")
    PatternFactory(slug="cert-credential")
    PatternFactory(slug="dns")
    PlaybookFactory(slug="restore")


def shortened(document: ParsedPostmortem) -> ParsedPostmortem:
    """Return `document` without values too long for their columns."""
    return replace(
        document,
        timeline=tuple(replace(e, as_written=e.as_written[:60]) for e in document.timeline),
        root_causes=tuple(replace(c, category=c.category[:30]) for c in document.root_causes),
    )
