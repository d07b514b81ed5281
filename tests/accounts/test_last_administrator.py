"""Somebody can always administer Nevertwice, and there is a way back in when nobody can."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Barrier

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import LastAdministrator, Role, User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

ONLY = "This is the only active administrator."


def posted(person, **more):
    """Return what the admin's page of `person` sends."""
    return {
        "username": person.username,
        "full_name": person.full_name,
        "email": person.email,
        "role": person.role,
        "is_active": "on",
        "time_zone": person.time_zone,
        "theme": person.theme,
        "density": person.density,
        "digest": person.digest,
        "digest_by": person.digest_by,
        "digest_hour": "",
        "quiet_weekdays": "",
    } | more


def printed(*command):
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def nobody_administers():
    """As in a database from before this was refused."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET is_active = false WHERE role = 'administrator'")


@pytest.mark.parametrize(
    "change", [{"role": "viewer"}, {"role": "reviewer"}, {"is_active": ""}], ids=str
)
def test_the_admin_refuses_to_lose_the_last_administrator(omar, signed_in, change):
    page = signed_in(omar).post(f"/admin/accounts/user/{omar.pk}/change/", posted(omar, **change))

    assert ONLY in page.content.decode()
    omar.refresh_from_db()
    assert (omar.role, omar.is_active) == (Role.ADMINISTRATOR, True)


def test_with_a_second_administrator_the_first_may_go(omar, signed_in):
    other = UserFactory(username="olga", role=Role.ADMINISTRATOR)

    answer = signed_in(other).post(
        f"/admin/accounts/user/{omar.pk}/change/", posted(omar, role="viewer")
    )

    assert answer.status_code == 302
    omar.refresh_from_db()
    assert (omar.role, omar.is_superuser) == (Role.VIEWER, False)


def test_a_deactivated_administrator_does_not_count(omar):
    UserFactory(username="olga", role=Role.ADMINISTRATOR, is_active=False)
    omar.role = Role.AUTHOR

    with pytest.raises(LastAdministrator, match=ONLY):
        omar.save()


@pytest.mark.parametrize(
    "lose",
    [
        lambda omar: omar.delete(),
        lambda omar: User.objects.filter(pk=omar.pk).delete(),
        lambda omar: User.objects.filter(pk=omar.pk).update(is_active=False),
        lambda omar: User.objects.update(role=Role.VIEWER, is_staff=False, is_superuser=False),
    ],
    ids=["delete", "delete several", "deactivate several", "demote several"],
)
def test_no_other_way_loses_the_last_administrator(omar, vera, lose):
    with pytest.raises(LastAdministrator):
        lose(omar)

    assert User.objects.active_administrators().get() == omar


def test_others_are_changed_and_deleted_as_before(omar, vera):
    vera.is_active = False
    vera.save()
    User.objects.filter(pk=vera.pk).update(role=Role.AUTHOR)

    User.objects.filter(pk=vera.pk).delete()

    assert User.objects.get() == omar


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_demote_each_other_at_once():
    people = [UserFactory(username=name, role=Role.ADMINISTRATOR) for name in ("olga", "omar")]
    ready = Barrier(2)

    def demote(person):
        try:
            person.role = Role.VIEWER
            ready.wait(timeout=10)
            person.save()
        except LastAdministrator as refused:
            return refused
        finally:
            connection.close()
        return None

    for _ in range(10):
        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(demote, people))
        assert sum(result is not None for result in results) == 1
        for person in people:
            person.refresh_from_db()
            person.role = Role.ADMINISTRATOR
            person.save()


def test_a_command_makes_somebody_administrator_when_nobody_is(omar, ana, client):
    nobody_administers()

    assert "first_administrator --username NAME" in printed("first_administrator")
    link = printed("first_administrator", "--username", "ana", "--quiet").strip()

    ana.refresh_from_db()
    assert ana.is_administrator
    assert client.post("/sign-in/" + link.split("/sign-in/")[1]).status_code == 302


def test_the_command_brings_back_a_deactivated_administrator(omar):
    nobody_administers()

    printed("first_administrator", "--username", "OMAR")

    omar.refresh_from_db()
    assert omar.is_active


def test_the_command_makes_an_account_where_nobody_has_that_name(omar):
    nobody_administers()

    printed("first_administrator", "--username", "olga")

    assert User.objects.active_administrators().get().username == "olga"


def test_the_command_takes_no_name_that_cannot_be_one():
    with pytest.raises(CommandError, match="valid username"):
        call_command("first_administrator", "--username", "two words")

    assert not User.objects.exists()


def test_the_command_promotes_nobody_while_there_is_an_administrator(omar, ana):
    with pytest.raises(CommandError, match="sign_in_link omar"):
        call_command("first_administrator", "--username", "ana")

    ana.refresh_from_db()
    assert ana.role == Role.AUTHOR
