"""Messages as e-mail."""

from __future__ import annotations

import smtplib

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from accounts.models import DigestFrequency
from messaging.composing import Letter
from messaging.models import Message

_REFUSED_FOR_GOOD = 500


class ServerAway(OSError):
    """The mail server takes no connection: no mail of anybody's can be sent now."""


def send(message: Message, letter: Letter, connection: BaseEmailBackend) -> None:
    """Send `letter` as text and HTML, under the message's fixed Message-ID and in its thread.

    Raises ServerAway where the server cannot be reached, OSError where it refuses, ValueError for
    an address that no mail can be sent to.
    """
    headers = {
        "Message-ID": message.message_id,
        "References": message.thread,
        "In-Reply-To": message.thread,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if letter.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    mail = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        to=addresses(message),
        headers=headers,
        connection=connection,
    )
    mail.attach_alternative(letter.html, "text/html")
    try:
        connection.open()  # kept for the mails after this one
    except OSError as error:
        raise ServerAway(f"{type(error).__name__}: {error}") from error
    mail.send()


def addresses(message: Message) -> list[str]:
    """Return the recipients: the person, or those responsible for the team who want reminders."""
    if message.recipient is not None:
        people = [message.recipient]
    else:
        answerable = message.team.answerable() if message.team else []
        people = [person for person in answerable if person.digest != DigestFrequency.OFF]
    return [person.email for person in people if person.email]


def is_permanent(error: Exception) -> bool:
    """Tell whether every later attempt would fail: a bad or permanently refused address.

    A refused sender or password is the installation's fault, which somebody will fix.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= _REFUSED_FOR_GOOD for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= _REFUSED_FOR_GOOD
    return isinstance(error, ValueError)
