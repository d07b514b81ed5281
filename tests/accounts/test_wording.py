"""Words that come from elsewhere, as the product writes them."""

import pytest
from django.urls import reverse

from accounts.templatetags.wording import sentence_case


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("Two-Factor Authentication", "Two-factor authentication"),
        ("New Password (again)", "New password (again)"),
        ("Sign In Via Google", "Sign in via Google"),
        ("Password", "Password"),
        ("<b>New Password</b>", "<b>New Password</b>"),
    ],
)
def test_headings_are_written_as_sentences(given, written):
    assert sentence_case(given) == written


def test_the_pages_of_signing_in_use_it(signed_in, omar):
    page = signed_in(omar).get(reverse("account_change_password")).content.decode()

    assert ">New password<" in page
    assert ">New Password<" not in page
