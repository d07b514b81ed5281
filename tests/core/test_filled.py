"""Many rows of plain texts in one shape."""

from __future__ import annotations

import pytest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from hypothesis import given
from hypothesis import strategies as st

from core.templatetags import ui

SHAPE = '<text x="{}">{}</text>'
rows = st.lists(st.tuples(st.text(), st.text()))


@given(rows=rows)
def test_it_is_what_django_makes_of_plain_texts(rows):
    assert ui.filled(SHAPE, rows) == format_html_join("", SHAPE, rows)


def test_no_text_is_taken_for_html_not_even_one_that_calls_itself_safe():
    made = ui.filled(SHAPE, [('" onload="x', mark_safe("<b>"))])

    assert made == '<text x="&quot; onload=&quot;x">&lt;b&gt;</text>'


def test_braces_in_a_text_are_no_places_for_others():
    assert ui.filled("<i>{}</i>", [["{0} {}"]]) == "<i>{0} {}</i>"


@pytest.mark.parametrize("rows", [[], iter(())])
def test_of_no_rows_it_is_nothing_and_safe(rows):
    made = ui.filled(SHAPE, rows)

    assert made == ""
    assert isinstance(made, SafeString)
