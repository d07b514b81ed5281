"""Counts of the incidents that contain each word."""

from __future__ import annotations

import pytest

from likeness import term_counts
from tests.factories import IncidentFactory, SectionFactory
from tests.incidents.operations.test_two_at_once import at_once


@pytest.mark.django_db(transaction=True)
def test_two_workers_can_count_a_new_database_at_once():
    for _ in range(3):
        SectionFactory(incident=IncidentFactory(), body="Calico hid the namespaces.")

    results = at_once(*[term_counts.recount] * 8)

    assert results == [3] * 8
    assert term_counts.term_counts(["calico"]).total == 3
