"""However it is put: forms of a word, spellings, and what people put around what they look for."""

from __future__ import annotations

import pytest

from search.analyzer import STOP_WORDS, stem, stems, tokenize
from search.engine import search
from search.expansion import expand
from search.parser import parse
from tests.factories import IncidentFactory


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("the job ran twice", "jobs running twice"),
        ("mail was sent", "sending mail"),
        ("login failures", "a login failed"),
        ("data loss", "lost data"),
        ("the node hung", "nodes hang"),
        ("expiry of certificates", "an expired certificate"),
        ("data centre", "data centers"),
        ("alert e-mails", "email alert"),
    ],
)
def test_a_word_is_found_in_all_its_forms(one, another):
    assert sorted(stems(one)) == sorted(stems(another))


@pytest.mark.parametrize("word", ["left", "stuck", "e", "mail", "runner"])
def test_words_that_are_no_form_of_another_stay_themselves(word):
    assert stem(word) not in {stem("leave"), stem("stick"), stem("email"), stem("run")}
    assert tokenize(word) == [word]
    assert word not in STOP_WORDS


@pytest.mark.django_db
def test_how_a_question_is_put_counts_less_than_what_it_asks_for(index, vera):
    wanted = IncidentFactory(title="A test run destroyed the production database")
    likewise = IncidentFactory(title="Someone merged to production by accident")
    others = [IncidentFactory(title="The production database is slow") for _ in range(4)]
    index(wanted, likewise, *others)

    found = search("someone deleted the production database by accident", user=vera)

    assert [hit.pk for hit in found.hits][:2] == [wanted.pk, likewise.pk]


@pytest.mark.django_db
def test_between_equals_what_holds_all_the_words_comes_first(index, vera):
    some = IncidentFactory(title="Brokers rebalance, rebalance and rebalance")
    both = IncidentFactory(title="Kafka rebalance took an hour longer than it did")
    index(both, some)

    assert [hit.pk for hit in search("kafka rebalance", user=vera).hits] == [both.pk, some.pk]


@pytest.mark.django_db
def test_an_unfinished_word_that_nothing_holds_is_what_it_may_become():
    found = expand(parse("service aler"), {"aler": ["alert", "alerting"]}, ["aler"])

    assert found.words["aler"].forms == ((("alert",), 0.75),)
    assert not found.pairs


@pytest.mark.django_db
@pytest.mark.parametrize("text", ['service "aler" aler', "aler-manager aler", "aler -aler service"])
def test_a_word_that_must_stand_as_it_is_stays_itself(text):
    found = expand(parse(text), {"aler": ["alert"]}, ["aler"])

    assert found.words["aler"].forms[0] == (("aler",), 1.0)


@pytest.mark.django_db
def test_an_absent_word_that_may_become_nothing_is_still_looked_for():
    found = expand(parse("service aler"), {}, ["aler"])

    assert found.words["aler"].forms == ((("aler",), 1.0),)
    assert found.pairs
