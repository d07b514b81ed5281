"""Lines pasted from a terminal or a log: quotes and hyphens in them are seldom operators."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from search.criteria import criteria_from_text
from search.engine import search
from search.feed import feed_entries
from search.models import SavedSearch
from search.parser import parse
from tests.factories import (
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    PlaybookFactory,
    SectionFactory,
)

PAGE = reverse("search_results")


@pytest.fixture
def expired(index):
    incident = IncidentFactory(title="Certificate expired: pods could not pull images")
    SectionFactory(
        incident=incident,
        body="Unauthorized by the registry; no space left for nginx backups in production.",
    )
    return index(incident)


@pytest.mark.parametrize(
    "line",
    [
        'Failed to pull image "nginx:1.21": unauthorized',
        "kubectl get pods -n production error certificate expired",
        "tar -czf backup no space left",
        'Error: cannot open "/backup/pods.tar" for writing: no space left on device',
        "curl -sSL https://registry.example/v2 certificate expired",
        "java -jar images.jar -Xmx512m pods",
        'level=error msg="pull failed" pod="nginx" exit code -9',
        "docker run --rm -it nginx 'unauthorized'",
        "psql -U production | grep -v expired",
        'kubectl logs -l "app=images" -c pods',
    ],
)
def test_a_pasted_line_finds_documents_with_its_words(line, expired, vera):
    assert [hit.text for hit in search(line, user=vera).hits] == [expired.title]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ('"no space left" device', [("space", "left"), ("device",)]),
        ('pull "nginx:1.21": unauthorized', [("pull",), ("nginx", "1", "21"), ("unauthorized",)]),
        ('key="some value"', [("key", "some"), ("value",)]),
        ("get pods -n production", [("get",), ("pods",), ("n",), ("production",)]),
        ("exit code -9", [("exit",), ("code",), ("9",)]),
    ],
)
def test_quotes_inside_a_word_and_options_are_no_operators(text, terms):
    [found] = parse(text).alternatives

    assert [term.words for term in found] == terms
    assert not any(term.negated for term in found)


def test_a_command_with_options_excludes_nothing():
    [terms] = parse("kubectl get pods -n production -wide").alternatives

    assert not any(term.negated for term in terms)


@pytest.mark.parametrize(
    "text", ["pods -staging", '"could not pull" -"disk full"', "pods -Staging"]
)
def test_quotes_and_minus_between_spaces_are_operators(text):
    assert parse(text).has_operators
    assert any(term.negated for term in parse(text).alternatives[0])


def test_the_box_keeps_a_quotation_as_it_was_pasted(vera):
    line = 'Failed to pull "nginx:1.21": unauthorized'

    assert criteria_from_text(line, user=vera, today=date(2026, 3, 4)).words == line


def test_operators_that_match_something_are_kept(index, expired, vera):
    index(IncidentFactory(title="Certificate expired in staging"))

    found = search("certificate -staging", user=vera)

    assert [hit.text for hit in found.hits] == [expired.title]
    assert not found.as_words


def test_the_page_reports_the_fallback_to_words_and_links_back(signed_in, expired, vera):
    client = signed_in(vera)
    line = '"pods expired" certificate'

    shown = client.get(PAGE, {"q": line})
    exactly = client.get(PAGE, {"q": line, "exact": "1"})

    assert expired.title in shown.context["results"].hits[0].text
    assert "Showing results for the words alone" in shown.content.decode()
    assert f'href="{exactly.wsgi_request.get_full_path()}"'.replace("&", "&amp;") in (
        shown.content.decode()
    )
    assert exactly.context["rows"] == []
    assert "Exactly as typed" in exactly.content.decode()


def test_facets_count_the_results_of_the_page(signed_in, expired, vera):
    groups = (
        signed_in(vera)
        .get(reverse("search_facets"), {"q": '"pods expired" certificate'})
        .context["groups"]
    )

    kinds = next(group for group in groups if group.name == "Kind")
    assert [(link.label, link.count) for link in kinds.links if link.count not in ("", "0")] == [
        ("Incidents", "1")
    ]


def test_a_feed_contains_exact_matches_only(expired, vera):
    saved = SavedSearch(owner=vera, name="Phrase", text='"pods expired" certificate')

    assert feed_entries(saved, today=date(2026, 3, 4)) == []


def test_the_command_reports_the_fallback_to_words(expired):
    out, err = StringIO(), StringIO()

    call_command("search", '"pods expired" certificate', "--json", stdout=out, stderr=err)

    [found] = json.loads(out.getvalue())
    assert (found["title"], found["as_words"]) == (expired.title, True)


def test_nothing_found_lists_the_most_frequent_patterns_first(signed_in, vera):
    rare, frequent = PatternFactory(name="A rare one"), PatternFactory(name="The frequent one")
    for pattern in (rare, frequent):
        PlaybookFactory().patterns.add(pattern)
    PatternLinkFactory(pattern=frequent)

    assert signed_in(vera).get(PAGE, {"q": "qwertz"}).context["patterns"] == [frequent, rare]


def test_hidden_incidents_do_not_affect_the_order_of_patterns(signed_in, vera, omar):
    common, hidden = PatternFactory(name="A common one"), PatternFactory(name="Met in secret")
    for pattern in (common, hidden):
        PlaybookFactory().patterns.add(pattern)
    PatternLinkFactory(pattern=hidden, incident=IncidentFactory(visibility="restricted"))

    assert signed_in(vera).get(PAGE, {"q": "qwertz"}).context["patterns"] == [common, hidden]
    assert signed_in(omar).get(PAGE, {"q": "qwertz"}).context["patterns"] == [hidden, common]
