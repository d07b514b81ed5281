"""Real receivers on loopback: a mail server, and services that take chat."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message as Mail
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from messaging import composing
from messaging.composing import Letter
from messaging.models import Message


def note_letter(message: Message, now: dt.datetime) -> Letter | None:
    """A letter about nothing in particular; none where the message is about something gone."""
    if message.about.get("gone"):
        return None
    return Letter(
        subject="2 overdue",
        text="Rotate the registry secret\nhttps://nt.example.com/action-items/1/",
        html="<p>Rotate the registry secret</p>",
        chat="- **[Rotate the secret](https://nt.example.com/action-items/1/)**, @everyone",
        url="https://nt.example.com/action-items/",
        unsubscribe_url="https://nt.example.com/unsubscribe/token/",
    )


@pytest.fixture(autouse=True)
def _note_topics() -> Iterator[None]:
    """Topics of these tests: a “note”, and a “bulletin”, each of which replaces the one before."""
    known = dict(composing._topics)
    composing.connect("note", note_letter, name="Note")
    composing.connect("bulletin", note_letter, name="Bulletin", replaces_earlier=True)
    yield
    composing._topics.clear()
    composing._topics.update(known)


# --- mail ---------------------------------------------------------------------------------------


@dataclass
class MailServer:
    """What a mail server took, and how it behaves: `answer` is what it says to a message."""

    answer: str = "250 taken"
    to_recipients: str = ""
    delay: float = 0
    dies: bool = False
    taken: list[Mail] = field(default_factory=list)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.to_recipients:
            return self.to_recipients
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(self.delay)
        if self.dies:
            server.transport.abort()
            return "421 dying"
        if self.answer.startswith("250"):
            self.taken.append(message_from_bytes(envelope.content))
        return self.answer


@pytest.fixture
def mail_server(settings) -> Iterator[MailServer]:
    """A mail server on loopback, which the product is set to use."""
    behaviour = MailServer()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(behaviour, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 2
    yield behaviour
    controller.stop()


# --- chat ---------------------------------------------------------------------------------------


@dataclass
class Posted:
    """One message as a service received it."""

    host: str
    path: str
    body: dict[str, Any]


@dataclass
class Receiver:
    """A service that takes chat: what it took, and how it answers, at some paths otherwise."""

    url: str = ""
    status: int = 200
    status_at: dict[str, int] = field(default_factory=dict)
    location: str = ""
    delay: float = 0
    posted: list[Posted] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver
    tls: ssl.SSLContext
    protocol_version = "HTTP/1.1"

    def do_CONNECT(self) -> None:
        """As a proxy: whatever host is asked for, that is us."""
        self.send_response(200)
        self.end_headers()
        self.connection = self.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.close_connection = False

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        host = self.headers["Host"].partition(":")[0]
        time.sleep(self.receiver.delay)
        self.receiver.posted.append(Posted(host, self.path, json.loads(body or b"{}")))
        self.send_response(self.receiver.status_at.get(self.path, self.receiver.status))
        if self.receiver.location:
            self.send_header("Location", self.receiver.location)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _serve(receiver: Receiver, tls: ssl.SSLContext | None = None) -> ThreadingHTTPServer:
    handler = type("Handler", (_Handler,), {"receiver": receiver, "tls": tls})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    return server


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    """A service on this machine, which an administrator has allowed."""
    settings.CHANNEL_PRIVATE_HOSTS = ["127.0.0.1"]
    found = Receiver()
    server = _serve(found)
    yield found
    server.shutdown()


@pytest.fixture
def internet(settings, monkeypatch, tmp_path) -> Iterator[Receiver]:
    """Slack, Teams and Discord, whose hosts are fixed: a proxy that is each of them itself, with a
    certificate for it that the machine trusts."""
    hosts = ("hooks.slack.com", "discord.com", "prod-1.westeurope.logic.azure.com")
    certificate = _certificate(tmp_path, hosts)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    found = Receiver()
    server = _serve(found, tls)
    monkeypatch.setenv("HTTPS_PROXY", found.url)
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    settings.CHANNEL_PRIVATE_HOSTS = ["127.0.0.1"]
    yield found
    server.shutdown()


def _certificate(folder: Path, hosts: tuple[str, ...]) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tests")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        # OpenSSL compares them with the machine's clock, whatever the clock of the tests shows.
        .not_valid_before(dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2100, 1, 1, tzinfo=dt.UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(h) for h in hosts]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path
