"""Attacks by another user of the machine, tried as `nobody`. Needs root."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from multiprocessing import get_context


def as_user(name: str, action: Callable[[], object]) -> str:
    """Run `action` in a process of that user's; return what came of it: `done` or an error's
    name."""
    receiver, sender = get_context("fork").Pipe(duplex=False)

    def run() -> None:
        user = pwd.getpwnam(name)
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
        try:
            action()
        except Exception as error:  # noqa: BLE001 - its name is the answer
            sender.send(type(error).__name__)
        else:
            sender.send("done")

    process = get_context("fork").Process(target=run)
    process.start()
    try:
        assert receiver.poll(60), "No answer within a minute."
        return str(receiver.recv())
    finally:
        process.join(10)
        process.kill()


def readable(folder: str) -> list[str]:
    """Names of all below `folder` that `nobody` can list or read, given by root."""
    paths = [
        os.path.join(at, name) for at, folders, files in os.walk(folder) for name in folders + files
    ]
    asked = [folder, *paths]
    receiver, sender = get_context("fork").Pipe(duplex=False)

    def look() -> None:
        user = pwd.getpwnam("nobody")
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
        open_to_us = [os.access(path, os.R_OK) or os.access(path, os.W_OK) for path in asked]
        sender.send([path for path, is_open in zip(asked, open_to_us, strict=True) if is_open])

    process = get_context("fork").Process(target=look)
    process.start()
    assert receiver.poll(60), "No answer within a minute."
    found = receiver.recv()
    process.join(10)
    return list(found)
