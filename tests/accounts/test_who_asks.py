"""Who asks is read in one query, and is who it is now."""

import pytest
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import sessions
from accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PAGE = reverse("search_results")


def asked_about_people(client):
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(PAGE)
    about = [
        one["sql"] for one in captured if "session_data" in one["sql"] or "digest" in one["sql"]
    ]
    return answer, about


def test_session_and_person_are_read_in_one_query(signed_in, vera):
    client = signed_in(vera)
    client.get(PAGE)

    answer, queries = asked_about_people(client)

    assert answer.wsgi_request.user == vera
    assert len(queries) == 1


def test_what_has_changed_about_the_person_is_seen_at_once(signed_in, vera):
    client = signed_in(vera)
    client.get(PAGE)

    User.objects.filter(pk=vera.pk).update(full_name="Vera Anew")
    assert client.get(PAGE).wsgi_request.user.full_name == "Vera Anew"

    User.objects.filter(pk=vera.pk).update(is_active=False)
    assert client.get(PAGE).status_code == 302


def test_a_session_that_was_somebody_elses_is_whose_it_says(signed_in, vera, ana):
    client = signed_in(vera)
    sessions._whose[client.session.session_key] = ana.pk

    answer, _ = asked_about_people(client)

    assert answer.wsgi_request.user == vera


def test_a_session_of_somebody_who_is_gone_is_nobodys(signed_in):
    gone = UserFactory()
    client = signed_in(gone)
    client.get(PAGE)
    User.objects.filter(pk=gone.pk).delete()

    assert client.get(PAGE).status_code == 302


def test_outside_a_request_a_person_is_read_afresh(vera):
    with sessions.read_together():
        sessions._beside.get()[vera.pk] = ("never",)

    assert sessions.Backend().get_user(vera.pk) == vera
    assert SESSION_KEY not in sessions.SessionStore("unknown").load()
