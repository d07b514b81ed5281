"""One-time sign-in links, and how the first administrator gets in."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from threading import Barrier, Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import operations
from accounts.models import Role, SignInLink, User
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.django_db


def path_of(link: str) -> str:
    return "/sign-in/" + link.split("/sign-in/", 1)[1]


def who_is_signed_in(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_opening_the_link_asks_and_signs_nobody_in(ana, client):
    path = path_of(operations.issue_sign_in_link(ana, at=timezone.now()))

    answer = client.get(path)

    assert "Sign in as Ana Author" in answer.content.decode()
    assert who_is_signed_in(client) is None
    assert SignInLink.objects.get().used_at is None


def test_the_button_signs_in_once(ana, client):
    path = path_of(operations.issue_sign_in_link(ana, at=timezone.now()))

    first = client.post(path)
    second = Client().post(path)

    assert first.status_code == 302
    assert who_is_signed_in(client) == str(ana.pk)
    assert second.status_code == 410
    assert "no longer works" in second.content.decode()


def test_a_link_older_than_fifteen_minutes_does_not_work(ana, client):
    long_ago = timezone.now() - timedelta(minutes=16)
    path = path_of(operations.issue_sign_in_link(ana, at=long_ago))

    assert client.get(path).status_code == 410
    assert client.post(path).status_code == 410
    assert who_is_signed_in(client) is None


def test_an_altered_link_does_not_work(ana, client):
    path = path_of(operations.issue_sign_in_link(ana, at=timezone.now()))

    assert client.get(path[:-2] + "/").status_code == 410
    assert client.post("/sign-in/made-up/").status_code == 410


def test_a_deactivated_persons_link_does_not_work(ana, client):
    path = path_of(operations.issue_sign_in_link(ana, at=timezone.now()))
    User.objects.filter(pk=ana.pk).update(is_active=False)

    assert client.post(path).status_code == 410


def test_the_first_time_the_browsers_time_zone_is_taken(client):
    person = UserFactory(last_login=None)
    path = path_of(operations.issue_sign_in_link(person, at=timezone.now()))

    client.post(path, {"time_zone": "Europe/Dublin"})

    person.refresh_from_db()
    assert person.time_zone == "Europe/Dublin"


def test_an_unknown_time_zone_is_left_out_and_the_person_is_let_in(client):
    person = UserFactory(last_login=None)
    path = path_of(operations.issue_sign_in_link(person, at=timezone.now()))

    client.post(path, {"time_zone": "Mars/Olympus"})

    person.refresh_from_db()
    assert person.time_zone == "UTC"
    assert who_is_signed_in(client) == str(person.pk)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_press_at_once_one_gets_in(ana):
    token = SignInLink.objects.issue(ana, at=NOON)
    barrier, results = Barrier(6), []

    def press():
        barrier.wait()
        try:
            operations.use_sign_in_link(token, at=NOON)
            results.append("in")
        except operations.LinkSpent:
            results.append("out")
        finally:
            connection.close()

    threads = [Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["in"] + ["out"] * 5


def test_an_empty_database_gets_an_administrator_and_a_link(client):
    link = operations.first_sign_in_link(at=timezone.now())

    admin = User.objects.get()
    assert (admin.username, admin.role, admin.is_superuser) == ("admin", Role.ADMINISTRATOR, True)
    assert not admin.has_usable_password()
    assert client.post(path_of(link)).status_code == 302


def test_until_an_administrator_has_a_password_there_is_a_new_link():
    operations.first_sign_in_link(at=NOON)

    assert operations.first_sign_in_link(at=NOON)
    assert User.objects.count() == 1

    admin = User.objects.get()
    admin.set_password("correct horse battery")
    admin.save()

    assert operations.first_sign_in_link(at=NOON) is None


def test_nobody_is_made_administrator_where_there_are_people(ana):
    assert operations.first_sign_in_link(at=NOON) is None
    assert User.objects.count() == 1


def test_the_commands_print_the_address(ana):
    def printed(*command):
        out = StringIO()
        call_command(*command, stdout=out)
        return out.getvalue()

    assert "/sign-in/" in printed("sign_in_link", "ana")
    assert "/sign-in/" not in printed("first_administrator")
    with pytest.raises(CommandError, match="No user"):
        call_command("sign_in_link", "nobody")
    User.objects.all().delete()
    assert "works once" in printed("first_administrator")
    assert printed("first_administrator", "--quiet").startswith("http")


def _link_for(name: str) -> User:
    out = StringIO()
    call_command("sign_in_link", name, stdout=out)
    token = out.getvalue().strip().rstrip("/").rpartition("/")[2]
    return operations.use_sign_in_link(token, at=timezone.now())


def test_the_command_takes_a_user_name_or_an_e_mail_address_in_any_case(ana):
    for name in ("ana", "ana@example.com", "ANA@Example.COM", " Ana "):
        assert _link_for(name) == ana


def test_an_exact_user_name_wins_and_what_means_two_people_is_refused(ana, ben):
    ben.username = "Ana@Example.com"
    ben.save()

    assert _link_for("Ana@Example.com") == ben
    with pytest.raises(CommandError, match="Give the exact user name"):
        call_command("sign_in_link", "ana@example.com")


def test_who_is_deactivated_gets_no_link_by_their_address_either(ana):
    ana.is_active = False
    ana.save()

    with pytest.raises(CommandError, match="deactivated"):
        call_command("sign_in_link", "ana@example.com")


def test_createsuperuser_makes_an_administrator(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse battery")

    call_command("createsuperuser", "--noinput", username="eve", email="eve@example.com")

    assert User.objects.get().role == Role.ADMINISTRATOR
    assert operations.first_sign_in_link(at=NOON) is None
