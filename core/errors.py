"""Broken rules, as exceptions whose message a person may read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest


class DomainError(Exception):
    """A rule of the product was broken. `str()` of it is a sentence for the person who asked."""


class StaleWrite(DomainError):
    """Raised when the row was saved since the writer last saw it. Nothing was overwritten."""


@contextmanager
def domain_errors_as_messages(
    request: HttpRequest,
    *,
    but: type[DomainError] | tuple[type[DomainError], ...] = (),
    suffix: str = "",
) -> Iterator[None]:
    """Show a DomainError of the enclosed block, unless it is `but`, to the person as a message.

    `suffix` follows it: typed text that would be lost otherwise.
    """
    try:
        yield
    except but:
        raise
    except DomainError as error:
        messages.error(request, f"{error}{suffix}")
