"""Passages that two people changed at once."""

from __future__ import annotations

import pytest

from core.errors import DomainError
from incidents.models import SectionClash
from incidents.operations import (
    clashes,
    live_text,
)
from incidents.operations.clashes import Keep
from tests.factories import NOON
from tests.incidents.operations.live import OTHER_TAB, body, write

pytestmark = pytest.mark.django_db(transaction=True)


def clashing(section, ana, ben):
    write(section, "The pool ran empty. We restarted it.", by=ana)
    return write(section, "The pool ran low. We restarted it.", by=ben, tab=OTHER_TAB)


def test_where_both_changed_the_same_words_both_stay_until_one_is_chosen(section, ana, ben):
    answer = clashing(section, ana, ben)

    [clash] = section.clashes.all()
    assert answer.body == "The pool ran empty low. We restarted it."
    assert answer.has_clashes
    assert (clash.base, clash.mine, clash.theirs) == ("dry", "low", "empty")
    assert (clash.by, clash.theirs_by) == (ben, ana)
    assert answer.body[clash.start : clash.end] == clash.passage == "empty low"


def test_a_clash_moves_with_its_words(section, ana, ben):
    clashing(section, ana, ben)

    answer = write(section, "So the pool ran empty low. We did.", by=ana, base=3, seq=2)

    [clash] = section.clashes.all()
    assert answer.body[clash.start : clash.end] == "empty low"


def test_a_clash_that_the_browser_found_is_kept(section, ana):
    clash = live_text.Clash(13, 22, "dry", "low", "empty")

    write(section, "The pool ran empty low. We restarted it.", by=ana, clashes=(clash,))

    [kept] = section.clashes.all()
    assert (kept.passage, kept.mine, kept.theirs) == ("empty low", "low", "empty")


def test_a_clash_that_leaves_the_text_as_it_was_is_news_for_the_others(section, ana):
    clash = live_text.Clash(13, 16, "wet", "", "dry")

    answer = write(section, section.body, by=ana, clashes=(clash,))

    assert answer.version == 2
    assert section.clashes.get().passage == "dry"


@pytest.mark.parametrize(
    ("keep", "text"),
    [("mine", "low"), ("theirs", "empty"), ("both", "empty low"), ("base", "dry")],
)
def test_one_of_the_texts_is_chosen(section, ana, ben, keep, text):
    clashing(section, ana, ben)
    [clash] = section.clashes.all()

    clashes.choose(clash.pk, Keep(keep), incident=section.incident, by=ana, at=NOON)

    assert body(section) == f"The pool ran {text}. We restarted it."
    assert section.version == 4  # so that the others hear of it
    assert not SectionClash.objects.exists()


def test_a_passage_that_was_edited_meanwhile_is_not_replaced(section, ana, ben):
    clashing(section, ana, ben)
    [clash] = section.clashes.all()
    write(section, "The pool ran empty very low. We restarted it.", by=ana, base=3, seq=2)

    with pytest.raises(DomainError):
        clashes.choose(clash.pk, Keep.MINE, incident=section.incident, by=ana, at=NOON)
    clashes.choose(clash.pk, Keep.BOTH, incident=section.incident, by=ana, at=NOON)

    assert body(section) == "The pool ran empty very low. We restarted it."
    assert not SectionClash.objects.exists()
