"""What stands above every page."""

import pytest

from accounts.models import Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def _page(client, user, address="/search/"):
    client.force_login(user)
    return client.get(address).content.decode()


def test_what_a_person_is_called_and_looks_for_is_escaped(client):
    ana = UserFactory(full_name="Ana <b>{0}</b> {person} %s")

    page = _page(client, ana, "/search/?q=%27%3E%7Bquery%7D%3Cb%3E")

    assert "Ana &lt;b&gt;{0}&lt;/b&gt; {person} %s" in page
    assert 'value="&#x27;&gt;{query}&lt;b&gt;"' in page
    assert "<b>" not in page


@pytest.mark.parametrize(("unread", "shown"), [(0, ""), (3, ">3<"), (99, ">99<"), (100, ">99+<")])
def test_the_bell_says_how_much_is_unread(client, unread, shown):
    page = _page(client, UserFactory(unread=unread))

    assert ("inbox-count" in page) == bool(shown)
    assert shown in page
    assert (f"Inbox, {unread} unread" in page) == bool(unread)


def test_each_person_gets_their_own(client):
    """Pieces are kept in the process, whoever asked for them first."""
    administrator = UserFactory(full_name="Ada Lovelace", role=Role.ADMINISTRATOR)
    author = UserFactory(full_name="Ben Author")

    assert "Reminder policy" in _page(client, administrator)
    page = _page(client, author, "/incidents/")

    assert "Reminder policy" not in page
    assert "Ada" not in page
    assert "Ben Author: your menu" in page


def test_only_the_search_page_answers_while_one_types_and_each_page_is_marked(client):
    ana = UserFactory()

    assert 'hx-replace-url="true"' in _page(client, ana)
    page = _page(client, ana, "/incidents/")

    assert 'hx-replace-url="true"' not in page
    assert '<a href="/incidents/" aria-current="page">' in page


def test_the_token_of_signing_out_is_that_of_the_request(client):
    client.handler.enforce_csrf_checks = True
    page = _page(client, UserFactory())
    token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]

    assert client.post("/accounts/logout/", {"csrfmiddlewaretoken": token}).status_code == 302
