"""`manage.py search` and `manage.py reindex`."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from search.models import Document
from tests.factories import ActionItemFactory, IncidentFactory, PatternFactory, PlaybookFactory

pytestmark = pytest.mark.django_db


def run(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_the_json_list_identifies_each_result(index, vera):
    index(PlaybookFactory(slug="replace-it", title="Replace the certificate"))

    [found] = json.loads(run("search", "certificate", "--json"))

    assert found["score"] > 0
    assert found | {"score": 0, "snippet": ""} == {
        "kind": "playbook",
        "slug": "replace-it",
        "title": "Replace the certificate",
        "url": "/playbooks/replace-it/",
        "score": 0,
        "snippet": "",
        "reasons": ["“certificate” in the title"],
    }


def test_filters_are_written_as_in_the_box(index):
    wanted = index(IncidentFactory(title="Proxy lost", severity="SEV1"))
    index(IncidentFactory(title="Proxy slow", severity="SEV2"), PlaybookFactory(title="Proxy"))

    [found] = json.loads(run("search", "proxy severity:sev1", "--json"))

    assert found["reference"] == wanted.reference
    assert found["reasons"] == ["“proxy” in the title", "SEV1"]
    assert len(json.loads(run("search", "severity:sev1,sev2", "kind:incident", "--json"))) == 2


def test_an_unknown_filter_does_not_hide_other_results(index):
    index(IncidentFactory(title="Proxy certificate expired"))

    assert "Proxy certificate expired" in run("search", "certificate expired service:chekout")


def test_an_action_item_is_identified_by_its_incident(index):
    item = ActionItemFactory(title="Alert on the proxy")
    index(item.incident)

    [found] = json.loads(run("search", "alert proxy", "kind:action", "--json"))

    assert found["reference"] == item.incident.reference
    assert found["url"] == item.get_absolute_url()


@pytest.mark.parametrize("query", ['"', "& | !", "x" * 10_000, "since:99999-99 service:🔥"])
def test_no_query_is_an_error(query, db):
    assert json.loads(run("search", query, "--json")) == []


def test_a_corrected_query_is_printed(index):
    incident = index(IncidentFactory(title="Client certificate expired"))

    [found] = json.loads(run("search", "certifcate expird", "--json"))

    assert found["reference"] == incident.reference
    assert found["corrected_query"] == "certificate expired"
    assert "Showing results for certificate expired" in run("search", "certifcate expird")


def test_nothing_found_is_an_empty_list():
    assert json.loads(run("search", "certificate", "--json")) == []
    assert run("search", "certificate") == "Nothing found.\n"


def test_without_a_user_restricted_incidents_are_left_out(index, ana, vera):
    secret = index(IncidentFactory(title="Zanzibar", visibility="restricted", owner=ana))

    assert json.loads(run("search", "zanzibar", "--json")) == []
    assert json.loads(run("search", "zanzibar", "--json", "--as", "vera")) == []
    [found] = json.loads(run("search", "zanzibar", "--json", "--as", "ana"))
    assert found["reference"] == secret.reference


def test_no_more_results_than_the_limit_are_printed(index):
    index(*(IncidentFactory(title=f"Proxy {n}") for n in range(3)))

    assert len(json.loads(run("search", "proxy", "--json", "--limit", "2"))) == 2


@pytest.mark.parametrize("wrong", [["--as", "nobody"], ["--limit", "0"]])
def test_invalid_arguments_are_reported(wrong, db):
    with pytest.raises(CommandError):
        run("search", "proxy", *wrong)


def test_reindex_rebuilds_the_index():
    incident, pattern = IncidentFactory(title="Proxy"), PatternFactory()
    assert not Document.objects.exists()

    run("reindex")

    assert set(Document.objects.values_list("incident", "pattern")) == {
        (incident.pk, None),
        (None, pattern.pk),
    }
