"""What people type, and what is asked of the database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.parser import MAX_WORDS, parse


def test_words_are_all_wanted():
    assert parse("certificate expired").tsquery({}) == "((('certificate')) & (('expired')))"


def test_a_quoted_phrase_stands_side_by_side():
    [[term]] = parse('"no space left"').alternatives

    assert (term.words, term.quoted) == (("space", "left"), True)


def test_a_name_with_a_hyphen_stands_side_by_side():
    assert parse("kube-dns").tsquery({}) == "((('kube') <-> ('dns')))"


def test_a_minus_excludes_and_or_gives_a_choice():
    query = parse("dns -staging or proxy")

    assert query.tsquery({}) == "((('dns')) & !(('staging'))) | ((('proxy')))"
    assert query.words == ["dns", "proxy"]


def test_an_option_of_a_command_is_not_excluded():
    assert parse("kubectl --force").words == ["kubectl", "force"]


def test_a_quotation_that_never_ends_goes_to_the_end():
    [[term]] = parse('"no space left').alternatives

    assert term.words == ("space", "left")


@pytest.mark.parametrize("text", ["", " ", "-foo", "and the", "& | ! ( ) <-> :*", '""', "\0", "or"])
def test_what_asks_for_nothing_finds_nothing(text):
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
