"""Those whom the product speaks to: a mail server and a chat service that keep all they hear."""

from __future__ import annotations

import asyncio
import html
import json
import re
import socket
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller

_A_MOMENT = 0.004  # seconds before and after a mail is taken, for a kill to hit
_NEW_UNTIL = re.compile(r"\nYOU WERE REMINDED OF TH|\n-- ?\n")
_ITEM = re.compile(r"/action-items/(\d+)/")
# By its title or its reference: words that no signed address can hold, made by chance as they are.
_INCIDENT = re.compile(r".{0,60}?(?:‹inc (\d+)›|(?<![\w:-])INC-(\d+)(?![\w-]))")
_MORE = re.compile(r"And \d+ more")


_SUMMARY = re.compile(r"<weekly_summary\.|Team \d+: ")  # by mail, or by chat


@dataclass(frozen=True)
class Heard:
    """One message as it arrived: to which person, when by the simulated clock, and what it names.

    `name` is the Message-ID of a mail, and what a chat post says; `incidents` are those named, with
    the words that did.
    """

    person: int
    name: str
    at: datetime
    is_digest: bool
    new: frozenset[int]
    incidents: Mapping[int, str]
    is_cut: bool


@dataclass
class Listeners:
    """`failing` are people whose chat answers 500, `gone` those whose chat answers 410."""

    now: datetime
    heard: list[Heard] = field(default_factory=list)
    failing: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    refused: int = 0
    mail_url: str = ""
    chat_port: int = 0

    def start(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self._mail = Controller(self, hostname="127.0.0.1", port=port)
        self._mail.start()
        self.mail_url = f"smtp://127.0.0.1:{port}"
        self._chat = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.chat_port = self._chat.server_port
        threading.Thread(target=self._chat.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._mail.stop()
        self._chat.shutdown()

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(_A_MOMENT)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
        for to in envelope.rcpt_tos:
            number = int(to.removeprefix("person").partition("@")[0])
            self._hear(
                number, str(mail["Message-ID"]).strip(), parts[0], [*parts, str(mail["Subject"])]
            )
        await asyncio.sleep(_A_MOMENT)
        return "250 taken"

    def take_post(self, number: int, body: bytes) -> int:
        """Which status a post is answered with."""
        if number in self.gone or number in self.failing:
            self.refused += 1
            return 410 if number in self.gone else 500
        said = json.loads(body)
        text = f"{said['title']}\n{said['message']}"
        self._hear(number, text, text, [text])
        return 200

    def _hear(self, person: int, name: str, text: str, all_of_it: list[str]) -> None:
        new = _NEW_UNTIL.split(text)[0]
        self.heard.append(
            Heard(
                person,
                name,
                self.now,
                is_digest=_SUMMARY.match(name) is None,
                new=frozenset(map(int, _ITEM.findall(new))),
                incidents=incidents_in(all_of_it),
                is_cut=bool(_MORE.search(text)),
            )
        )


def incidents_in(parts: Iterable[str]) -> dict[int, str]:
    """The numbers of the incidents that these name, each with the words that do."""
    found = (match for part in parts for match in _INCIDENT.finditer(html.unescape(part)))
    return {int(match[1] or match[2]): match[0] for match in found}


def _handler(listeners: Listeners) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(listeners.take_post(int(self.path.strip("/")), body))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
