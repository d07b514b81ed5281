"""What somebody sees when something is not there, not allowed, or broken."""

from __future__ import annotations

import logging
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client, override_settings
from django.urls import include, path

pytestmark = pytest.mark.django_db


def refused(request: HttpRequest):
    raise PermissionDenied("Only reviewers publish a postmortem.")


def suspicious(request: HttpRequest):
    raise SuspiciousOperation("bad host")


def broken(request: HttpRequest):
    raise RuntimeError("the secret is hunter2")


urlpatterns = [
    path("refused/", refused),
    path("suspicious/", suspicious),
    path("broken/", broken),
    path("", include("config.urls")),
]


@pytest.fixture
def log():
    """Return what the product writes to its log, as configured."""
    [console] = (one for one in logging.getLogger().handlers if one.get_name() == "console")
    written = StringIO()
    before = console.setStream(written)
    yield written
    console.setStream(before)


@pytest.fixture
def client(ana, signed_in):
    browser = signed_in(ana)
    browser.raise_request_exception = False
    with override_settings(ROOT_URLCONF=__name__):
        yield browser


def test_what_is_not_there_offers_the_search(client):
    answer = client.get("/no/such/page/")

    assert answer.status_code == 404
    assert 'action="/search/"' in answer.content.decode()


def test_a_stranger_is_offered_to_sign_in(client):
    answer = Client().get("/no/such/page/")

    assert answer.status_code == 404
    assert 'href="/accounts/login/"' in answer.content.decode()


def test_a_refusal_says_why(client):
    answer = client.get("/refused/")

    assert answer.status_code == 403
    assert "Only reviewers publish a postmortem." in answer.content.decode()


def test_a_request_that_cannot_be_read_is_told_so(client):
    answer = client.get("/suspicious/")

    assert answer.status_code == 400
    assert "could not be read" in answer.content.decode()


def test_a_break_is_told_without_its_inside(client):
    answer = client.get("/broken/")

    page = answer.content.decode()
    assert answer.status_code == 500
    assert "Something went wrong" in page
    assert "hunter2" not in page
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_the_page_for_a_break_needs_no_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        page = render_to_string("500.html")

    assert "<style" not in page


def test_every_error_page_is_under_the_policy(client):
    for address in ("/no/such/page/", "/refused/", "/suspicious/", "/broken/"):
        policy = client.get(address)["Content-Security-Policy"]
        assert "unsafe-inline" not in policy


@pytest.mark.parametrize(
    "address", ["/refused/", "/suspicious/", "/no/such/page/", "/sign-in/long-expired/", "/ics/x/"]
)
def test_a_refused_request_is_at_most_one_line_of_the_log(client, log, address):
    assert client.get(address).status_code < 500

    assert len(log.getvalue().splitlines()) <= 1


def test_a_refused_change_is_at_most_one_line_of_the_log(client, log):
    assert client.post("/no/such/page/").status_code == 404
    assert client.get("/incidents/INC-1/archive/").status_code == 404
    assert client.put("/").status_code in (200, 405)

    assert "Traceback" not in log.getvalue()


def test_an_error_of_the_server_keeps_its_traceback(client, log):
    assert client.get("/broken/").status_code == 500

    assert "Traceback" in log.getvalue()
    assert "RuntimeError" in log.getvalue()
