"""The pages that tell administrators how old the last backup is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from backups.models import BackupRun
from messaging.models import Message
from messaging.operations import pause_sending
from tests.factories import MessageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nightly(settings):
    settings.BACKUP_NIGHTLY = True


def run(hours: float, **fields) -> BackupRun:
    moment = timezone.now() - timedelta(hours=hours)
    defaults = {"kind": "nightly", "ended_at": moment, "path": "/srv/backups/one.tar"}
    return BackupRun.objects.create(started_at=moment, **defaults | fields)


def text(client, name: str) -> str:
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("name", ["backup_list", "backup_notice"])
def test_they_are_for_administrators(signed_in, rita, name):
    assert signed_in(rita).get(reverse(name)).status_code == 403


def test_a_recent_backup_needs_no_notice(signed_in, omar):
    run(5.1, size=12_000_000)

    page = text(signed_in(omar), "backup_list")

    assert "5 h 6 min ago" in page
    assert ">one.tar<" in page
    assert text(signed_in(omar), "backup_notice").strip() == ""


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ([], "There is no backup yet."),
        ([(49, "")], "The last backup is 2 days 1 h old."),
        ([(5, ""), (1, "The disk is full.")], "The last backup failed: The disk is full."),
    ],
)
def test_an_old_missing_or_failed_backup_is_on_the_administrators_home(
    signed_in, omar, vera, runs, said
):
    for hours, error in runs:
        run(hours, error=error)

    assert said in text(signed_in(omar), "backup_notice")
    assert said in text(signed_in(omar), "backup_list")
    assert reverse("backup_notice") in text(signed_in(omar), "home")
    assert reverse("backup_notice") not in text(signed_in(vera), "home")


def test_a_failure_that_was_made_good_is_no_warning(signed_in, omar):
    run(5, error="The disk is full.")
    run(1)

    assert text(signed_in(omar), "backup_notice").strip() == ""


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_as_many_queries_with_any_number_of_rows(
    signed_in, omar, django_assert_max_num_queries, rows
):
    for number in range(rows):
        run(number + 1, warning="An upload is missing.")
    client = signed_in(omar)
    client.get(reverse("backup_list"))

    with django_assert_max_num_queries(6):
        client.get(reverse("backup_list"))


def test_an_administrator_resumes_sending(signed_in, omar, rita):
    pause_sending(reason="Restored from a backup.", at=timezone.now())
    MessageFactory(recipient=rita, sent_at=None)

    for name in ("backup_notice", "message_list", "backup_list"):
        assert "Restored from a backup." in text(signed_in(omar), name)
    assert signed_in(rita).post(reverse("sending_resume")).status_code == 403
    assert signed_in(omar).get(reverse("sending_resume")).status_code == 405

    answer = signed_in(omar).post(reverse("sending_resume"), follow=True)

    assert "Sending resumed." in answer.content.decode()
    assert "Restored from a backup." not in text(signed_in(omar), "message_list")
    assert Message.objects.waiting().count() == 1
