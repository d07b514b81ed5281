"""What the knowledge base opens with: facts of the sources, and what they leave open."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from incidents.models import ActionItem, Incident, LinkState, Origin, PatternLink, Revision
from playbooks.models import FailurePattern, Playbook, PlaybookStep
from search.engine import search
from search.models import Synonym

SEEDS = Path(settings.BASE_DIR) / "seeds"
INCIDENTS = ["INC-1", "INC-2", "INC-3", "INC-4", "INC-5", "INC-6"]
RECURRING = {
    "cert-credential": ["INC-1", "INC-5", "INC-6"],
    "identity-permissions": ["INC-1", "INC-2"],
    "pod-network": ["INC-2", "INC-3"],
    "remediation-made-it-worse": ["INC-1", "INC-2", "INC-6"],
    "untested-change": ["INC-2", "INC-3"],
    "tool-defaults": ["INC-2"],
    "passive-detection": ["INC-3", "INC-4", "INC-6"],
    "single-point-of-failure": ["INC-3", "INC-4", "INC-6"],
    "blocked-on-access": ["INC-1", "INC-4", "INC-6"],
    "dns-blamed": ["INC-1", "INC-2"],
}
KNOWN_IN_THE_FIELD = {
    "accidental-action",
    "bad-deploy",
    "capacity-exhaustion",
    "config-drift",
    "config-error",
    "control-plane",
    "database",
    "dependency-outage",
    "disk-full",
    "dns",
    "hardware-power",
    "latent-bug",
    "memory-oom",
    "network-routing-lb",
    "retry-cascade",
    "secret-security",
}
API_SERVER_OUTAGE = [
    ("11:21", "2019-02-25 11:21a", "started"),
    ("11:34", "11:34", "detected"),
    ("11:57", "11:57", ""),
    ("12:28", "12:28p", ""),
    ("12:40", "12:40", ""),
    ("12:43", "12:43 - 12:49", ""),
    ("13:00", "13:00", ""),
    ("13:10", "13:10", ""),
    ("13:20", "13:20", ""),
    ("13:34", "13:34", ""),
    ("13:41", "13:41", ""),
    ("13:46", "13:46", ""),
    ("14:48", "14:48", "recovered"),
]


def seed() -> str:
    out, err = StringIO(), StringIO()
    call_command("seed", stdout=out, stderr=err)
    assert err.getvalue() == ""
    return out.getvalue()


@pytest.fixture(scope="module", autouse=True)
def _seeded(django_db_setup, django_db_blocker):
    """Seed once for all the tests here, and take it back afterwards; what the migrations brought
    stays."""
    with django_db_blocker.unblock():
        brought = list(Synonym.objects.order_by("pk").values_list("terms", flat=True))
        seed()
        yield
        call_command("flush", interactive=False, verbosity=0)
        Synonym.objects.bulk_create(Synonym(terms=terms) for terms in brought)


pytestmark = pytest.mark.django_db


def incident(reference: str) -> Incident:
    return Incident.objects.get(reference=reference)


def body_of(reference: str) -> str:
    return Revision.objects.filter(incident__reference=reference).latest("number").content


def seed_files() -> list[Path]:
    return sorted(SEEDS.rglob("*.md"))


def test_six_incidents_open_the_knowledge_base_and_all_are_published():
    found = dict(Incident.objects.order_by("number").values_list("reference", "status"))

    assert found == dict.fromkeys(INCIDENTS, "published")


def test_what_no_source_states_stays_unknown():
    facts = Incident.objects.order_by().values_list("severity", "time_zone", "owner").distinct()

    assert list(facts) == [("unknown", "", None)]


def test_each_incident_stands_in_its_environment():
    found = dict(Incident.objects.values_list("reference", "environment"))

    assert found == dict.fromkeys(INCIDENTS, "production") | {"INC-2": "qa"}


@pytest.mark.parametrize(
    ("reference", "author", "published_on"),
    [
        ("INC-1", "conrad", None),
        ("INC-2", "Seth McCombs", None),
        ("INC-3", "Abdennour Toumi", "2020-02-12"),
        ("INC-4", "", "2019-02-25"),
        ("INC-5", "Dave Albert", "2019-01-23"),
        ("INC-6", "Dave Albert", "2019-01-23"),
    ],
)
def test_the_source_is_credited_with_what_it_says_of_itself(reference, author, published_on):
    found = incident(reference)

    assert found.source_author == author
    assert found.source_publication != ""
    day = found.source_published_on
    assert (day.isoformat() if day else None) == published_on


@pytest.mark.parametrize(
    ("reference", "occurred_on", "precision"),
    [
        ("INC-1", None, "unknown"),
        ("INC-2", None, "unknown"),
        ("INC-3", None, "unknown"),
        ("INC-4", "2019-02-25", "minute"),
        ("INC-5", "2018-12-01", "approximate"),
        ("INC-6", "2019-01-14", "approximate"),
    ],
)
def test_an_incident_is_dated_as_exactly_as_its_source_dates_it(reference, occurred_on, precision):
    found = incident(reference)

    day = found.occurred_at
    assert (day.date().isoformat() if day else None) == occurred_on
    assert found.occurred_precision == precision


def test_every_entry_of_the_api_server_outage_keeps_its_time_as_written():
    events = incident("INC-4").timeline.all()

    assert [(f"{e.occurred_at:%H:%M}", e.as_written, e.milestone) for e in events] == (
        API_SERVER_OUTAGE
    )
    assert {(e.occurred_at.date().isoformat(), e.precision) for e in events} == {
        ("2019-02-25", "minute")
    }


def test_one_entry_of_the_api_server_outage_is_a_range():
    [call] = incident("INC-4").timeline.filter(ends_at__isnull=False)

    assert call.occurred_at == datetime(2019, 2, 25, 12, 43, tzinfo=UTC)
    assert call.ends_at == datetime(2019, 2, 25, 12, 49, tzinfo=UTC)


def test_elsewhere_no_clock_time_was_invented():
    dated = Incident.objects.filter(timeline__occurred_at__isnull=False).exclude(reference="INC-4")

    assert list(dated.order_by("number").values_list("reference", "timeline__as_written")) == [
        ("INC-5", "December"),
        ("INC-6", "last week"),
    ]


@pytest.mark.parametrize(
    ("reference", "facts"),
    [
        (
            "INC-1",
            ["AcrPull", "Network Contributor", "drained and deallocated", "crash", "8:00 AM"],
        ),
        (
            "INC-2",
            ["13 hours", "week of Thanksgiving", "group_vars", "CoreDNS", "/etc/cni/net.d"],
        ),
        ("INC-3", ["1 h 30 min", "browser", "wildcard DNS record", "staging", "Prometheus"]),
        ("INC-4", ["ZFS", "Let's Encrypt", "8 hours", "15 March 2019", "stability of the region"]),
        ("INC-5", ["twenty\nyears", "ticket", "Azure CLI"]),
        (
            "INC-6",
            ["1.7", "-noout -dates", "highest priority", "self-signed", "Cosmos DB", "Atlas"],
        ),
    ],
)
def test_a_retold_postmortem_holds_the_facts_of_its_source(reference, facts):
    text = body_of(reference)

    assert [fact for fact in facts if fact not in text] == []


def test_five_steps_of_recovery_and_three_lessons_are_kept_for_the_network_plugin():
    sections = {s.kind: s.body for s in incident("INC-3").sections.all()}

    assert len(re.findall(r"^\d\. ", sections["recovery"], re.MULTILINE)) == 5
    assert len(re.findall(r"^- ", sections["lessons"], re.MULTILINE)) == 3
    assert len(re.findall(r"^- ", sections["went_well"], re.MULTILINE)) == 2
    assert len(re.findall(r"^- ", sections["went_wrong"], re.MULTILINE)) == 2


def test_four_missteps_are_told_as_conditions_and_without_blame():
    went_wrong = incident("INC-2").sections.get(kind="went_wrong").body

    assert len(re.findall(r"^\d\. ", went_wrong, re.MULTILINE)) == 4
    assert not re.search(r"\b(should have|careless|fault|failed to)\b", body_of("INC-2"))


@pytest.mark.parametrize(
    ("reference", "stated"), [("INC-1", 0), ("INC-2", 0), ("INC-3", 3), ("INC-4", 1), ("INC-6", 4)]
)
def test_follow_ups_of_the_source_are_told_from_proposals_of_the_editors(reference, stated):
    items = ActionItem.objects.filter(incident__reference=reference)

    assert items.filter(origin=Origin.SOURCE).count() == stated
    assert items.filter(origin=Origin.EDITORS).exists()
    assert not items.filter(origin=Origin.TEAM).exists()


def test_no_promise_was_given_an_owner_or_a_date_by_the_editors():
    owned = ActionItem.objects.exclude(owner=None, owner_team=None, due_on=None)

    assert list(owned) == []


def test_ten_patterns_link_the_incidents_in_which_they_recur_each_with_evidence():
    links = PatternLink.objects.filter(state=LinkState.CONFIRMED, origin=Origin.EDITORS)
    found: dict[str, list[str]] = {}
    for link in links.exclude(evidence="").order_by("incident__number"):
        found.setdefault(link.pattern.slug, []).append(link.incident.reference)

    assert found == RECURRING
    assert PatternLink.objects.count() == links.count()


def test_the_library_holds_the_failures_that_the_field_knows():
    found = set(FailurePattern.objects.values_list("slug", flat=True))

    assert found == set(RECURRING) | KNOWN_IN_THE_FIELD


@pytest.mark.parametrize("slug", sorted(RECURRING.keys() | KNOWN_IN_THE_FIELD))
def test_every_pattern_can_be_recognised_and_told_from_similar_ones(slug):
    pattern = FailurePattern.objects.get(slug=slug)

    assert 6 <= len(pattern.signals) <= 14
    assert "### How to tell it from similar patterns" in pattern.recognise


def test_every_pattern_has_a_playbook():
    assert not FailurePattern.objects.filter(playbooks=None).exists()


def test_thirty_playbooks_can_be_followed_at_night():
    playbooks = Playbook.objects.exclude(verify="").exclude(escalate="")

    assert playbooks.count() == Playbook.objects.count() == 30
    assert min(playbook.steps.count() for playbook in playbooks) >= 3


def test_every_step_says_what_to_see_what_if_not_and_how_to_undo_it():
    wanting = PlaybookStep.objects.filter(expected="") | PlaybookStep.objects.filter(if_not="")
    wanting |= PlaybookStep.objects.filter(undo="")

    assert list(wanting) == []


def test_most_steps_have_a_command_and_every_playbook_has_several():
    for playbook in Playbook.objects.all():
        assert playbook.steps.exclude(command="").count() >= 3, playbook.slug


def test_a_shell_can_read_every_command():
    unreadable = {}
    for step in PlaybookStep.objects.exclude(command="").select_related("playbook"):
        read = subprocess.run(["bash", "-n"], input=step.command, capture_output=True, text=True)
        if read.returncode or read.stderr:
            unreadable[f"{step.playbook.slug} {step.position}"] = read.stderr

    assert unreadable == {}


@pytest.mark.parametrize(("kind", "model"), [("playbooks", Playbook), ("patterns", FailurePattern)])
def test_links_between_seeds_lead_somewhere(kind, model):
    slugs = set(model.objects.values_list("slug", flat=True))
    linked = {
        slug
        for path in seed_files()
        for slug in re.findall(rf"\]\(/{kind}/([\w-]+)/\)", path.read_text())
    }

    assert linked
    assert linked <= slugs


@pytest.mark.parametrize("query", ["certificate expired", "certifcate expird"])
def test_a_certificate_that_expired_is_found_together_with_its_playbook(query, vera):
    first_two = search(query, user=vera, limit=2).hits

    assert {hit.reference for hit in first_two} == {
        "INC-6",
        "certificate-expired",
    }


def test_seeding_again_changes_nothing():
    before = list(Revision.objects.values_list("incident", "number", "content"))

    said = seed()

    assert said == "Nothing new to load.\n"
    assert list(Revision.objects.values_list("incident", "number", "content")) == before


def test_export_writes_the_very_bytes_of_the_files(tmp_path):
    call_command("export", str(tmp_path), stdout=StringIO())

    for path in seed_files():
        name = re.sub(r"^(INC-\d+)-.*", r"\1", path.stem)
        exported = tmp_path / path.parent.name / f"{name}.md"
        assert exported.read_bytes() == path.read_bytes(), path.name


def test_seeds_were_not_dated_into_the_future():
    assert not Incident.objects.filter(published_at__gt=timezone.now()).exists()
