"""What text looks like when it is stored."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.text import printable, storable


def test_what_cannot_be_stored_becomes_a_blank():
    assert storable("a\0b\ud800c\udfffd 🔥\u202eé") == "a b c d 🔥\u202eé"


@given(text=st.text(alphabet=st.characters(exclude_categories=()), max_size=50))
def test_any_text_can_be_sent_to_the_database_afterwards(text):
    assert "\0" not in storable(text).encode().decode()


def test_what_xml_has_no_place_for_becomes_a_blank():
    assert printable("a\0b\x1bc\ufffe\ud800\td\n🔥") == "a b c  \td\n🔥"
