"""Refused requests in the log: one line, without a traceback."""

from __future__ import annotations

import logging

_SERVER_ERROR = 500


class WithoutTraceback(logging.Filter):
    """Drop the traceback of a request that was refused, with a status of 4xx.

    Refusing is the product at work: what was asked for is not there, or not for this person. The
    line with address and status stays; only an error of the server keeps its traceback.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", _SERVER_ERROR) < _SERVER_ERROR:
            record.exc_info = record.exc_text = None
        return True
