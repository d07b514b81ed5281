"""The parser of typed queries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.parser import MAX_WORDS, parse


def test_all_words_are_required():
    assert parse("certificate expired").tsquery({}) == "((('certificate')) & (('expired')))"


def test_a_quoted_phrase_is_one_term():
    [[term]] = parse('"no space left"').alternatives

    assert (term.words, term.quoted) == (("space", "left"), True)


def test_a_hyphenated_name_is_one_term():
    assert parse("kube-dns").tsquery({}) == "((('kube') <-> ('dns')))"


def test_minus_excludes_and_or_separates_alternatives():
    query = parse("dns -staging or proxy")

    assert query.tsquery({}) == "((('dns')) & !(('staging'))) | ((('proxy')))"
    assert query.words == ["dns", "proxy"]


def test_an_option_of_a_command_is_not_excluded():
    assert parse("kubectl --force").words == ["kubectl", "force"]


def test_an_unfinished_quotation_extends_to_the_end():
    [[term]] = parse('"no space left').alternatives

    assert term.words == ("space", "left")


@pytest.mark.parametrize("text", ["", " ", "-foo", "and the", "& | ! ( ) <-> :*", '""', "\0", "or"])
def test_a_query_without_words_is_empty(text):
    assert not parse(text)


@pytest.mark.parametrize(("text", "number"), [("INC-3", 3), ("inc 3", 3), ("inc-3 dns", None)])
def test_a_reference_is_recognised(text, number):
    assert parse(text).incident_number == number


def test_no_more_than_two_dozen_words_are_read():
    assert len(parse(" ".join(f"w{n}" for n in range(1_000))).words) == MAX_WORDS


def test_a_correction_replaces_words_outside_of_quotation_marks():
    query = parse('Certifcate "certifcate expird"').corrected({"certifcate": "certificate"})

    assert query.words == ["certificate", "certifcate", "expird"]


@given(st.text(max_size=600))
def test_no_text_is_an_error(text):
    query = parse(text)

    assert len(query.words) <= MAX_WORDS
    assert "\0" not in query.tsquery({})
