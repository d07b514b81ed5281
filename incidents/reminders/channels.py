"""How a digest reaches its reader."""

from __future__ import annotations

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string

from incidents.reminders.digest import Letter


def send_mail(letter: Letter, connection: BaseEmailBackend) -> None:
    """Send `letter` as text and HTML, under its fixed Message-ID.

    Raises OSError where the server cannot be reached or refuses, ValueError for an address that
    no mail can be sent to.
    """
    context = {"letter": letter}
    message = EmailMultiAlternatives(
        subject=letter.subject,
        body=render_to_string("mail/digest.txt", context),
        to=[letter.recipient.email],
        headers={
            "Message-ID": letter.message_id,
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
        connection=connection,
    )
    message.attach_alternative(render_to_string("mail/digest.html", context), "text/html")
    connection.open()  # kept for the digests after this one
    message.send()
