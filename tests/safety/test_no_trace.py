"""To whoever may not see a restricted incident, everything is as if it did not exist.

Each test asks the same questions twice: once while the incident is there, once after it has been
taken back, and compares the answers to the last byte. Services and tags that an incident brought
with it belong to it; patterns and playbooks are everybody's, and only what they say of the incident
is not.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction

from core import text_search
from incidents.models import PatternLink, PlaybookUse
from incidents.operations.labels import services_named, tags_named
from likeness import index
from tests.factories import (
    NOON,
    ActionItemFactory,
    IncidentFactory,
    PatternLinkFactory,
    SectionFactory,
)
from tests.safety import traces
from tests.safety.addresses import World
from tests.safety.traces import Question, Reader

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

# Nobody else uses these words, nor words like them.
TITLE = "Zanzibar merger leaked"
WORDS = ("quokkanaut", "vexillomancy", "borborygmus", "kakorrhaphia", "zyzzogeton", "absquatulate")
LOOKED_FOR = [
    {"q": "zanzibar", "scope": "all"},
    {"q": "zanzibra merger", "kind": "incident"},
    {"q": "quokkanuat"},
    {"q": "quok"},
    {"q": '"vexillomancy borborygmus"', "sort": "newest"},
    {"q": "database tag:gloamtag service:quokka-vault", "service": "quokka-vault"},
    {"tag": "gloamtag", "period": "365", "sort": "severity"},
    {"q": "outage", "severity": "SEV1", "environment": "production", "sort": "oldest"},
]


@pytest.fixture
def public(ana, ben):
    """What everybody may know of: incidents that share the secret's pattern, service and words."""
    world = World(ana, title="Database outage in the checkout", severity="SEV2", owner=ben)
    world.incident.services.set(services_named(["checkout"], by=ana))
    world.incident.tags.set(tags_named(["database"], by=ana))
    for number in range(3):
        other = IncidentFactory(title=f"Database outage again {number}", occurred_at=None)
        other.services.set(services_named(["checkout"], by=ana))
        SectionFactory(incident=other, body="The database was out of disk, then out of memory.")
        ActionItemFactory(incident=other, owner=ben, due_on=NOON.date(), title="Add a disk")
        PatternLinkFactory(incident=other, pattern=world.pattern)
    return world


@pytest.fixture
def secret_there(public, ana, ben, django_capture_on_commit_callbacks):
    """`with secret_there() as secret:` is a world with it; afterwards it never was."""

    @contextmanager
    def there():
        with transaction.atomic():
            with django_capture_on_commit_callbacks(execute=True):
                secret = make_secret(public, ana, ben)
                _index("incident", [secret.incident.pk])
            index.catch_up(at=NOON)
            yield secret
            transaction.set_rollback(True)

    with django_capture_on_commit_callbacks(execute=True):
        _index("incident", [row.pk for row in _incidents_of(public)])
        _index("pattern", [public.pattern.pk])
        _index("playbook", [public.playbook.pk])
    index.catch_up(at=NOON)
    return there


def _index(kind, pks):
    text_search.refresh(kind, pks)


def _incidents_of(public):
    return [
        link.incident
        for link in PatternLink.objects.filter(pattern=public.pattern).select_related("incident")
    ]


def make_secret(public, ana, ben):
    """A restricted incident of Ana's with a distinctive word in every part of it. Ben, who may not
    see it, owns one of its action items."""
    secret = World(
        ana,
        beside=public,
        visibility="restricted",
        owner=ana,
        title=TITLE,
        severity="SEV1",
        environment="production",
        occurred_at=NOON,
        occurred_precision="minute",
        started_at=NOON,
        resolved_at=NOON + timedelta(hours=3),
    )
    incident = secret.incident
    incident.services.set(services_named(["Quokka vault", "checkout"], by=ana))
    incident.tags.set(tags_named(["gloamtag", "database"], by=ana))
    for name, word in zip(("section", "event", "root_cause"), WORDS, strict=False):
        part = secret.parts[name]
        field = "body" if name == "section" else "text"
        setattr(part, field, f"{word} {' '.join(WORDS)} database outage")
        part.save()
    item = secret.parts["action_item"]
    item.title, item.owner, item.due_on = f"Hide the {WORDS[3]}", ben, NOON.date()
    item.save()
    link = secret.parts["pattern_link"]
    link.evidence = f"The {WORDS[4]} shows it."
    link.save()
    PlaybookUse.objects.filter(incident=incident).update(note=f"Then {WORDS[5]}.")
    return secret


def told(reader, secret_there, questions):
    """Every question whose answer tells `reader` that the secret is there, and how it does."""
    with secret_there() as secret:
        asked: list[Question] = list(questions(secret))
        # Whoever may see it comes first, so that what is kept for them is there to be mixed up.
        for question in asked[:40]:
            question.ask(Reader(secret.incident.owner))
        there = [question.ask(reader) for question in asked]
    cache.clear()
    gone = [question.ask(reader) for question in asked]
    pairs = zip(asked, there, gone, strict=True)
    return "\n".join(f"{one.name}: {how}" for one, a, b in pairs if (how := a.differs_from(b)))


@pytest.fixture(params=["nobody", "vera", "ben", "rita"])
def reader(request, vera, ben, rita):
    """Each of those who may not see it: a stranger, a viewer, an author, a reviewer."""
    return Reader({"vera": vera, "ben": ben, "rita": rita}.get(request.param))


def test_its_own_addresses_answer_as_if_there_were_nothing(reader, secret_there):
    assert not (leaks := told(reader, secret_there, traces.about)), leaks


def test_every_other_page_is_the_same_without_it(reader, public, secret_there):
    def questions(secret):
        form = {
            **{"incident": secret.incident.reference, "reference": secret.incident.reference},
            **{"other": secret.incident.reference, "to": secret.incident.reference},
            **{"q": TITLE, "text": f"{secret.incident.reference} {TITLE}", "title": TITLE},
        }
        named = [{"q": secret.incident.reference, "incident": secret.incident.reference}]
        return traces.elsewhere(public, [*LOOKED_FOR, *named], [form])

    assert not (leaks := told(reader, secret_there, questions)), leaks


def test_a_label_comes_back_as_it_was_typed(ben, rita, public, secret_there):
    """In another letter case than the secret's, in every form that takes labels."""
    form = {
        **{"title": "Checkout is slow", "severity": "SEV3", "environment": "production"},
        **{"visibility": "internal", "version": str(public.incident.version)},
        **{"services": "qUOKKA vAULT, checkout", "tags": "gLOAMTAG"},
    }
    looks = [
        ("/incidents/", {"service": "quokka-vault"}),
        ("/incidents/new/", {}),
        ("/action-items/", {"service": "quokka-vault"}),
        ("/follow-up/", {"service": "quokka-vault"}),
        ("/search/", {"q": "service:quokka-vault tag:gloamtag"}),
        ("/search/facets/", {"q": "checkout"}),
    ]
    written = []

    def questions(secret):
        for question in traces.typing_labels(public, form, looks):
            if "qUOKKA vAULT" in question.ask(Reader(ben)).body:
                written.append(question.name)
            yield question

    for reader in (Reader(ben), Reader(rita)):
        assert not (leaks := told(reader, secret_there, questions)), leaks
    assert {"POST incident_new", "POST incident_edit"} <= set(written)


def test_every_command_says_the_same_without_it(reader, public, secret_there):
    def questions(secret):
        words = [asked["q"] for asked in LOOKED_FOR if "q" in asked]
        return traces.commands(secret, public, [*words, secret.incident.reference])

    assert not (leaks := told(reader, secret_there, questions)), leaks


def test_refusing_it_is_no_more_work_than_finding_nothing(ben, secret_there):
    reader = Reader(ben)
    with secret_there() as secret:
        asked = list(traces.about(secret))
        there = [question.ask(reader) for question in asked]
    gone = [question.ask(reader) for question in asked]

    queries = {
        question.name: (a.queries, b.queries)
        for question, a, b in zip(asked, there, gone, strict=True)
        if a.queries != b.queries
    }
    # The clock of a busy machine is rough; all of them together are not three times as slow.
    took, would_take = (sum(answer.seconds for answer in found) for found in (there, gone))
    assert queries == {}
    assert 1 / 3 < took / would_take < 3


def test_a_digest_does_not_tell_of_it(ben, vera, secret_there, mailoutbox):
    def mails():
        mailoutbox.clear()
        with transaction.atomic():
            for hour in (9, 17):  # mornings in Dublin and in Los Angeles
                now = f"2026-03-03T{hour:02}:00:00+00:00"
                call_command("send_reminders", "--now", now, verbosity=0)
            transaction.set_rollback(True)
        # Links are signed for one message: another one has others.
        return [
            (mail.to, mail.subject, re.sub(r"/(answer|unsubscribe)/\S+", r"/\1/…", mail.body))
            for mail in mailoutbox
        ]

    with secret_there():
        there = mails()
    gone = mails()

    assert [to for to, _, _ in gone if to == [ben.email]]
    assert [mail for mail in there if mail[0] != ["ana@example.com"]] == gone


def test_the_walk_has_eyes(ana, omar, public, secret_there):
    """Those who may see it are told of it: the silence elsewhere means something."""
    for person in (ana, omar):
        with secret_there() as secret:
            own = traces.about(secret)
            seen = {one.name for one in own if TITLE in one.ask(Reader(person)).body}
            search = Reader(person).get("/search/", {"q": "quokkanaut"})
            pattern = Reader(person).get(public.pattern.get_absolute_url())
            patterns = Reader(person).get("/patterns/map/")
            assert {"GET incident_detail", "GET section_edit", "GET revision_detail"} <= seen
            assert all(TITLE in page.body for page in (search, pattern, patterns))
