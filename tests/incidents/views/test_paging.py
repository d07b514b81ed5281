"""The page number in an address."""

import pytest
from django.http import QueryDict

from incidents.views.paging import PAGES, address, page_number


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("", 1),
        ("page=2", 2),
        ("page=0", 1),
        ("page=-1", 1),
        ("page=x", 1),
        ("page=²", 1),
        ("page=" + "9" * 5000, PAGES),
    ],
)
def test_an_invalid_page_number_means_the_first_and_a_large_one_the_last(asked, number):
    assert page_number(QueryDict(asked)) == number


def test_links_to_other_pages_keep_the_filters():
    assert address(QueryDict("status=open&status=done&page=3"), 4) == (
        "?status=open&status=done&page=4"
    )
