"""Set the clock of a Python process that a test started; see `tests/clocks.py`.

Python imports a module of this name at its start, wherever it finds it in PYTHONPATH.
"""

import os
import sys
import time

if _ahead := os.environ.get("TESTS_CLOCK_AHEAD"):
    # Importing pytest for the fixture of the library would double the time of a start.
    sys.modules["pytest"] = None  # type: ignore[assignment]
    try:
        import time_machine
    except ImportError:
        if sys.prefix != sys.base_prefix:  # script/server begins with a Python that has nothing
            raise
    else:
        time_machine.travel(time.time() + float(_ahead), tick=True).start()
    del sys.modules["pytest"]
