"""Work that follows a commit and must not fail the request that committed."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction


def after_commit(call: Callable[..., object], *arguments: object) -> None:
    """Call `call` with `arguments` once the transaction has been committed; log it if that fails,
    such as a broker that cannot be reached.

    Django's own `on_commit(…, robust=True)` fails itself while it logs about a `functools.partial`.
    """

    def following() -> None:
        call(*arguments)

    following.__qualname__ = getattr(call, "__qualname__", repr(call))
    transaction.on_commit(following, robust=True)
