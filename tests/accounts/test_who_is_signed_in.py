"""A change to a person counts from their next request."""

import pytest
from django.urls import reverse

from accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PAGE = reverse("search_results")


def test_a_changed_person_is_seen_at_once(signed_in, vera):
    client = signed_in(vera)
    client.get(PAGE)

    User.objects.filter(pk=vera.pk).update(full_name="Vera Anew")
    assert client.get(PAGE).wsgi_request.user.full_name == "Vera Anew"

    User.objects.filter(pk=vera.pk).update(is_active=False)
    assert client.get(PAGE).status_code == 302


def test_the_session_of_a_deleted_person_is_signed_out(signed_in):
    deleted = UserFactory()
    client = signed_in(deleted)
    client.get(PAGE)
    User.objects.filter(pk=deleted.pk).delete()

    assert client.get(PAGE).status_code == 302
