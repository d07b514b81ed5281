"""Turning reminders off from a mail (RFC 8058)."""

from __future__ import annotations

import pytest
from django.test import Client

from messaging import unsubscribing

pytestmark = pytest.mark.django_db


def path_for(person) -> str:
    return f"/unsubscribe/{unsubscribing.token_for(person)}/"


def test_opening_the_link_changes_nothing_and_asks(ana, client):
    page = client.get(path_for(ana)).content.decode()

    ana.refresh_from_db()
    assert ana.digest == "daily"
    assert "Stop reminders?" in page


def test_a_mail_program_turns_them_off_without_cookies_or_token_of_ours(ana):
    strict = Client(enforce_csrf_checks=True)

    answer = strict.post(path_for(ana), {"List-Unsubscribe": "One-Click"})

    ana.refresh_from_db()
    assert answer.status_code == 200
    assert ana.digest == "off"
    assert "No more reminders" in strict.get(path_for(ana)).content.decode()


def test_an_altered_address_does_nothing_and_says_so(ana, client):
    token = unsubscribing.token_for(ana)
    altered = token.replace(str(ana.pk), str(ana.pk + 1), 1)

    for address in (altered, token[:-1], "x"):
        answer = client.post(f"/unsubscribe/{address}/")
        assert answer.status_code == 410
        assert "incomplete" in answer.content.decode()
    ana.refresh_from_db()
    assert ana.digest == "daily"


def test_every_mail_carries_the_address(ana, settings):
    settings.SITE_URL = "https://nt.example.com"

    assert unsubscribing.url_for(ana) == f"https://nt.example.com{path_for(ana)}"
