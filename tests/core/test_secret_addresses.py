"""What the log says of addresses that are secrets."""

from __future__ import annotations

import logging

import pytest
from django.urls import get_resolver

from core.secret_addresses import SECRET, HideSecrets

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address",
    ["/answer/{}/", "/sign-in/{}/", "/unsubscribe/{}/", "/search/feeds/{}/"],
)
def test_a_secret_that_is_refused_is_not_logged(client, address, caplog):
    logging.getLogger("django.request").addFilter(hide := HideSecrets())
    try:
        answer = client.get(address.format("s3cret-that-opens"))
    finally:
        logging.getLogger("django.request").removeFilter(hide)

    assert answer.status_code >= 400
    assert answer.resolver_match is not None
    [told] = caplog.messages
    assert "s3cret" not in told
    assert "…" in told


def test_every_other_address_is_told_as_it_is(client, caplog):
    logging.getLogger("django.request").addFilter(hide := HideSecrets())
    try:
        client.get("/nowhere/at-all/")
    finally:
        logging.getLogger("django.request").removeFilter(hide)

    assert caplog.messages == ["Not Found: /nowhere/at-all/"]


def test_the_log_of_the_product_hides_them(settings):
    assert "hide_secrets" in settings.LOGGING["handlers"]["console"]["filters"]


def test_no_route_has_a_part_of_another_name_that_looks_like_a_secret():
    converters = {
        name
        for pattern in _routes(get_resolver())
        for name in getattr(pattern.pattern, "converters", {})
    }

    assert converters >= SECRET
    assert not converters & {"secret", "code", "signature", "signed"}


def _routes(resolver):
    for pattern in resolver.url_patterns:
        yield pattern
        if hasattr(pattern, "url_patterns"):
            yield from _routes(pattern)
