"""Metrics and phases, which derive only from milestones."""

from datetime import timedelta

import pytest

from incidents import analytics
from incidents.models import TimelineEvent
from tests.factories import NOON

pytestmark = pytest.mark.clock

MINUTE = timedelta(minutes=1)


def event(milestone, minutes, **more):
    return TimelineEvent(
        pk=more.pop("pk", 1), milestone=milestone, occurred_at=NOON + minutes * MINUTE, **more
    )


def whole_incident():
    return [
        event("started", 0),
        event("detected", 30),
        event("mitigated", 60),
        event("resolved", 120),
    ]


def by_key(events):
    return {metric.key: metric for metric in analytics.metrics(events)}


def test_each_metric_is_measured_from_the_start():
    found = by_key(whole_incident())

    assert found["ttd"].span == timedelta(minutes=30)
    assert found["ttm"].span == timedelta(hours=1)
    assert found["resolve"].span == timedelta(hours=2)


def test_each_metric_states_its_formula():
    assert by_key([])["resolve"].formula == "time to resolve = resolved − started"


def test_a_missing_milestone_is_unknown_and_not_zero():
    found = by_key([event("started", 0), event("resolved", 120)])

    assert found["ttd"].span is None
    assert found["resolve"].span == timedelta(hours=2)


def test_without_a_start_nothing_can_be_measured():
    assert {metric.span for metric in analytics.metrics([event("resolved", 5)])} == {None}


def test_an_event_of_unknown_time_carries_no_milestone_time():
    undated = TimelineEvent(milestone="started", occurred_at=None, precision="unknown")

    assert analytics.metrics([undated, event("detected", 3)])[0].span is None


@pytest.mark.parametrize("precision", ["hour", "day", "approximate"])
def test_a_metric_from_an_imprecise_time_is_approximate(precision):
    exact, inexact = event("started", 0), event("detected", 60, precision=precision)

    assert by_key([exact, inexact])["ttd"].approximate
    assert not by_key([exact, event("detected", 60)])["ttd"].approximate


def test_a_milestone_on_a_range_counts_from_its_beginning_and_is_approximate():
    ranged = event("mitigated", 60, ends_at=NOON + 90 * MINUTE)
    found = by_key([event("started", 0), ranged])["ttm"]

    assert found.span == timedelta(hours=1)
    assert found.approximate


def test_detection_before_the_start_is_out_of_order_and_unknown():
    found = by_key([event("started", 0), event("detected", -5)])["ttd"]

    assert found.span is None
    assert found.elapsed.out_of_order


def test_the_phase_bar_is_to_scale():
    bar = analytics.phase_bar(whole_incident())

    assert [round(segment.width) for segment in bar.segments] == [25, 25, 50]
    assert [segment.phase for segment in bar.segments] == ["started", "detected", "mitigated"]
    assert not any(segment.hatched for segment in bar.segments)
    assert bar.missing == ()


def test_a_missing_milestone_hatches_what_it_would_divide():
    bar = analytics.phase_bar([event("started", 0), event("resolved", 120)])

    [only] = bar.segments
    assert only.hatched
    assert only.text == "Started to resolved (detected and mitigated not recorded)"


def test_an_unknown_end_is_a_stub_and_the_rest_stays_to_scale():
    bar = analytics.phase_bar([event("started", 0), event("detected", 30), event("mitigated", 60)])
    *known, stub = bar.segments

    assert stub.hatched
    assert stub.span is None
    assert known[0].width == pytest.approx(known[1].width)
    assert sum(segment.width for segment in bar.segments) == pytest.approx(100)


def test_an_unknown_start_is_a_stub_before_the_first_milestone():
    bar = analytics.phase_bar([event("detected", 0), event("resolved", 10)])

    assert bar.segments[0].text == "start not recorded"
    assert bar.segments[0].hatched


def test_one_milestone_alone_still_makes_a_bar():
    bar = analytics.phase_bar([event("started", 0)])

    assert [segment.hatched for segment in bar.segments] == [True]
    assert len(bar.stops) == 1


def test_without_milestones_there_is_no_bar():
    assert analytics.phase_bar([event("", 0)]) is None


def test_a_minute_beside_a_day_can_still_be_seen():
    bar = analytics.phase_bar([event("started", 0), event("detected", 1), event("resolved", 1440)])

    assert bar.segments[0].width >= 0.7
    assert max(stop.x for stop in bar.stops) <= 100


def test_milestones_out_of_order_are_drawn_by_time():
    bar = analytics.phase_bar(
        [event("started", 0), event("detected", 60), event("mitigated", 30), event("resolved", 90)]
    )

    assert [stop.milestone for stop in bar.stops] == [
        "started",
        "mitigated",
        "detected",
        "resolved",
    ]


def test_milestones_at_the_same_moment_do_not_overlap():
    bar = analytics.phase_bar([event("started", 0), event("detected", 0), event("resolved", 0)])

    assert len({stop.x for stop in bar.stops}) == 3
