"""The preview beside a text that is being written."""

from django.urls import reverse


def test_marks_between_two_texts_are_shown_as_typed(signed_in, ana):
    text = "<<<<<<< theirs\r\nTheir line.\r\n=======\r\nMy line.\r\n>>>>>>> yours\r\n"

    shown = signed_in(ana).post(reverse("markdown_preview"), {"content": text}).content.decode()

    assert "<h1" not in shown
    assert "<blockquote" not in shown
    assert "<p>Their line.</p>" in shown
    assert "<code>&lt;&lt;&lt;&lt;&lt;&lt;&lt; theirs</code>" in shown


def test_a_heading_is_still_a_heading(signed_in, ana):
    answer = signed_in(ana).post(reverse("markdown_preview"), {"content": "A heading\n======="})

    assert "A heading</h" in answer.content.decode()
