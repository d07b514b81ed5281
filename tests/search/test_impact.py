"""The impact of a word in a document."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from django.db import connection

from search import impact

LONG = 20_000
USUAL = 350


def impact_of(fields, length=USUAL):
    return impact.value(impact.impacts(fields, length)["proxy"])


def test_the_title_weighs_more_than_the_summary_and_that_more_than_the_timeline():
    of_title, of_summary, of_rest, of_timeline = (impact_of({field: ["proxy"]}) for field in "ABCD")

    assert of_title > of_summary > of_rest > of_timeline


def test_each_repetition_adds_less():
    once, twice, often = (impact_of({"C": ["proxy"] * times}) for times in (1, 2, 10))

    assert once < twice < often < 1
    assert twice - once > often - impact_of({"C": ["proxy"] * 9})


def test_a_long_transcript_does_not_win_by_repeating_it():
    transcript = impact_of({"D": ["proxy"] * 20}, length=LONG)

    assert transcript < impact_of({"C": ["proxy"] * 2})


def test_noticeably_different_impacts_have_different_steps():
    values = [impact.value(number) for number in range(impact.step(1.0) + 1)]

    assert max(high - low for low, high in pairwise(values)) < 0.09


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", [0.0, 0.1, 0.3, 0.42, 0.58, 0.8, 0.99])
def test_the_database_reads_back_the_impact_that_was_stored(wanted):
    step = impact.step(wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ts_rank('{impact.RANK_WEIGHTS}', %s::tsvector, 'proxy')",
            [f"'proxy':{impact.positions(step)} 'other':1A"],
        )
        [ranked] = cursor.fetchone()

    assert ranked * impact.RANK_SCALE == pytest.approx(impact.value(step), abs=1e-4)
    assert impact.value(step) == pytest.approx(wanted, abs=0.06)


def test_among_equals_the_later_is_worth_slightly_more():
    earlier, later = (impact.recency(date(year, 5, 1)) for year in (2016, 2026))

    assert impact.worth(0.5, "incident", later) > impact.worth(0.5, "incident", earlier)
    assert impact.worth(0.5, "incident", later) < impact.worth(0.55, "incident", earlier)


def test_tiers_hold_about_their_nominal_size():
    worths = [number / 10_000 for number in range(10_000)]

    tiers = impact.tiers_of(worths, share=1.0)

    assert [sum(worth >= least for worth in worths) for least in tiers] == [256, 1_024, 4_096]
