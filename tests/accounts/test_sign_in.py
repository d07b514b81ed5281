"""Signing in with a password or a code by mail."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


@pytest.fixture
def ana_with_password(ana):
    ana.set_password(PASSWORD)
    ana.save()
    return ana


def signed_in_as(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


@pytest.mark.parametrize("login", ["ana", "ana@example.com", "ANA@example.com"])
def test_with_user_name_or_address_and_password(ana_with_password, client, login):
    answer = client.post("/accounts/login/", {"login": login, "password": PASSWORD})

    assert answer.status_code == 302
    assert signed_in_as(client) == str(ana_with_password.pk)


def test_a_wrong_password_is_told_and_lets_nobody_in(ana_with_password, client):
    answer = client.post("/accounts/login/", {"login": "ana", "password": "wrong"})

    assert "not correct" in answer.content.decode()
    assert signed_in_as(client) is None


def test_guessing_is_slowed_down(ana_with_password, client, settings):
    for _ in range(12):
        client.post("/accounts/login/", {"login": "ana", "password": "wrong"})

    answer = client.post("/accounts/login/", {"login": "ana", "password": PASSWORD})

    assert signed_in_as(client) is None
    assert answer.status_code in {200, 429}


def test_with_a_code_by_mail(ana, client, mailoutbox):
    client.post("/accounts/login/code/", {"email": "ana@example.com"})
    code = re.search(r"^([A-Z0-9]{3,}(?:-[A-Z0-9]+)?)\s*$", mailoutbox[0].body, re.M)[1]

    client.post("/accounts/login/code/confirm/", {"code": code})

    assert signed_in_as(client) == str(ana.pk)


def test_nobody_signs_up(client):
    page = client.get("/accounts/signup/")
    client.post(
        "/accounts/signup/",
        {"username": "eve", "email": "eve@x.org", "password1": PASSWORD, "password2": PASSWORD},
    )

    assert "Accounts are created by an administrator" in page.content.decode()
    assert not User.objects.filter(username="eve").exists()


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/accounts/login/code/", "/accounts/password/reset/"]
)
def test_the_entrance_pages_stand_without_signing_in(client, path):
    page = client.get(path)

    assert page.status_code == 200
    assert "form-control" in page.content.decode()
    assert "style=" not in page.content.decode()


def test_somebody_without_a_password_chooses_one(ana, signed_in):
    ana.set_unusable_password()
    ana.save()
    client = signed_in(ana)

    answer = client.post("/accounts/password/set/", {"password1": PASSWORD, "password2": PASSWORD})

    assert answer.status_code == 302
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


@pytest.mark.parametrize("path", ["/accounts/password/change/", "/accounts/2fa/"])
def test_the_pages_about_signing_in_are_reachable(ana_with_password, signed_in, path):
    assert signed_in(ana_with_password).get(path).status_code == 200


def test_the_admin_sends_strangers_to_our_own_sign_in(client):
    answer = client.get("/admin/", follow=True)

    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")


def test_the_admin_refuses_everybody_but_administrators(rita, omar, signed_in):
    assert signed_in(rita).get("/admin/", follow=True).status_code == 403
    assert signed_in(omar).get("/admin/").status_code == 200
