"""A network that loses requests and answers, sends some twice, and delivers many late."""

from __future__ import annotations

import random
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import requests

TIMEOUT = 20


@dataclass
class Answer:
    """A status, 0 where nothing came back, and what was answered."""

    status: int = 0
    body: dict[str, Any] = field(default_factory=dict)


NOTHING = Answer()


class Network:
    """One browser's way to the server. `is_calm` makes it work as it should."""

    def __init__(self, site: str, session: requests.Session, chance: random.Random) -> None:
        self.site = site
        self.session = session
        self.chance = chance
        self.is_calm = False
        self.happened: Counter[str] = Counter()
        self._pool = ThreadPoolExecutor(4)

    def send(self, address: str, body: dict[str, Any]) -> Future[Answer]:
        """Send a request; the future is an answer, or NOTHING after a while."""
        if self.is_calm:
            return self._pool.submit(self._ask, address, body, 0.0, 0.0)
        draw = self.chance.random()
        late = [0.0, 0.0, 0.0, 0.02, 0.1, 0.4, 1.2]
        before, after = self.chance.choice(late), self.chance.choice(late)
        if draw < 0.1:
            self.happened["request lost"] += 1
            return self._pool.submit(self._lose, after)
        if draw < 0.2:
            self.happened["sent twice"] += 1
            self._pool.submit(self._ask, address, dict(body), self.chance.uniform(0, 2.5), 0.0)
        asked = self._pool.submit(self._ask, address, body, before, after)
        if draw > 0.9:
            self.happened["answer lost"] += 1
            return self._pool.submit(self._lose, after, asked)
        return asked

    def close(self) -> None:
        self._pool.shutdown()

    def _lose(self, after: float, asked: Future[Answer] | None = None) -> Answer:
        if asked is not None:
            asked.result()
        time.sleep(after)
        return NOTHING

    def _ask(self, address: str, body: dict[str, Any], before: float, after: float) -> Answer:
        time.sleep(before)
        try:
            answered = self.session.post(
                self.site + address,
                json=body,
                timeout=TIMEOUT,
                headers={
                    "Accept": "application/json",
                    "X-Requested-With": "XMLHttpRequest",
                    "X-CSRFToken": self.session.cookies.get("csrftoken", ""),
                },
                allow_redirects=False,
            )
            read = answered.json()
        except (requests.RequestException, ValueError):
            self.happened["server away"] += 1
            return NOTHING
        self.happened[f"{answered.status_code} {read.get('error', '')}".strip()] += 1
        time.sleep(after)
        return Answer(answered.status_code, read)
