"""Feeds, calendars and mails as independent programs read them: no defect, nothing missing."""

from __future__ import annotations

import re
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

import feedparser
import icalendar
import pytest
from django.core import mail
from django.test import Client

from action_items.operations import calendar_feeds
from action_items.reminders import ledger
from messaging import delivery
from search import operations
from tests.action_items.reminders.ticks import DAY, MONDAY, MONDAY_MORNING
from tests.factories import NOON, ActionItemFactory, IncidentFactory, TeamFactory
from tests.search.conftest import index  # noqa: F401

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
AWKWARD = [
    "Plain",
    "Ünïcödé, 漢字 and 🚒",
    "A <b>tag</b> & an &amp; entity",
    'Comma, semicolon; backslash\\ and "quotes"',
    "Long " + "word " * 35,
    "x" * 180,
    "漢" * 90,
]


# --- Atom (RFC 4287) ----------------------------------------------------------------------------


@pytest.fixture
def feed(ana, index) -> bytes:  # noqa: F811
    for number, title in enumerate(AWKWARD, start=1):
        index(IncidentFactory(number=number, title=f"Proxy {title}"))
    kept = operations.save(
        "proxy", name="Proxies & more", sort="relevance", is_shared=False, by=ana, at=NOON
    )
    return Client().get(kept.feed_url).content


@pytest.fixture
def empty_feed(ana, index) -> bytes:  # noqa: F811
    kept = operations.save("nothing", name="N", sort="relevance", is_shared=False, by=ana, at=NOON)
    return Client().get(kept.feed_url).content


def _only(parent: ElementTree.Element, name: str) -> str:
    found = parent.findall(f"{ATOM}{name}")
    assert len(found) == 1, f"{parent.tag} has {len(found)} of {name}"
    return found[0].text or ""


@pytest.mark.parametrize("which", ["feed", "empty_feed"])
def test_an_atom_feed_has_all_that_rfc_4287_requires(which, request):
    root = ElementTree.fromstring(request.getfixturevalue(which))  # noqa: S314  our own

    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.findall(f"{ATOM}entry")):
        assert re.match(r"https?://", _only(element, "id"))
        assert _only(element, "title")
        assert datetime.fromisoformat(_only(element, "updated")).tzinfo
        for name in ("generator", "icon", "logo", "subtitle", "published", "summary", "rights"):
            assert len(element.findall(f"{ATOM}{name}")) <= 1
        links = [link.attrib for link in element.findall(f"{ATOM}link")]
        assert all(link.get("href") for link in links)
        alternates = [link for link in links if link.get("rel", "alternate") == "alternate"]
        assert len(alternates) == 1
    assert [author.findtext(f"{ATOM}name") for author in root.findall(f"{ATOM}author")] == [
        "Nevertwice"
    ]
    assert [link.get("rel") for link in root.findall(f"{ATOM}link")].count("self") == 1
    ids = [_only(entry, "id") for entry in root.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))


def test_a_feed_reader_understands_every_entry(feed):
    read = feedparser.parse(feed)

    assert not read.bozo, read.get("bozo_exception")
    assert read.version == "atom10"
    assert read.feed.author == "Nevertwice"
    assert len(read.entries) == len(AWKWARD)
    assert all(entry.updated_parsed and entry.link and entry.id for entry in read.entries)


# --- iCalendar (RFC 5545) -----------------------------------------------------------------------


@pytest.fixture
def calendar(ana) -> bytes:
    for number, title in enumerate(AWKWARD):
        ActionItemFactory(owner=ana, title=title, due_on=MONDAY + number * DAY)
    ActionItemFactory(
        owner=ana,
        title="Declined",
        status="wont_do",
        closed_at=NOON,
        closing_note="No.",
        due_on=MONDAY,
    )
    secret = IncidentFactory(visibility="restricted", owner=ana)
    ActionItemFactory(incident=secret, owner=ana, title="Hush", due_on=MONDAY)
    feed = calendar_feeds.subscribe(team=None, by=ana, at=NOON)
    return Client().get(feed.feed_url).content


def test_a_calendar_follows_rfc_5545(calendar):
    lines = calendar.split(b"\r\n")
    parsed = icalendar.Calendar.from_ical(calendar)

    assert calendar.endswith(b"\r\n")
    assert b"\n" not in calendar.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode()  # no character is cut in two
    assert parsed["version"] == "2.0"
    assert parsed["prodid"]
    assert parsed.errors == []
    events = parsed.walk("VEVENT")
    assert events
    for event in events:
        assert event.errors == []
        for name in ("uid", "dtstamp", "dtstart"):
            assert not isinstance(event[name], list), name
        assert event.decoded("dtstamp").utcoffset().total_seconds() == 0
    assert len({str(event["uid"]) for event in events}) == len(events)


def test_titles_come_out_of_a_calendar_as_they_were_typed(calendar):
    found = {
        str(event["summary"]) for event in icalendar.Calendar.from_ical(calendar).walk("VEVENT")
    }

    assert {title.strip() for title in AWKWARD} <= found
    assert "Hush" not in calendar.decode()


# --- mail (RFC 5322, 2045, 8058) ----------------------------------------------------------------


@pytest.fixture
def mails(ana, ben) -> list[bytes]:
    """A digest and a team's summary, as they go over the wire."""
    team = TeamFactory(name="Zahlungen & Ünïcödé, Bestellungen " + "x" * 60, lead=ana)
    team.members.set([ana])
    for title in AWKWARD:
        ActionItemFactory(owner=ana, title=title, due_on=MONDAY - DAY)
    ledger.write_due(MONDAY_MORNING)
    delivery.deliver(delivery.due(MONDAY_MORNING), clock=lambda: MONDAY_MORNING)
    return [sent.message().as_bytes(linesep="\r\n") for sent in mail.outbox]


def read(raw: bytes) -> EmailMessage:
    found = message_from_bytes(raw, policy=policy.strict)
    assert isinstance(found, EmailMessage)
    return found


def test_a_mail_is_without_defects(mails):
    assert len(mails) == 2
    for raw in mails:
        for part in read(raw).walk():
            assert part.defects == []
            for name, value in part.items():
                assert value.defects == (), name
            if not part.is_multipart():
                assert part.get_content()


def test_no_line_of_a_mail_is_too_long(mails):
    for raw in mails:
        head, _, _ = raw.partition(b"\r\n\r\n")
        assert max(map(len, raw.split(b"\r\n"))) <= 998
        for line in head.split(b"\r\n"):
            assert line.isascii()
            assert len(line) <= 78 or b" " not in line.strip(), line


def test_a_mail_has_the_headers_that_programs_look_for(mails):
    for raw in mails:
        parsed = read(raw)
        for name in ("From", "To", "Subject", "Date", "Message-ID", "References", "In-Reply-To"):
            assert len(parsed.get_all(name, [])) == 1, name
        assert parsedate_to_datetime(str(parsed["Date"])).year >= 2026
        identifier = re.compile(r"<[^<>\s@]+@[^<>\s@]+>")
        for name in ("Message-ID", "References", "In-Reply-To"):
            assert identifier.fullmatch(str(parsed[name]).strip()), name
        assert parsed["Message-ID"] != parsed["References"]
        assert parsed["Auto-Submitted"] == "auto-generated"
        assert re.fullmatch(r"<https?://[^<>\s]+>", str(parsed["List-Unsubscribe"]).strip())
        assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        kinds = [part.get_content_type() for part in parsed.iter_parts()]
        assert kinds == ["text/plain", "text/html"]
