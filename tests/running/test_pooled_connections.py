"""Pooled connections: little is asked of them, and one that is gone is never given out."""

import pytest
from django.db import connection, connections
from psycopg_pool import ConnectionPool

from config.postgresql import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def another():
    """A connection of the pool beside the one that the test runs in."""
    other = connections.create_connection("default")
    assert other.pool, "DATABASE_POOL_SIZE has turned the pool off."
    yield other
    other.close()


@pytest.fixture
def asked(monkeypatch):
    """The connections that were asked whether they live."""
    found = []
    check = ConnectionPool.check_connection
    monkeypatch.setattr(
        ConnectionPool, "check_connection", lambda one: found.append(one) or check(one)
    )
    return found


def pid_of(other):
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def use_all(other):
    """Each connection of the pool once."""
    for _ in range(other.pool.max_size):
        pid_of(other)
        other.close()


def end(pid):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def test_one_that_was_just_used_is_not_asked_whether_it_lives(another, asked):
    use_all(another)
    asked.clear()

    use_all(another)

    assert asked == []


def test_one_that_the_server_has_ended_is_not_given_out(another):
    use_all(another)
    pid = pid_of(another)
    another.close()

    end(pid)

    for _ in range(another.pool.max_size):
        assert pid_of(another) != pid
        another.close()


def test_one_that_nobody_used_for_long_is_asked(another, asked, monkeypatch):
    use_all(another)
    asked.clear()
    monkeypatch.setattr(base, "_UNUSED", 0)

    pid_of(another)

    assert len(asked) == 1
