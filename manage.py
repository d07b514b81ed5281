#!/usr/bin/env python
"""Django's command line, for Nevertwice.

Where no DATABASE_URL is set, the embedded PostgreSQL runs for as long as a command needs it,
whether or not script/server is running at the same time.
"""

import os
import sys
from contextlib import AbstractContextManager, nullcontext

WITHOUT_DATABASE = {"", "help", "version", "--version", "--help", "check", "collectstatic", "serve"}


def database_for(command: str) -> AbstractContextManager[None]:
    """Keeps the embedded PostgreSQL running while `command` needs it."""
    from django.conf import settings

    if command in WITHOUT_DATABASE or not settings.DATABASE_IS_EMBEDDED:
        return nullcontext()
    return settings.EMBEDDED_POSTGRES.in_use()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    from config.embedded import EmbeddedError
    from config.environment import WrongSetting

    try:
        with database_for(sys.argv[1] if len(sys.argv) > 1 else ""):
            execute_from_command_line(sys.argv)
    except (WrongSetting, EmbeddedError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
