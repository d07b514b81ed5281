"""One person in a browser who writes, waits, and looks again when an answer does not come."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import requests

from tests.safety.forms import Form, forms

PATIENCE = 60  # seconds to wait for a server that is starting again
TIMEOUT = 30


@dataclass
class Written:
    """The words that were sent: those that the server said are saved, and those it left open."""

    saved: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Unreachable(Exception):
    """The server did not answer, or is not ready: nothing is known about the last request."""


class Writer(threading.Thread):
    """Adds words of its own to texts that others write in at the same time."""

    def __init__(
        self, name: str, site: str, link: str, pages: list[str], *, seed: int, until: float
    ) -> None:
        super().__init__(name=name, daemon=True)
        self.written = Written()
        self._site, self._link, self._pages, self._until = site, link, pages, until
        self._chance = random.Random(f"{seed} {name}")
        self._session = requests.Session()
        self._number = 0

    def run(self) -> None:
        self._sign_in()
        while time.monotonic() < self._until:
            self._number += 1
            word = f"{self.name}x{self._number:05}"
            edits = self._chance.random() < 0.8
            self._write(word, self._chance.choice(self._pages), self._edit if edits else self._add)
            time.sleep(self._chance.uniform(0.05, 0.8))

    def _sign_in(self) -> None:
        [form] = self._forms(self._link)
        self._post(form, form.filled())

    def _write(self, word: str, page: str, how: Callable[[str, str], int]) -> None:
        """Write until the server says that it is saved; after a missing answer look first."""
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            try:
                status = how(word, page)
            except Unreachable:
                time.sleep(self._chance.uniform(0.2, 1.0))
                if self._is_there(word, page):
                    self.written.saved.append(word)
                    return
                continue
            if status in (302, 200):
                self.written.saved.append(word)
                return
            if status not in (409, 422):
                self.written.errors.append(f"{page}: {status}")
        self.written.open.append(word)

    def _edit(self, word: str, page: str) -> int:
        """Put a word somewhere into the section, where others may be writing."""
        address = self._chance.choice(self._edit_addresses(page))
        form = self._form_of(address, "body")
        words = dict(form.fields)["body"].split(" ")
        words.insert(self._chance.randint(0, len(words)), word)
        time.sleep(self._chance.uniform(0, 1.0))  # meanwhile others save
        return self._post(form, form.filled(body=" ".join(words).encode()))

    def _add(self, word: str, page: str) -> int:
        """Add an event to the timeline."""
        form = self._form_of(f"{page}timeline/new/", "text")
        return self._post(form, form.filled(text=word.encode()))

    def _edit_addresses(self, page: str) -> list[str]:
        return sorted(set(re.findall(rf"{page}sections/\d+/edit/", self._get(page))))

    def _form_of(self, address: str, name: str) -> Form:
        found = [form for form in self._forms(address) if name in form.names]
        if not found:
            raise Unreachable(address)
        return found[0]

    def _is_there(self, word: str, page: str) -> bool:
        while True:
            try:
                return word in self._get(page)
            except Unreachable:
                time.sleep(0.5)

    def _forms(self, address: str) -> list[Form]:
        return list(forms(self._get(address), address.removeprefix(self._site)))

    def _get(self, address: str) -> str:
        address = address.removeprefix(self._site)
        answer = self._ask("get", address)
        if answer.status_code != 200:
            raise Unreachable(f"{address}: {answer.status_code}")
        return answer.text

    def _post(self, form: Form, body: bytes) -> int:
        status = self._ask(
            "post",
            form.address,
            data=body,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Referer": self._site},
            allow_redirects=False,
        ).status_code
        if status in (500, 502, 503, 504):
            raise Unreachable(f"{form.address}: {status}")
        return status

    def _ask(self, method: str, address: str, **how: object) -> requests.Response:
        try:
            answer = self._session.request(method, self._site + address, timeout=TIMEOUT, **how)
        except requests.RequestException as error:
            raise Unreachable(str(error)) from error
        if answer.status_code == 500:
            self.written.errors.append(f"{method} {address}: 500")
        return answer
