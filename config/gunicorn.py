"""gunicorn: how web requests are served, alike under script/server and on many hosts."""

import gc
import os

from gunicorn.http import message

# Whoever pastes a whole log into the search box gets a page that says what it read of it, not an
# error of the server, which stops at 8,190 bytes of address however it is configured.
message.MAX_REQUEST_LINE = limit_request_line = 131_072
bind = os.environ.get("WEB_BIND") or "127.0.0.1:8000"
workers = int(os.environ.get("WEB_WORKERS") or 2)
# Threads let a worker hold idle connections of browsers without keeping others waiting.
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS") or 4)
# Loaded once and shared: a worker that has to be replaced is there again at once.
preload_app = True
timeout = 30
graceful_timeout = 10
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
loglevel = "warning"
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
# Behind a proxy its address must be trusted before its headers are.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS") or "127.0.0.1"


def when_ready(server: object) -> None:
    """Exclude everything loaded so far from garbage collection in the workers, which are forked
    next. Collecting it took a tenth of every page, and more of the one it happened in."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)  # a page makes thousands of objects that live as long as it
