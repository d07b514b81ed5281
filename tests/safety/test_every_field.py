"""Every field of every form takes whatever is sent: it is saved, or refused with a message.

CI sends a few hostile values to each field. `EVERY_VALUE=1` sends all of them to each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.safety.addresses import World, places
from tests.safety.forms import Form, forms

pytestmark = pytest.mark.django_db

HOSTILE: dict[str, bytes | list[bytes] | None] = {
    "missing": None,
    "empty": b"",
    "NUL": b"a\0b",
    "a lone surrogate": b"a\xed\xa0\x80b",
    "no UTF-8": b"\xff\xfe\x80",
    "control characters": bytes(range(1, 32)),
    "emoji and combining marks": "👩‍💻e\u0301\u202e\u0000".encode(),
    "a line break": b"a\r\nSet-Cookie: x=1\r\n\r\nb",
    "a megabyte": b"x" * 1_000_000,
    "many lines": b"- a\n" * 20_000,
    "many values": [b"1"] * 900,
    "a huge number": b"9" * 400,
    "beyond 64 bits": b"9223372036854775808",
    "negative": b"-1",
    "no number": b"NaN",
    "infinite": b"1e309",
    "digits of another script": "٣".encode(),
    "the first day": b"0001-01-01",
    "the last day": b"9999-12-31",
    "a day beyond": b"99999-12-31",
    "no day": b"2026-02-30",
    "no time": b"25:61",
    "no zone": b"Mars/Olympus",
    "a path": b"../../../etc/passwd",
    "a zone outside": b"/etc/passwd",
    "markup": b"<script>alert(1)</script>",
    "SQL": b"' OR 1=1; --",
    "a template": b"{{ 7|add:settings }}{% now %}",
    "JSON": b'{"a": [1, {"b": null}]}',
    "an unknown choice": b"never-heard-of",
    "an address": b"http://[::1:99999/%zz",
}
SENT = 2  # values to each field in CI, other ones for the next field
OURS = [place for place in places() if place.is_ours]
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


def values_for(number: int) -> Iterator[tuple[str, bytes | list[bytes] | None]]:
    """Yield the values that the field of that number gets."""
    named = list(HOSTILE.items())
    if os.environ.get("EVERY_VALUE"):
        yield from named
        return
    for n in range(SENT):
        yield named[(number * SENT + n) % len(named)]


def found_on(client: Client, address: str) -> list[Form]:
    answer = client.get(address)
    is_page = answer.status_code == 200 and "html" in answer.get("Content-Type", "")
    return list(forms(answer.content.decode(), address)) if is_page else []


def answer_to(client: Client, form: Form, body: bytes) -> int:
    """Post a form and undo what that changed; return the status of the answer."""
    with transaction.atomic():
        answer = client.post(form.address, body, content_type="application/x-www-form-urlencoded")
        transaction.set_rollback(True)
    return answer.status_code


def assert_takes_anything(client: Client, found: list[Form]) -> None:
    number = 0
    for form in found:
        for name in form.names:
            number += 1
            for what, value in values_for(number):
                status = answer_to(client, form, form.filled(**{name: value}))
                assert status < 500, f"{form.address}: {name} is {what}: {status}"
        for what, value in values_for(number):
            status = answer_to(client, form, form.filled(**dict.fromkeys(form.names, value)))
            assert status < 500, f"{form.address}: everything is {what}: {status}"


@pytest.mark.parametrize("place", OURS, ids=lambda place: place.name)
def test_every_field_of_a_page_takes_anything(omar, signed_in, place):
    client, world = signed_in(omar), World(omar)
    # The forms in the frame of every page are tested with the first one only.
    frame = {form.address for form in found_on(client, reverse("inbox"))}
    address = world.address(place)

    found = found_on(client, address)

    assert_takes_anything(
        client, [one for one in found if place.name == "inbox" or one.address not in frame]
    )


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_every_field_of_the_administration_takes_anything(omar, signed_in, model):
    client = signed_in(omar)
    World(omar)
    options = model._meta
    name = f"admin:{options.app_label}_{options.model_name}"
    addresses = [reverse(f"{name}_add"), reverse(f"{name}_changelist")]
    if (one := model._default_manager.first()) is not None:
        addresses.append(reverse(f"{name}_change", args=[one.pk]))

    for address in addresses:
        assert_takes_anything(client, found_on(client, address))


@pytest.mark.parametrize("place", [place for place in OURS if "edit" in place.name], ids=str)
def test_an_address_that_writes_takes_a_body_of_any_kind(omar, signed_in, place):
    client, address = signed_in(omar), World(omar).address(place)

    for kind in ("application/json", "multipart/form-data; boundary=x", "text/plain", "a/b; c=%"):
        for body in (b"", b"{", b"--x\r\n\r\n", b"[1]" * 10_000, b"\xff"):
            with transaction.atomic():
                status = client.post(address, body, content_type=kind).status_code
                transaction.set_rollback(True)
            assert status < 500, (kind, body[:9], status)


def test_forms_are_found_with_what_a_browser_would_send():
    page = """<!doctype html><html><body class="a"><form action="/search/"><input name="q"></form>
        <form method="post"><input type="hidden" name="version" value="3"><textarea
        name="body">a &amp; b</textarea><select name="of"><option value="1">x<option value="2"
        selected>y</select><input type="checkbox" name="on"></form></body></html>"""

    [form] = forms(page, "/incidents/INC-1/")

    assert form.address == "/incidents/INC-1/"
    assert sorted(form.fields) == [("body", "a & b"), ("of", "2"), ("on", "on"), ("version", "3")]
    assert b"version=%00&version=1" in form.filled(version=[b"\0", b"1"])
