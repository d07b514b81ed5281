"""A database to measure in, made and dropped."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from django.conf import settings
from django.db import connection


@contextlib.contextmanager
def scratch_database(name: str) -> Iterator[None]:
    """An empty database of our tables beside the product's, for as long as the block lasts."""
    with contextlib.ExitStack() as stack:
        if settings.DATABASE_IS_EMBEDDED:
            stack.enter_context(settings.EMBEDDED_POSTGRES.in_use())
        product = connection.settings_dict["NAME"]
        connection.settings_dict["TEST"]["NAME"] = f"{name}_{os.getpid()}"
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield
        finally:
            connection.creation.destroy_test_db(product, verbosity=0)
