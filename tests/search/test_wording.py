"""Wording: forms of a word, spellings, and filler words."""

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
def test_words_that_are_not_forms_of_another_keep_their_stem(word):
    assert stem(word) not in {stem("leave"), stem("stick"), stem("email"), stem("run")}
    assert tokenize(word) == [word]
    assert word not in STOP_WORDS


@pytest.mark.django_db
def test_filler_words_of_a_question_count_less_than_its_subject(index, vera):
    wanted = IncidentFactory(title="A test run destroyed the production database")
    likewise = IncidentFactory(title="Someone merged to production by accident")
    others = [IncidentFactory(title="The production database is slow") for _ in range(4)]
    index(wanted, likewise, *others)

    found = search("someone deleted the production database by accident", user=vera)

    assert [hit.pk for hit in found.hits][:2] == [wanted.pk, likewise.pk]


@pytest.mark.django_db
def test_among_equals_documents_with_all_the_words_come_first(index, vera):
    some = IncidentFactory(title="Brokers rebalance, rebalance and rebalance")
    both = IncidentFactory(title="Kafka rebalance took an hour longer than it did")
    index(both, some)

    assert [hit.pk for hit in search("kafka rebalance", user=vera).hits] == [both.pk, some.pk]


@pytest.mark.django_db
def test_an_unmatched_unfinished_word_is_replaced_by_its_completions():
    found = expand(parse("service aler"), {"aler": ["alert", "alerting"]}, ["aler"])

    assert found.words["aler"].forms == ((("alert",), 0.75),)
    assert not found.pairs


@pytest.mark.django_db
@pytest.mark.parametrize("text", ['service "aler" aler', "aler-manager aler", "aler -aler service"])
def test_a_quoted_word_is_not_expanded(text):
    found = expand(parse(text), {"aler": ["alert"]}, ["aler"])

    assert found.words["aler"].forms[0] == (("aler",), 1.0)


@pytest.mark.django_db
def test_an_absent_word_without_completions_is_still_searched():
    found = expand(parse("service aler"), {}, ["aler"])

    assert found.words["aler"].forms == ((("aler",), 1.0),)
    assert found.pairs
