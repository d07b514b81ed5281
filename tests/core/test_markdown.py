"""Markdown as people write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import markdown
from core.markdown import MAX_LENGTH, render, to_plain_text
from tests.bounded import bounded


def test_headings_fit_under_the_heading_of_their_section():
    html = render("# What happened\n\n## First hour\n\n#### Detail")

    assert '<h3 id="md-what-happened-' in html
    assert '<h4 id="md-first-hour-' in html
    assert '<h6 id="md-detail-' in html


def test_headings_that_fit_already_stay_as_they_are():
    assert "<h3 " in render("### Only this")
    assert "<h4 " in render("#### Only this")


def test_the_same_heading_twice_has_two_ids():
    html = render("## Again\n\n## Again")

    assert html.count('id="md-again-') == 2
    assert 'id="md-again-2-' in html


def test_footnotes_lead_there_and_back():
    html = render("Expired[^1].\n\n[^1]: On Sunday.")

    note = html.split('href="#', 1)[1].split('"', 1)[0]
    assert f'id="{note}"' in html
    back = note.replace("fn-", "fnref-")
    assert f'href="#{back}"' in html
    assert f'id="{back}"' in html


def test_two_texts_on_one_page_share_no_footnote_id():
    def identifier(html):
        return html.split('<li id="', 1)[1].split('"', 1)[0]

    assert identifier(render("A[^1]\n\n[^1]: x")) != identifier(render("B[^1]\n\n[^1]: x"))


def test_tables_scroll_by_themselves_and_keep_their_alignment():
    html = render("| a | b |\n|:--|--:|\n| 1 | 2 |")

    assert '<div class="table-scroll" tabindex="0"><table>' in html
    assert '<td align="right">2</td>' in html
    assert "style" not in html


def test_code_names_its_language_and_can_be_reached_by_keyboard():
    html = render("```python\nprint()\n```")

    assert '<pre tabindex="0"><code class="language-python">' in html


def test_task_lists_are_shown_and_cannot_be_ticked():
    html = render("- [x] rotated")

    assert "checked" in html
    assert "disabled" in html
    assert "<label>" in html


def test_our_own_uploads_are_shown():
    html = render("![graph](/uploads/0b1c/graph.png)")

    assert '<img src="/uploads/0b1c/graph.png" alt="graph">' in html


def test_an_outside_image_becomes_a_link_that_says_so():
    html = render("![graph](https://pics.example.com/a.png)")

    assert "<img" not in html
    assert 'href="https://pics.example.com/a.png"' in html
    assert "image: graph (pics.example.com)" in html


def test_an_outside_image_in_a_link_keeps_the_link():
    html = render("[![build](https://ci.example.com/a.svg)](https://ci.example.com/)")

    assert html.count("<a ") == 1
    assert "image: build (ci.example.com)" in html


def test_addresses_become_links_and_names_of_files_do_not():
    html = render("See https://status.example.com/ and run deploy.sh, then main.py.")

    assert html.count("<a ") == 1
    assert 'href="https://status.example.com/"' in html


def test_text_that_is_too_long_is_shown_as_typed():
    text = "word " * (MAX_LENGTH // 4)

    html = render(text + "<b>")

    assert "It is shown as it was typed." in html
    assert '<pre tabindex="0">word' in html
    assert html.rstrip().endswith("&lt;b&gt;</pre>")


def test_nothing_written_shows_nothing():
    assert render("  \n") == ""


# Words, and all that could make more of a line than words.
PIECES = [
    *"ab1 \n#>+-=:;./()[]*_`~|<&@\\'\"!$^%",
    "\n\n",
    "http://",
    "www.a.io",
    "12:05",
    "é",
    "\xa0",
]


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_prose_is_as_plain_without_parsing_as_with_it(text):
    assert to_plain_text(text) == markdown._parsed_words(text)


def test_plain_text_has_the_words_and_no_marks():
    text = to_plain_text("**Certificate** `expired` &amp; <b>gone</b>\n\n- one\n- two")

    assert text == "Certificate expired & gone\none\ntwo"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 60_000,
        "[a](" * 60_000,
        "**a_b" * 100_000,
        "![a" * 200_000,
        ">" * 200_000,
        "<div>" * 100_000,
        "<b><p>" * 100_000,
        "<!-- " * 200_000,
        "&#x41;" * 30_000,
        "a b c\n\n" * 25_000,
        "[^1]" * 8_000 + "\n\n[^1]: a",
        "|a" * 5_000 + "\n" + "|-" * 5_000 + "\n" + ("|x" * 5_000 + "\n") * 5,
        "word " * 190_000,
    ],
    ids=lambda text: repr(text[:6]),
)
def test_hostile_text_is_rendered_in_bounded_time(text):
    with bounded(6):
        render(text)
