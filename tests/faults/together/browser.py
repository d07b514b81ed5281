"""A browser tab at the protocol of docs/writing.md, as static/js/live_section.js follows it."""

from __future__ import annotations

import uuid
import zlib
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from core.merging import merge
from tests.faults.together.network import Answer, Network
from tests.faults.together.typist import Typist


class Broken(Exception):
    """The server answered what it never should."""


@dataclass
class Tab:
    """What a tab has in the browser's store."""

    base: int
    shadow: str
    tab: str = field(default_factory=lambda: str(uuid.uuid4()))
    seq: int = 0
    sent: dict[str, Any] | None = None


class Browser:
    """One person's browser, with a section open."""

    def __init__(self, typist: Typist, network: Network, page: str, section: int) -> None:
        self.typist = typist
        self.network = network
        self.page = page
        self.section = section
        self.address = f"{page}sections/{section}/live/"
        self.state = self._opened()
        self._saving: Future[Answer] | None = None
        self._polling: Future[Answer] | None = None
        self._saves = 0  # answered, by which an answer to an older poll is known
        self._polled_at = 0

    @property
    def is_saved(self) -> bool:
        return self.state.sent is None and self.typist.text == self.state.shadow

    def turn(self) -> None:
        """Take what has come, and send or ask when nothing is on its way."""
        if self._saving is not None and self._saving.done():
            answer, self._saving = self._saving.result(), None
            self._receive(answer)
        if self._polling is not None and self._polling.done():
            answer, self._polling = self._polling.result(), None
            self._hear(answer)
        if self._saving is None and (self.state.sent or not self.is_saved):
            self._saving = self.network.send(self.address, self._request())
        if self._polling is None:
            self._polled_at = self._saves
            versions = {str(self.section): self.state.base}
            question = {"tab": self.state.tab, "versions": versions, "revision": 0, "writing": True}
            self._polling = self.network.send(f"{self.page}live/", question)

    def reload(self) -> None:
        """Leave the page with whatever is on its way, and open it again.

        The new page saves what the old one left under the old one's number.
        """
        self._saving = self._polling = None
        left, typed = self.state, self.typist.text
        while left.sent or typed != left.shadow:
            self.state, self.typist.text = left, typed
            answer = self.network.send(self.address, self._request()).result()
            self._receive(answer)
            left, typed = self.state, self.typist.text
        self.state = self._opened()

    def stored(self) -> str:
        """Return the section's text as the server has it."""
        return self._asked()["text"]

    def _opened(self) -> Tab:
        section = self._asked()
        self.typist.text = section["text"]
        return Tab(section["version"], section["text"])

    def _asked(self) -> dict[str, Any]:
        while True:
            question = {"tab": str(uuid.uuid4()), "seq": 0, "text": None}
            answer = self.network.send(self.address, question).result()
            if answer.status == 200:
                return answer.body

    def _request(self) -> dict[str, Any]:
        state = self.state
        if state.sent is None:
            state.seq += 1
            state.sent = {
                **{"tab": state.tab, "seq": state.seq, "base": state.base},
                **{"sum": zlib.crc32(state.shadow.encode()), "text": self.typist.text},
            }
        return dict(state.sent)

    def _receive(self, answer: Answer) -> None:
        sent = self.state.sent
        if sent is None or answer.status in (0, 502, 503):
            return
        if answer.body.get("error") == "base_unknown" and "base_text" not in sent:
            sent["base_text"] = self.state.shadow
        elif answer.status == 200:
            if answer.body["seq"] != sent["seq"]:
                raise Broken(f"An answer to {answer.body['seq']} instead of {sent['seq']}.")
            text = sent["text"] if answer.body["text"] is None else answer.body["text"]
            self._rebase(sent["text"], text, answer.body["version"])
            self.state.sent = None
            self._saves += 1
        else:
            raise Broken(f"{answer.status} {answer.body}")

    def _hear(self, answer: Answer) -> None:
        if answer.status != 200 or self.state.sent or self._polled_at != self._saves:
            return
        for section in answer.body["sections"]:
            self._rebase(self.state.shadow, section["text"], section["version"])

    def _rebase(self, base: str, text: str, version: int) -> None:
        self.typist.text = merge(base, self.typist.text, text).text
        self.state.shadow, self.state.base = text, version
