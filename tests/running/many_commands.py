"""Run many calls of manage.py, each in a process of its own that is forked from one set-up Django.

Started as a program: reads a JSON list of argument lists, prints a JSON list of answers.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile

from config.command_line import main


def answer(arguments: list[str]) -> dict[str, object]:
    """Run `manage.py` with `arguments`; its exit code and what it printed."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        child = os.fork()
        if child == 0:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            _become(arguments)
        _, status = os.waitpid(child, 0)
        out.seek(0)
        err.seek(0)
        code = os.waitstatus_to_exitcode(status)
        return {"code": code, "stdout": out.read(), "stderr": err.read()}


def _become(arguments: list[str]) -> None:
    code: object = 0
    sys.argv = ["manage.py", *arguments]
    try:
        main(sys.argv)
    except SystemExit as exit_:
        code = exit_.code
        if isinstance(code, str):
            sys.stderr.write(f"{code}\n")
            code = 1
    except Exception:  # noqa: BLE001 - shown as Python would show it
        sys.excepthook(*sys.exc_info())
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(int(code or 0))  # type: ignore[call-overload]


if __name__ == "__main__":
    main(["manage.py", "version"])  # which sets Django up
    print("", flush=True)  # noqa: T201
    print(json.dumps([answer(each) for each in json.load(sys.stdin)]))  # noqa: T201
