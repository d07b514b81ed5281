"""Saved searches."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from search import operations
from search.models import SavedSearch
from search.operations import NameTaken, TooMany
from tests.factories import NOON

pytestmark = pytest.mark.django_db

LIST = reverse("saved_search_list")
ADD = reverse("saved_search_add")


def keep(by, name="Late promises", text="kind:action status:open", **changed):
    return operations.save(
        text, **{"name": name, "sort": "newest", "is_shared": False, "by": by, "at": NOON} | changed
    )


def queries_of(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return len(captured)


def test_a_search_is_saved_from_the_page_with_its_filters(signed_in, vera):
    client = signed_in(vera)
    page = client.get(reverse("search_results"), {"q": "expired severity:sev1", "sort": "newest"})
    address = page.context["save_url"]
    form = client.get(address).context["form"]

    answer = client.post(
        address, {"name": "Expired", "text": form["text"].value(), "is_shared": "on"}
    )

    assert answer.url == LIST
    kept = SavedSearch.objects.get()
    assert (kept.owner, kept.name, kept.text) == (vera, "Expired", "expired severity:SEV1")
    assert (kept.sort, kept.is_shared) == ("newest", True)
    assert kept.get_absolute_url() == "/search/?q=expired+severity%3ASEV1&sort=newest"


def test_a_saved_search_opens_what_was_saved(signed_in, vera):
    kept = keep(vera, text="expired severity:sev1 since:30d")

    opened = signed_in(vera).get(kept.get_absolute_url()).context["criteria"]

    assert opened.words == "expired"
    assert opened.filters.of("severity") == ("SEV1",)
    assert opened.since == "30d"


def test_the_list_shows_own_and_shared_searches(signed_in, vera, ana):
    keep(vera, name="Mine")
    keep(ana, name="Of Ana, shared", is_shared=True)
    keep(ana, name="Of Ana, hers")

    shown = signed_in(vera).get(LIST)

    assert [kept.name for kept in shown.context["own"]] == ["Mine"]
    assert [kept.name for kept in shown.context["shared"]] == ["Of Ana, shared"]
    assert b"Of Ana, hers" not in shown.content


def test_only_the_owner_sees_the_address_of_a_feed(signed_in, vera, ana, omar):
    kept = keep(ana, is_shared=True)

    assert kept.feed_key in signed_in(ana).get(LIST).content.decode()
    assert kept.feed_key not in signed_in(vera).get(LIST).content.decode()
    admin = signed_in(omar).get(reverse("admin:search_savedsearch_change", args=[kept.pk]))
    assert admin.status_code == 200
    assert kept.feed_key not in admin.content.decode()


def test_a_saved_search_is_renamed_changed_and_deleted(signed_in, vera):
    kept, client = keep(vera), signed_in(vera)

    client.post(
        reverse("saved_search_edit", args=[kept.pk]), {"name": "Certificates", "text": "cert"}
    )
    kept.refresh_from_db()
    assert (kept.name, kept.text, kept.is_shared) == ("Certificates", "cert", False)

    assert b"Certificates" in client.get(reverse("saved_search_delete", args=[kept.pk])).content
    client.post(reverse("saved_search_delete", args=[kept.pk]))
    assert not SavedSearch.objects.exists()


@pytest.mark.parametrize(
    "name", ["saved_search_edit", "saved_search_delete", "saved_search_feed_renew"]
)
def test_searches_of_others_are_not_found(name, signed_in, vera, ana):
    kept = keep(ana, is_shared=True)

    answer = signed_in(vera).post(reverse(name, args=[kept.pk]), {"name": "x", "text": "x"})

    assert answer.status_code == 404


def test_the_operations_refuse_others_too(vera, ana):
    kept = keep(ana)

    with pytest.raises(PermissionDenied):
        operations.edit(kept, name="x", text="x", is_shared=True, by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        operations.renew_feed(kept, by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        operations.delete(kept, by=vera, at=NOON)


def test_a_name_is_unique_for_each_person(signed_in, vera, ana):
    keep(vera)
    keep(ana)

    with pytest.raises(NameTaken):
        keep(vera)
    answer = signed_in(vera).post(ADD, {"name": "Late promises", "text": "x"})
    assert answer.status_code == 422
    assert "You already have a saved search with this name" in answer.content.decode()
    other = keep(vera, name="Other")
    answer = signed_in(vera).post(
        reverse("saved_search_edit", args=[other.pk]), {"name": "Late promises", "text": "x"}
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("wrong", [{"name": ""}, {"text": ""}, {"name": "x" * 81}, {"name": "\0"}])
def test_an_empty_search_is_not_saved(wrong, signed_in, vera):
    answer = signed_in(vera).post(ADD, {"name": "Late", "text": "cert"} | wrong)

    assert answer.status_code == 422
    assert not SavedSearch.objects.exists()


def test_the_number_of_saved_searches_is_limited(vera):
    SavedSearch.objects.bulk_create(
        SavedSearch(owner=vera, name=f"{n}", text="x", created_at=NOON, updated_at=NOON)
        for n in range(operations.MAX_SAVED)
    )

    with pytest.raises(TooMany, match="Delete one"):
        keep(vera, name="One more")


def test_the_list_takes_the_same_queries_at_any_length(signed_in, vera, ana):
    client = signed_in(vera)
    keep(vera, name="1")
    keep(ana, name="1", is_shared=True)
    counts = queries_of(client, LIST), queries_of(client, reverse("search_results"))
    for number in "23":
        keep(vera, name=number)
        keep(ana, name=number, is_shared=True)

    assert (queries_of(client, LIST), queries_of(client, reverse("search_results"))) == counts
