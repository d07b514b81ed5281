"""What holds for every address of the site, those not yet written included."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.safety.addresses import PUBLIC, World, places

pytestmark = pytest.mark.django_db

ALL = places()
OURS = [place for place in ALL if place.is_ours]
ABOUT_INCIDENTS = [place for place in ALL if place.is_about_an_incident]
# GET of these shows a form for writing, which readers have no use for. A calendar is for readers
# too.
WRITING = re.compile(
    r"_(new|edit|delete|move|decide|archive|restore|publish|request_review|reopen|complete"
    r"|decline|not_required|upload|answer|take_back)(?<!calendar_feed_new)$"
)
# What everybody may write: about themselves, and what lives in the session alone.
ONES_OWN = {
    "profile",
    "resume_discard",
    "tour_dismiss",
    "sign_in_link",
    "saved_search_add",
    "calendar_feed_new",
    "unsubscribe",
    "inbox_read_all",
}
# Whoever may read a playbook may run it, a viewer too.
EVERYBODYS = {f"playbook_run_{verb}" for verb in ("start", "tick", "finish", "attach", "discard")}
MAIL = {"mailbox_message_html"}  # a mail as it was written, under a policy of its own
# The world's incident is not archived; what it has saved, was sent and posts to is its reader's.
ABSENT = {
    name: {404}
    for name in (
        *("incident_archived", "saved_search_edit", "saved_search_delete"),
        *("inbox_message", "channel_remove"),
    )
}
# Programs ask these again and again: they keep what they have, and ask whether it has changed.
FEEDS = {"saved_search_feed", "calendar_feed"}
SECRET = "Zanzibar merger leaked"  # the title of an incident that its reader may not know of


def named(place) -> str:
    return place.name


def writes(captured: CaptureQueriesContext) -> list[str]:
    """The statements that changed something other than the session."""
    changing = re.compile(r"^\s*(INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
    found = [changing.match(query["sql"]) for query in captured.captured_queries]
    return [match[2] for match in found if match and match[2] != "django_session"]


@pytest.fixture
def world(ana):
    return World(ana)


@pytest.fixture
def secret(ana, omar):
    """A world whose incident only Ana and the administrators may know of."""
    return World(ana, visibility="restricted", owner=ana, title=SECRET)


@pytest.mark.parametrize("place", ALL, ids=named)
def test_a_stranger_is_sent_to_sign_in(client, world, place):
    address = world.address(place)

    for answer in (client.get(address), client.post(address)):
        if place.name in PUBLIC:
            assert answer.status_code < 500
        else:
            assert answer.status_code == 302
            assert answer.url.startswith("/accounts/login/")


@pytest.mark.parametrize("place", ALL, ids=named)
def test_looking_changes_nothing_and_every_answer_is_strict(omar, signed_in, world, place):
    client = signed_in(omar)
    client.get("/profile/")
    address = world.address(place)

    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)

    usual = {200, 302, 400, 405, 410} if place.is_ours else {200, 302, 404}
    assert answer.status_code in usual | ABSENT.get(place.name, set())
    assert writes(captured) == [] or not place.is_ours
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert_kept_by_nobody(answer["Cache-Control"], is_feed=place.name in FEEDS)
    assert_strict_policy(answer["Content-Security-Policy"], inline=place.name in MAIL)
    if answer.get("Content-Type", "").startswith("text/html") and place.name not in MAIL:
        assert_no_script_or_style_in(answer.content.decode())


def assert_kept_by_nobody(caching: str, *, is_feed: bool) -> None:
    said = {part.strip() for part in caching.split(",")}
    assert said >= ({"private", "no-cache"} if is_feed else {"private", "no-store"})


def assert_strict_policy(policy: str, *, inline: bool) -> None:
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    if inline:
        assert "sandbox" in policy
        assert "script-src" not in policy
    else:
        assert "unsafe-inline" not in policy


def assert_no_script_or_style_in(page: str) -> None:
    assert not re.search(r"<[a-z][^>]*\sstyle=", page)
    assert not re.search(r"<[a-z][^>]*\son[a-z]+=", page)
    assert not re.search(r"<style|<script(?![^>]*(\bsrc=|application/json))", page)
    assert not re.search(r"(src|action)=\"https?://(?!testserver|127\.0\.0\.1)", page)


@pytest.mark.parametrize("place", OURS, ids=named)
def test_a_viewer_changes_nothing_of_the_teams(vera, signed_in, world, place):
    client = signed_in(vera)
    client.get("/profile/")
    address = world.address(place)

    with CaptureQueriesContext(connection) as captured:
        answer = client.post(address, {"title": "Changed", "text": "x", "name": "x", "version": 1})

    assert answer.status_code < 500
    if place.name not in ONES_OWN | EVERYBODYS:
        assert writes(captured) == []


@pytest.mark.parametrize(
    "place",
    [place for place in OURS if WRITING.search(place.name) and place.name not in PUBLIC],
    ids=named,
)
def test_a_viewer_is_told_so_where_writing_begins(vera, signed_in, world, place):
    client = signed_in(vera)

    answers = {client.get(world.address(place)).status_code}
    answers.add(client.post(world.address(place), {}).status_code)

    assert answers <= {403, 404, 405}
    assert 403 in answers or 404 in answers


@pytest.mark.parametrize("place", ABOUT_INCIDENTS, ids=named)
def test_a_restricted_incident_answers_as_if_it_did_not_exist(vera, ben, signed_in, secret, place):
    for person in (vera, ben):
        client = signed_in(person)
        for ask in (client.get, client.post):
            there = ask(secret.address(place))
            nowhere = ask(secret.address_of_nothing(place))

            assert there.status_code == nowhere.status_code
            assert there.status_code in {404, 405}
            assert SECRET not in there.content.decode()


@pytest.mark.parametrize(
    "place", [place for place in OURS if not place.is_about_an_incident], ids=named
)
def test_no_other_page_tells_of_a_restricted_incident(ben, signed_in, secret, place):
    answer = signed_in(ben).get(secret.address(place), {"q": "zanzibar", "scope": "all"})

    page = b"".join(answer) if answer.streaming else answer.content
    assert SECRET not in page.decode()
    assert f"/incidents/{secret.incident.reference}/" not in page.decode()


def test_whoever_may_see_it_does(ana, signed_in, secret):
    answer = signed_in(ana).get(f"/incidents/{secret.incident.reference}/")

    assert SECRET in answer.content.decode()
