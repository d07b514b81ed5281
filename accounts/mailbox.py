"""The in-app mailbox: where mail goes until a mail server is configured."""

from __future__ import annotations

from django.core.mail.backends.filebased import EmailBackend


class MailboxBackend(EmailBackend):
    """Writes each message to a file in `var/mail`."""
