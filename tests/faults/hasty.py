"""The product’s Celery application, for workers that look into their broker without a pause, and
whose broker may lose or double what they put into it.

`COPIES` says how often each message arrives, in turn, for each process: "1", "0,1,1" where every
third one is lost, "2".
"""

from __future__ import annotations

import os
from itertools import cycle
from typing import Any

from config.celery import app

_copies = cycle(map(int, os.environ.get("COPIES", "1").split(",")))
_send = app.amqp.send_task_message


def _send_so_often(*args: Any, **kwargs: Any) -> None:
    for _ in range(next(_copies)):
        _send(*args, **kwargs)


app.amqp.send_task_message = _send_so_often
if app.conf.broker_url.startswith("filesystem"):
    app.conf.broker_transport_options["polling_interval"] = 0.02
