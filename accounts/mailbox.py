"""The in-app mailbox: where mail goes until a mail server is configured.

Each message is one file, named after its Message-ID, in `settings.MAIL_DIR`. Any number of
processes may write at the same time: a file appears whole or not at all.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage as ParsedMessage
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

NAME = re.compile(r"[0-9a-f]{32}")


class MailboxBackend(BaseEmailBackend):
    """Writes each message to the mailbox. The same message, sent again, is kept once."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.MAIL_DIR)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            if message.recipients():
                _keep(folder, message)
        return len(email_messages)


def _keep(folder: Path, message: EmailMessage) -> None:
    built = message.message()
    name = hashlib.sha256(str(built["Message-ID"]).encode()).hexdigest()[:32]
    descriptor, written = tempfile.mkstemp(dir=folder, prefix=".writing-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(built.as_bytes())
            file.flush()
            os.fsync(file.fileno())
        os.link(written, folder / f"{name}.eml")
    except FileExistsError:
        pass  # the same message, kept before
    finally:
        os.unlink(written)


@dataclass(frozen=True)
class Letter:
    """A stored message, as shown in the list."""

    name: str
    kept_at: datetime
    subject: str
    sender: str
    to: str


def names() -> list[str]:
    """The names of all kept messages, newest first."""
    folder = Path(settings.MAIL_DIR)
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        kept = [
            (entry.stat().st_mtime_ns, entry.name.removesuffix(".eml"))
            for entry in entries
            if entry.name.endswith(".eml")
        ]
    return [name for _, name in sorted(kept, reverse=True)]


def _path(name: str) -> Path:
    if not NAME.fullmatch(name):
        raise FileNotFoundError(name)
    return Path(settings.MAIL_DIR) / f"{name}.eml"


def parsed(name: str) -> ParsedMessage:
    """The kept message of this name. Raises FileNotFoundError where there is none."""
    with _path(name).open("rb") as file:
        return email.message_from_binary_file(file, policy=email.policy.default)


def letter(name: str) -> Letter:
    """Return the list entry of a stored message. Raises FileNotFoundError if there is none."""
    path = _path(name)
    with path.open("rb") as file:
        head = email.message_from_bytes(file.read(64 * 1024), policy=email.policy.default)
    return Letter(
        name=name,
        kept_at=datetime.fromtimestamp(path.stat().st_mtime, tz=UTC),
        subject=str(head["Subject"] or "(no subject)"),
        sender=str(head["From"] or ""),
        to=str(head["To"] or ""),
    )


def part(message: ParsedMessage, kind: str) -> str | None:
    """The text of the message's `plain` or `html` part; None where it has no such part."""
    body = message.get_body((kind,))
    if body is None:
        return None
    try:
        return str(body.get_content())
    except (LookupError, UnicodeError):  # a character set that nobody knows
        return str(body.get_payload(decode=False))
