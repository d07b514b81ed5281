"""Results, their order, and what is never found."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from search.engine import search
from search.models import Document, Word
from tests.bounded import bounded
from tests.factories import (
    NOON,
    ActionItemFactory,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    PlaybookFactory,
    PlaybookStepFactory,
    RootCauseFactory,
    SectionFactory,
    ServiceFactory,
    TimelineEventFactory,
)

pytestmark = pytest.mark.django_db


def titles(results):
    return [hit.text for hit in results.hits]


def text_of(pieces):
    return "".join(f"[{piece.text}]" if piece.marked else piece.text for piece in pieces)


@pytest.mark.parametrize(
    "part",
    [
        lambda incident: SectionFactory(incident=incident, body="The **flux capacitor** broke."),
        lambda incident: RootCauseFactory(incident=incident, text="A flux capacitor broke."),
        lambda incident: ActionItemFactory(incident=incident, title="Replace the flux capacitor"),
        lambda incident: TimelineEventFactory(incident=incident, text="The flux capacitor smokes."),
        lambda incident: incident.services.add(ServiceFactory(name="Flux capacitor")),
        lambda incident: PatternLinkFactory(
            incident=incident, pattern=PatternFactory(name="Flux capacitor worn out")
        ),
    ],
    ids=["section", "cause", "action item", "timeline", "service", "pattern"],
)
def test_an_incident_is_found_by_each_of_its_parts(part, index, vera):
    incident = IncidentFactory(title="Time stood still")
    part(incident)
    index(incident, IncidentFactory())

    hits = search("flux capacitors", user=vera).hits
    assert [hit.pk for hit in hits if hit.kind == "incident"] == [incident.pk]


def test_playbooks_are_found_by_their_steps_and_patterns_by_their_signals(index, vera):
    playbook = PlaybookFactory(title="Renew it")
    PlaybookStepFactory(playbook=playbook, command="openssl x509 -noout -dates -in *.pem")
    pattern = PatternFactory(name="Run out", signals=["x509: certificate has expired"])
    index(playbook, pattern)

    assert set(titles(search("x509", user=vera))) == {"Renew it", "Run out"}
    assert titles(search("openssl x509", user=vera))[0] == "Renew it"


def test_the_best_result_comes_first(index, vera):
    said_in_passing = IncidentFactory(title="Disk full")
    SectionFactory(incident=said_in_passing, kind="supporting", body="A certificate expired. " * 3)
    about_it = IncidentFactory(title="Certificate expired on the proxy")
    index(said_in_passing, about_it)

    assert titles(search("certificate expired", user=vera)) == [about_it.title, "Disk full"]


def test_an_incident_and_its_playbook_come_before_the_name_of_the_pattern(index, vera):
    pattern = PatternFactory(name="Credential expired", definition="A certificate expired.")
    playbook = PlaybookFactory(title="Replace an expired certificate")
    playbook.patterns.add(pattern)
    incident = IncidentFactory(title="Etcd lost its quorum")
    SectionFactory(incident=incident, body="The client certificate had expired.")
    RootCauseFactory(incident=incident, text="A certificate expired unnoticed.")
    index(pattern, playbook, incident)

    assert titles(search("certificate expired", user=vera))[-1] == pattern.name


def test_a_reference_and_an_exact_title_come_first(index, vera):
    other = IncidentFactory(number=1, title="Like INC-3", status="draft")
    SectionFactory(incident=other, body="INC-3 INC-3 INC-3 proxy proxy proxy proxy")
    wanted = IncidentFactory(number=3, title="Proxy")
    index(other, wanted)

    assert titles(search("inc-3", user=vera))[0] == "Proxy"
    assert titles(search("PROXY", user=vera))[0] == "Proxy"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('"left on device"', True),
        ('"device left"', False),
        ("space -device", False),
        ("space -proxy", True),
        ("proxy or device", True),
        ("/var/lib/docker/overlay2", True),
        ("overlay2", True),
        ("node-7.example.org", True),
        ("example.org", True),
        ("crash loop", True),
        ("CrashLoopBackOff", True),
        ("kube dns", True),
        ("kubernetes", False),
        ("dévice", True),
    ],
)
def test_operators_and_technical_terms_match_as_typed(query, found, index, vera):
    incident = IncidentFactory(title="Node lost")
    SectionFactory(
        incident=incident,
        body="No space left on device: `/var/lib/docker/overlay2/x` on node-7.example.org, "
        "kube-dns in CrashLoopBackOff",
    )
    index(incident)

    assert bool(search(query, user=vera, as_typed=True).hits) is found


def test_an_unfinished_word_is_completed(index, vera):
    index(IncidentFactory(title="Certificate expired"))

    assert titles(search("certi", user=vera)) == ["Certificate expired"]
    assert titles(search("certificate expi", user=vera)) == ["Certificate expired"]


def test_partial_matches_are_found_if_nothing_matches_all_words(index, vera):
    index(IncidentFactory(title="Database deleted"), IncidentFactory(title="Proxy slow"))

    results = search("somebody deleted production", user=vera)

    assert titles(results) == ["Database deleted"]
    assert results.complete == 0
    assert not results.hits[0].is_complete


def test_misspelt_words_are_corrected_and_the_correction_can_be_undone(index, vera):
    index(IncidentFactory(title="Client certificate expired"))

    results = search("certifcate expird", user=vera)

    assert titles(results) == ["Client certificate expired"]
    assert results.corrected == "certificate expired"
    assert search("certifcate expird", user=vera, as_typed=True).hits == []


def test_correct_spelling_is_not_changed(index, vera):
    index(IncidentFactory(title="Database restored"), IncidentFactory(title="Databank lost"))

    assert search("databank", user=vera).corrected == ""


@pytest.mark.parametrize(
    ("typed", "meant"), [("diks full", "disk full"), ("slow", ""), ("dsn", "dns")]
)
def test_short_words_are_corrected_only_where_letters_are_exchanged(typed, meant, index, vera):
    index(IncidentFactory(title="Disk full, flow stopped"), IncidentFactory(title="DNS lost"))

    assert search(typed, user=vera).corrected == meant


def test_words_are_marked_in_every_form(index, vera):
    incident = IncidentFactory(title="Expiring certificates")
    SectionFactory(
        incident=incident, body="All was well.\n\nThen the Certificate **expired** <b>unseen</b>."
    )
    index(incident)

    [hit] = search("certificate expires", user=vera).hits

    assert text_of(hit.title) == "[Expiring] [certificates]"
    assert text_of(hit.snippet) == "Then the [Certificate] [expired] unseen."


def test_a_synonym_of_several_words_matches_as_a_phrase(index, vera):
    told = IncidentFactory(title="The replica failed over by itself")
    SectionFactory(incident=told, body="Over lunch nothing was seen.\n\nTwo nodes failed.")
    other = IncidentFactory(title="Looked over what failed")
    index(told, other)

    [hit] = search("failover", user=vera).hits

    assert text_of(hit.title) == "The replica [failed] [over] by itself"
    assert "[" not in text_of(hit.snippet)


def test_stop_words_may_occur_between_the_words_of_a_synonym(index, vera):
    index(IncidentFactory(title="Workers ran out of memory, and a memory of it is kept"))

    [hit] = search("oom", user=vera).hits

    assert text_of(hit.title) == "Workers ran [out] of [memory], and a memory of it is kept"


def test_a_restricted_incident_is_found_by_those_who_may_see_it_only(index, vera, ana, omar):
    secret = IncidentFactory(title="Zanzibar leak", visibility="restricted", owner=ana)
    SectionFactory(incident=secret, body="The zanzibar certificate leaked.")
    index(secret, IncidentFactory(title="Certificate lost"))

    assert titles(search("zanzibar", user=ana)) == titles(search("zanzibar", user=omar))
    assert titles(search("zanzibar", user=ana)) == ["Zanzibar leak"]
    nothing = search("zanzibar", user=vera)
    assert (nothing.hits, nothing.counts) == ([], {})
    assert search("certificate", user=vera).counts == {"incident": 1}
    assert search(secret.reference, user=vera).hits == []
    assert search("zanz", user=vera).hits == []


def test_words_of_restricted_incidents_are_never_suggested(index, vera, ana):
    index(
        IncidentFactory(title="Zanzibar leak", visibility="restricted", owner=ana),
        IncidentFactory(title="Disk full"),
    )
    assert Word.objects.filter(word="zanzibar").exists()

    results = search("zanzibra", user=vera)

    assert (results.corrected, results.hits) == ("", [])
    assert search("zanzibra", user=ana).corrected == "zanzibar"


def test_a_restricted_incident_does_not_change_the_scores_of_others(index, vera):
    index(IncidentFactory(title="Proxy timeout"), IncidentFactory(title="Proxy certificate"))
    before = [(hit.kind, hit.pk, hit.score) for hit in search("proxy timeout", user=vera).hits]

    index(IncidentFactory(title="Proxy proxy timeout", visibility="restricted"))

    after = [(hit.kind, hit.pk, hit.score) for hit in search("proxy timeout", user=vera).hits]
    assert after == before


def test_archived_incidents_are_not_found_and_strangers_find_nothing(index, vera, omar):
    incident = index(IncidentFactory(title="Proxy timeout"))
    assert search("proxy", user=AnonymousUser()).hits == []

    incident.archived_at = NOON
    incident.save()

    assert search("proxy", user=omar).hits == []


def test_deletion_removes_the_document(index):
    playbook = index(PlaybookFactory())
    assert Document.objects.count() == 1

    playbook.delete()

    assert not Document.objects.exists()


def test_reindexing_replaces_the_document(index, vera):
    incident = index(IncidentFactory(title="Proxy timeout"))
    incident.title = "Disk full"
    incident.save()
    index(incident)

    assert search("proxy", user=vera, as_typed=True).hits == []
    assert titles(search("disk", user=vera)) == ["Disk full"]


HOSTILE = [
    "a" * 10_000,
    "certificate " * 1_000,
    " ".join(f"word{n}" for n in range(1_000)),
    "& | ! <-> ( ) :* \\ ' \"",
    '"unbalanced',
    "\0certificate\0",
    "'; drop table search_document; --",
    "\u202eetacifitrec\u202c שלום مرحبا",
    "🔥🔥🔥 e\u0301\u0301\u0301 \ufeff\ud7ff",
    "-" * 500,
    "a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q-r-s-t-u-v-w-x-y-z",
    "or or or OR | or",
    "ﷺ" * 400,
    "1e999 0x1f -1 +2 3.14.15",
]


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_queries_answer_in_bounded_time(query, index, vera):
    index(IncidentFactory(title="Client certificate expired"))

    with bounded(5):
        search(query, user=vera)


def test_very_long_text_can_be_indexed(index, vera):
    incident = IncidentFactory(title="Endless")
    SectionFactory(incident=incident, body=" ".join(f"w{n:x}" for n in range(300_000)))
    SectionFactory(incident=incident, kind="supporting", body="x" * 3_000_000)
    index(incident)

    assert titles(search("endless", user=vera)) == ["Endless"]


def test_a_passing_mention_of_all_words_does_not_outrank_relevance_to_most(index, vera):
    report = index(IncidentFactory(title="Payment provider down for an evening"))
    transcript = IncidentFactory(title="Complete log of a call")
    noise = " ".join(f"word{number}" for number in range(900))
    SectionFactory(incident=transcript, body=f"{noise} payment provider {noise} down recently")
    index(transcript)

    found = search("payment provider down recently", user=vera)

    assert [hit.reference for hit in found.hits] == [report.reference, transcript.reference]


def test_a_partly_known_path_still_finds_something(index, vera):
    report = index(IncidentFactory(title="Slow lookups with ndots in resolv"))

    assert titles(search("/etc/resolv.conf ndots", user=vera)) == [report.title]
