"""Addresses that are secrets stay out of the log: whoever reads it could open them."""

from __future__ import annotations

import logging

SECRET = frozenset({"token", "key"})  # what routes call the part that nobody may guess
_HIDDEN = "…"


class HideSecrets(logging.Filter):
    """Puts … in the place of the secret parts of the address of a request that is told about."""

    def filter(self, record: logging.LogRecord) -> bool:
        match = getattr(getattr(record, "request", None), "resolver_match", None)
        secrets = (
            [str(match.kwargs[name]) for name in SECRET & match.kwargs.keys()] if match else []
        )
        if secrets:
            told = record.getMessage()
            for secret in secrets:
                told = told.replace(secret, _HIDDEN)
            record.msg, record.args = told, ()
        return True
