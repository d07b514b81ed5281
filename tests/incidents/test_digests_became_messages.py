"""The migration that made every digest a message: what was sent stays sent, on the way back too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE = ("incidents", "0012_ledger_names_messages")
AFTER = ("incidents", "0014_no_more_digests")
MONDAY = date(2026, 3, 2)
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


def migrate(*targets: tuple[str, str]) -> Any:
    """The models as they are after these migrations."""
    executor = MigrationExecutor(connection)
    executor.migrate(list(targets))
    return MigrationExecutor(connection).loader.project_state(list(targets)).apps.get_model


@pytest.fixture
def models() -> Iterator[Callable[..., Any]]:
    """The tables as they were before it; as they are now, afterwards."""
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    yield migrate(BEFORE)
    migrate(*leaves)


def digests_of(model: Callable[..., Any]) -> dict[str, Any]:
    """A digest that was sent, with what it reminded of, one that waits and one that was dropped."""
    person = model("accounts", "User").objects.create(username="ana", email="ana@example.com")
    incident = model("incidents", "Incident").objects.create(
        number=1, title="Disk full", created_at=NINE, updated_at=NINE
    )
    item = model("incidents", "ActionItem").objects.create(
        incident=incident, position=1, title="Alert", created_at=NINE, updated_at=NINE
    )
    digest = model("incidents", "Digest")
    said: dict[str, dict[str, Any]] = {
        "sent": {"sent_at": NINE, "attempts": 2},
        "waiting": {"last_error": "The server is away."},
        "dropped": {"dropped_at": NINE},
    }
    for day, (name, given) in enumerate(said.items()):
        made = digest.objects.create(
            recipient=person,
            day=MONDAY.replace(day=2 + day),
            message_id=f"<{name}@nevertwice.example.com>",
            written_at=NINE,
            **given,
        )
        model("incidents", "LedgerEntry").objects.create(
            action_item=item, step=f"overdue_{day}", due_on=MONDAY, recipient=person, digest=made
        )
    return {each.message_id: each for each in digest.objects.all()}


def test_every_digest_is_a_message_under_its_message_id_sent_or_not_as_it_was(models):
    before = digests_of(models)

    now = migrate(AFTER)

    messages = {each.message_id: each for each in now("messaging", "Message").objects.all()}
    assert messages.keys() == before.keys()
    for message_id, message in messages.items():
        digest = before[message_id]
        for name in ("recipient_id", "day", "sent_at", "dropped_at", "attempts", "last_error"):
            assert getattr(message, name) == getattr(digest, name)
        assert message.key == f"digest:{digest.day}:user-{digest.recipient_id}"
        assert (message.topic, message.route, message.about) == ("digest", "mail", {})
        assert message.thread == f"<digest.user-{digest.recipient_id}@nevertwice.example.com>"
        assert message.read_at == digest.sent_at
    named = {
        entry.step: entry.message.message_id
        for entry in now("incidents", "LedgerEntry").objects.select_related("message")
    }
    assert named == {
        "overdue_0": "<sent@nevertwice.example.com>",
        "overdue_1": "<waiting@nevertwice.example.com>",
        "overdue_2": "<dropped@nevertwice.example.com>",
    }


def test_on_the_way_back_they_are_the_digests_that_they_were(models):
    before = digests_of(models)
    migrate(AFTER)

    model = migrate(BEFORE)

    after = {each.message_id: each for each in model("incidents", "Digest").objects.all()}
    assert after.keys() == before.keys()
    for message_id, digest in after.items():
        for name in ("recipient_id", "day", "written_at", "sent_at", "dropped_at", "attempts"):
            assert getattr(digest, name) == getattr(before[message_id], name)
    entries = model("incidents", "LedgerEntry").objects.select_related("digest")
    assert {entry.digest.message_id for entry in entries} == before.keys()
    assert not model("messaging", "Message").objects.exists()
