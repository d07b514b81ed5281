"""Text typed while the session ended is there after signing in, for its writer alone."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts import typed_text

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
WRITTEN = {"full_name": "Ana of the long name", "time_zone": "UTC", "email": "ana@example.com"}
WRITTEN |= {"theme": "auto", "density": "compact", "digest": "daily", "digest_by": "mail"}


@pytest.fixture
def people(ana, ben):
    for person in (ana, ben):
        person.set_password(PASSWORD)
        person.save()
    return {"ana": ana, "ben": ben}


@pytest.fixture
def browser(people) -> Client:
    """A browser in which Ana was signed in, and whose session has just ended."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["ana"])
    client.get("/profile/")
    Session.objects.all().delete()
    return client


def token(client: Client) -> str:
    if "csrftoken" not in client.cookies:
        client.get("/accounts/login/")
    return client.cookies["csrftoken"].value


def post(client: Client, path: str, fields: dict, **headers: str):
    fields = fields | {"csrfmiddlewaretoken": token(client)}
    return client.post(path, fields, headers=headers or None)


def sign_in(client: Client, name: str):
    return post(
        client, "/accounts/login/", {"login": name, "password": PASSWORD, "next": "/resume/"}
    )


def test_a_form_sent_too_late_leads_to_sign_in(browser):
    answer = post(browser, "/profile/", WRITTEN)

    assert answer.status_code == 302
    assert answer.url == "/accounts/login/?next=%2Fresume%2F"
    assert "Your unsaved text is kept" in browser.get(answer.url).content.decode()


def test_after_signing_in_the_text_is_shown_and_nothing_is_saved_yet(browser, people):
    post(browser, "/profile/", WRITTEN)

    assert sign_in(browser, "ana").url == "/resume/"
    page = browser.get("/resume/").content.decode()

    assert "This is your unsaved text" in page
    assert "Ana of the long name" in page
    assert 'action="/profile/"' in page
    people["ana"].refresh_from_db()
    assert people["ana"].full_name == "Ana Author"


def test_one_button_sends_it_where_it_was_going_and_then_it_is_gone(browser, people):
    post(browser, "/profile/", WRITTEN)
    sign_in(browser, "ana")

    answer = post(browser, "/profile/", WRITTEN | {"kept_text": "/profile/"})

    assert answer.status_code == 302
    people["ana"].refresh_from_db()
    assert people["ana"].full_name == "Ana of the long name"
    assert browser.get("/resume/").status_code == 302


def test_it_stays_until_it_is_saved(browser):
    post(browser, "/profile/", WRITTEN)
    sign_in(browser, "ana")

    post(browser, "/no-such-page/", {"kept_text": "/profile/"})

    assert "Ana of the long name" in browser.get("/resume/").content.decode()


def test_it_can_be_discarded(browser):
    post(browser, "/profile/", WRITTEN)
    sign_in(browser, "ana")

    post(browser, "/resume/discard/", {"path": "/profile/"})

    assert browser.get("/resume/").status_code == 302


def test_somebody_else_who_signs_in_here_never_sees_it(browser):
    post(browser, "/profile/", WRITTEN)
    sign_in(browser, "ben")

    answer = browser.get("/resume/", follow=False)

    assert answer.status_code == 302
    assert "Ana of the long name" not in answer.content.decode()


def test_somebody_else_cannot_discard_it_either(browser):
    post(browser, "/profile/", WRITTEN)
    sign_in(browser, "ben")

    post(browser, "/resume/discard/", {"path": "/profile/"})

    assert browser.session["typed_text"]


def test_a_stranger_cannot_fill_our_store(people):
    client = Client()

    answer = post(client, "/profile/", WRITTEN)

    assert answer.status_code == 302
    assert not any("typed_text" in session.get_decoded() for session in Session.objects.all())


def test_a_forged_cookie_keeps_nothing(browser):
    browser.cookies["person"] = f"{browser.cookies['person'].value[:-3]}abc"

    post(browser, "/profile/", WRITTEN)

    assert "typed_text" not in browser.session


def test_passwords_and_tokens_are_never_kept(browser):
    post(browser, "/profile/", WRITTEN | {"password1": "hunter2", "new_password": "hunter2"})

    kept = str(browser.session["typed_text"])
    assert "Ana of the long name" in kept
    assert "hunter2" not in kept
    assert token(browser) not in kept


def test_htmx_is_told_to_show_the_sign_in_page_whole(browser):
    answer = post(browser, "/profile/", WRITTEN, **{"HX-Request": "true"})

    assert answer.status_code == 200
    assert answer["HX-Redirect"] == "/accounts/login/?next=%2Fresume%2F"
    assert browser.session["typed_text"]


def test_an_htmx_fragment_leads_back_to_its_page(browser):
    answer = browser.get(
        "/profile/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/patterns/?q=dns"},
    )

    assert answer["HX-Redirect"] == "/accounts/login/?next=%2Fpatterns%2F%3Fq%3Ddns"


@pytest.mark.parametrize("asked", ["similar_while_writing", "owner_offers"])
def test_what_a_form_asks_by_itself_never_leads_away_from_it(browser, asked):
    fields = {"body": "An hour of work", "csrfmiddlewaretoken": token(browser)}
    send = browser.post if asked == "similar_while_writing" else browser.get
    answer = send(reverse(asked), fields, headers={"HX-Request": "true"})

    assert answer.status_code == 204
    assert "HX-Redirect" not in answer
    assert "typed_text" not in browser.session


def test_a_page_on_another_site_is_never_led_back_to(browser, monkeypatch):
    answer = browser.get(
        "/profile/",
        headers={"HX-Request": "true", "HX-Current-URL": "https://evil.example/x"},
    )

    assert "evil" not in answer["HX-Redirect"]


def test_other_scripts_get_a_plain_401(browser):
    answer = browser.post(
        "/markdown/preview/",
        {"content": "x", "csrfmiddlewaretoken": token(browser)},
        headers={"X-Requested-With": "XMLHttpRequest"},
    )

    assert answer.status_code == 401
    assert "typed_text" not in browser.session


def test_many_forms_are_kept_up_to_one_megabyte_the_newest_surely(browser):
    for number in range(4):
        post(browser, f"/profile/?n={number}", WRITTEN | {"full_name": f"{number}" * 400_000})
    sign_in(browser, "ana")

    kept = browser.get("/resume/").context["kept"]

    assert [entry.path for entry in kept] == ["/profile/?n=3", "/profile/?n=2"]


def test_a_form_over_one_megabyte_is_too_long_to_keep(browser):
    post(browser, "/profile/", WRITTEN | {"full_name": "x" * typed_text.MAX_BYTES})

    assert "typed_text" not in browser.session


def test_text_typed_before_somebody_signed_in_elsewhere_is_kept(browser, people):
    old_token = token(browser)
    sign_in(browser, "ana")

    answer = browser.post(
        "/profile/",
        WRITTEN | {"csrfmiddlewaretoken": old_token},
        headers={"Origin": "http://testserver"},
    )

    assert answer.status_code == 403
    assert "Your text is kept" in answer.content.decode()
    assert "Ana of the long name" in browser.get("/resume/").content.decode()


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {}])
def test_what_another_site_made_the_browser_send_is_not_kept(browser, headers):
    sign_in(browser, "ana")

    answer = browser.post("/profile/", WRITTEN, headers=headers)

    assert answer.status_code == 403
    assert "Your text is kept" not in answer.content.decode()
    assert browser.get("/resume/").status_code == 302


def test_html_in_the_text_is_shown_as_text(browser):
    post(browser, "/profile/", WRITTEN | {"full_name": '"><script>alert(1)</script>'})
    sign_in(browser, "ana")

    assert "<script>alert" not in browser.get("/resume/").content.decode()


def test_files_are_not_kept_but_named(browser):
    image = SimpleUploadedFile("graph.png", b"\x89PNG")
    post(browser, "/profile/", WRITTEN | {"picture": image})
    sign_in(browser, "ana")

    assert "Choose the files again: graph.png" in browser.get("/resume/").content.decode()


def test_several_values_of_one_field_come_back_as_several(browser):
    post(browser, "/profile/", WRITTEN | {"tags": ["dns", "expiry"]})
    sign_in(browser, "ana")

    page = browser.get("/resume/").content.decode()

    assert '<input type="hidden" name="tags" value="dns">' in page
    assert '<input type="hidden" name="tags" value="expiry">' in page


def test_line_breaks_come_back_as_they_were(browser):
    post(browser, "/profile/", WRITTEN | {"full_name": "\r\n\r\nfirst\r\n  second"})
    sign_in(browser, "ana")

    [entry] = browser.get("/resume/").context["kept"]
    assert dict(entry.fields)["full_name"] == "\r\n\r\nfirst\r\n  second"
