"""Several statements that go to the database at once."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.round_trip import one_round_trip
from tests.factories import TagFactory

pytestmark = pytest.mark.django_db

HOSTILE = "'; DELETE FROM incidents_tag; --"


def test_several_statements_are_one_round_trip_and_each_has_its_rows():
    with CaptureQueriesContext(connection) as queries, one_round_trip() as cursor:
        cursor.execute("SELECT %s::int; SELECT %s::text, %s::int", [1, "two", 3])
        found = [cursor.fetchall()]
        while cursor.nextset():
            found.append(cursor.fetchall())

    assert found == [[(1,)], [("two", 3)]]
    assert len(queries) == 1


def test_what_is_passed_stays_a_value_whatever_stands_in_it():
    TagFactory()

    with one_round_trip() as cursor:
        cursor.execute("SELECT %s::text; SELECT %s::text", [HOSTILE, "100 % \\ ' \" ;"])
        first = cursor.fetchone()
        cursor.nextset()
        second = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM incidents_tag")
        tags = cursor.fetchone()

    assert (first, second, tags) == ((HOSTILE,), ("100 % \\ ' \" ;",), (1,))


def test_it_is_part_of_the_transaction_that_it_stands_in():
    with pytest.raises(DatabaseError), transaction.atomic(), one_round_trip() as cursor:
        cursor.execute("INSERT INTO incidents_tag (name, slug) VALUES ('a', 'a'); SELECT 1/0")

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM incidents_tag")
        assert cursor.fetchone() == (0,)
