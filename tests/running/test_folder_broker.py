"""The broker of files in a folder: what is read from it is whole, whoever writes or dies."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from config import folder_broker

BINDING = ["key", "", "celery"]


@pytest.fixture
def channel(tmp_path):
    folder_broker.use()
    for name in ("queue", "taken", "control"):
        (tmp_path / name).mkdir()
    options = {
        "data_folder_in": str(tmp_path / "queue"),
        "data_folder_out": str(tmp_path / "queue"),
        "processed_folder": str(tmp_path / "taken"),
        "control_folder": str(tmp_path / "control"),
    }
    with Connection("filesystem://localhost/", transport_options=options) as connection:
        yield connection.default_channel


def files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()]


def test_messages_come_in_turn_and_leave_nothing_behind(channel, tmp_path):
    for number in range(3):
        channel._put("celery", {"number": number})
    channel._put("other", {"number": 99})

    assert [channel._get("celery")["number"] for _ in range(3)] == [0, 1, 2]
    with pytest.raises(Empty):
        channel._get("celery")
    assert channel._size("other") == 1
    assert not files(tmp_path / "taken")


def test_a_message_is_never_read_before_it_is_whole(channel):
    """Half of these were read empty, now and then, while they were written under their own name."""
    sent = 500
    writer = threading.Thread(
        target=lambda: [channel._put("celery", {"text": "x" * 5000}) for _ in range(sent)]
    )
    got = []
    writer.start()
    while writer.is_alive() or channel._size("celery"):
        try:
            got.append(channel._get("celery"))
        except Empty:
            continue
    writer.join()

    assert len(got) == sent
    assert {len(message["text"]) for message in got} == {5000}


@pytest.mark.parametrize("left", ["", '{"number": '])
def test_half_a_message_that_a_power_cut_left_is_passed_over(left, channel, tmp_path):
    (tmp_path / "queue" / "1_half.celery.msg").write_text(left)
    channel._put("celery", {"number": 1})

    assert channel._get("celery") == {"number": 1}
    with pytest.raises(Empty):
        channel._get("celery")


@pytest.mark.parametrize("left", ["", '[["key", '])
def test_half_a_table_is_made_anew_by_the_next_who_binds(left, channel, tmp_path):
    table = tmp_path / "control" / "celery.exchange"
    table.write_text(left)

    assert channel.get_table("celery") == []
    channel._queue_bind("celery", *BINDING)

    assert json.loads(table.read_text()) == [BINDING]


def test_tables_hold_what_many_bind_at_once(channel):
    def bind(number: int) -> None:
        channel._queue_bind("celery", "key", "", f"queue{number}")

    threads = [threading.Thread(target=bind, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {binding.queue for binding in channel.get_table("celery")} == {
        f"queue{number}" for number in range(20)
    }
    channel._delete("queue3", "celery", "key", "")
    assert len(channel.get_table("celery")) == 19
