"""The product’s Celery application, for workers that look into their broker without a pause, and
whose broker may lose or double what they put into it.

`COPIES` says how often each message arrives, in turn, for each process: "1", "0,1,1" where every
third one is lost, "2".

Where time is simulated, a second of ours is hours of theirs: what is tried again, or arrives, so
late that its moment lies before the one in `clock_file` is let go. The real ones read the clock.
"""

from __future__ import annotations

import os
from datetime import datetime
from itertools import cycle
from typing import Any

from celery import Task
from django.conf import settings

from config.celery import app
from tests.faults.broker import clock_file

_copies = cycle(map(int, os.environ.get("COPIES", "1").split(",")))
_send = app.amqp.send_task_message


def _send_so_often(*args: Any, **kwargs: Any) -> None:
    for _ in range(next(_copies)):
        _send(*args, **kwargs)


class _InTime(Task):
    """Does nothing where the moment that it was to act for, its last argument, has gone by."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        now = kwargs.get("now") or (args[-1] if args else "")
        if _has_gone_by(now):
            return None
        return super().__call__(*args, **kwargs)


def _has_gone_by(moment: object) -> bool:
    clock = clock_file(settings.VAR_DIR)
    if not isinstance(moment, str) or not moment or not clock.exists():
        return False
    return datetime.fromisoformat(moment) < datetime.fromisoformat(clock.read_text())


app.task_cls = _InTime
app.amqp.send_task_message = _send_so_often
if app.conf.broker_url.startswith("filesystem"):
    app.conf.broker_transport_options["polling_interval"] = 0.02
