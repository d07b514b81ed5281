"""Messages as chat, through Apprise."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import apprise
from django.conf import settings

from core.errors import DomainError
from messaging import guard, sealing
from messaging.composing import Letter
from messaging.models import Channel, ChannelKind

# No redirects: what an address answers with must not send our words, or us, elsewhere.
# No pictures: they would be fetched from a stranger's site wherever the message is read.
_asset = apprise.AppriseAsset(
    app_id="Nevertwice",
    app_desc="Postmortems and action items",
    app_url=settings.SITE_URL,
    http_redirects=False,
    image_url_mask="",
)

# The hosts at which these services take messages.
_HOSTS = {
    ChannelKind.SLACK: re.compile(r"hooks\.slack(-gov)?\.com"),
    ChannelKind.MSTEAMS: re.compile(r"[\w.-]+\.(logic\.azure\.com|api\.powerplatform\.com)"),
    ChannelKind.DISCORD: re.compile(r"(\w+\.)?discord(app)?\.com"),
}
# How many characters these take in one message, which is more than Apprise believes: Discord in an
# embed, Mattermost since 5.0; Teams takes 28 kB with all that is around them.
_ROOM = {ChannelKind.DISCORD: 4_000, ChannelKind.MATTERMOST: 16_000, ChannelKind.MSTEAMS: 8_000}
_AROUND = 60  # characters that a service’s own heading may take besides the title
# What an administrator may use besides: services on the network. Nothing that opens files, runs
# programs or speaks to devices of this machine.
OTHER_SCHEMES = frozenset(
    {
        *("gchat", "gotify", "gotifys", "matrix", "matrixs", "ntfy", "ntfys", "opsgenie"),
        *("pagerduty", "pover", "rocket", "rockets", "ryver", "signal", "signals", "tgram"),
        *("twist", "wxteams", "zulip", "guilded", "revolt", "lark", "feishu", "dingtalk"),
    }
)
_EXAMPLES = {
    ChannelKind.SLACK: "https://hooks.slack.com/services/…/…/…",
    ChannelKind.MSTEAMS: "https://….logic.azure.com/workflows/…",
    ChannelKind.MATTERMOST: "https://chat.example.com/hooks/…",
    ChannelKind.DISCORD: "https://discord.com/api/webhooks/…/…",
    ChannelKind.WEBHOOK: "https://example.com/where/to/post",
    ChannelKind.OTHER: "ntfys://ntfy.example.com/topic",
}


class BadAddress(DomainError):
    """Raised for text that is no address of this kind."""


class ChannelFailed(DomainError):
    """A channel did not take a message."""

    def __init__(self, reason: str, *, is_permanent: bool = False) -> None:
        super().__init__(reason)
        self.is_permanent = is_permanent


def checked(kind: str, typed: str) -> str:
    """The address that somebody typed, as Apprise writes it, to be kept.

    Raises BadAddress, which does not repeat the address: it is a secret; and PrivateAddress for
    one to which we would not connect.
    """
    kind = ChannelKind(kind)
    address = _translated(kind, typed.strip())
    with _listening():  # what it says about a bad address repeats the address
        if address is None or apprise.Apprise.instantiate(address, asset=_asset) is None:
            raise BadAddress(
                f"This is no address that {kind.label} gives. One looks like {_EXAMPLES[kind]}"
            )
    if machine := _machine_in(kind, typed.strip()):
        guard.require_public(machine)
    return address


def _machine_in(kind: ChannelKind, typed: str) -> str:
    """The host that this address names; empty where it is one of a known service, or may be no
    host: in the addresses of other services names and secrets stand in its place."""
    host = urlsplit(typed).hostname or ""
    is_host = kind != ChannelKind.OTHER or "." in host or ":" in host or host == "localhost"
    return host if is_host and kind not in _HOSTS else ""


def _translated(kind: ChannelKind, typed: str) -> str | None:
    try:
        parts = urlsplit(typed)
        host = parts.hostname or ""
        _ = parts.port  # raises where it is no number
    except ValueError:
        return None
    if kind == ChannelKind.OTHER:
        return typed if parts.scheme in OTHER_SCHEMES else None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    if kind in _HOSTS:
        is_theirs = parts.scheme == "https" and _HOSTS[kind].fullmatch(host)
        return f"{typed}{'&' if parts.query else '?'}format=markdown" if is_theirs else None
    secure = "s" if parts.scheme == "https" else ""
    if kind == ChannelKind.MATTERMOST:
        path, hooks, token = parts.path.rstrip("/").rpartition("/hooks/")
        address = urlunsplit((f"mmost{secure}", parts.netloc, f"{path}/{token}", "", ""))
        return f"{address}?format=markdown" if hooks and token else None
    # Apprise takes parameters of its own from the query; those to pass on begin with a hyphen.
    passed_on = urlencode({f"-{name}": value for name, value in parse_qsl(parts.query)})
    return urlunsplit((f"json{secure}", parts.netloc, parts.path, passed_on, ""))


def hint_of(typed: str) -> str:
    """Return the part of an address that may be shown: its host, and the end of a long secret."""
    parts = urlsplit(typed.strip())
    ends = f" …{parts.path[-4:]}" if len(parts.path) > 32 and not parts.query else ""
    return f"{parts.hostname or ''}{ends}"[:100]


def send(channel: Channel, letter: Letter) -> None:
    """Say `letter` in this channel.

    Raises ChannelFailed with the reason, PrivateAddress for an address that we must not connect
    to, and SealBroken where the address can no longer be read.
    """
    service = apprise.Apprise(asset=_asset)
    with _listening() as heard, guard.public_addresses_only():
        if not service.add(sealing.unseal(channel.sealed_address)):
            raise ChannelFailed("The address is no longer valid.", is_permanent=True)
        is_markdown = channel.kind not in {ChannelKind.WEBHOOK, ChannelKind.OTHER}
        taken = all(
            service.notify(
                title=title,
                body=body,
                body_format=apprise.NotifyFormat.MARKDOWN if is_markdown else None,
            )
            for title, body in _in_parts(service[0], channel, letter, is_markdown)
        )
    if not taken:
        raise _failure(" ".join(heard))


def _in_parts(
    plugin: apprise.NotifyBase, channel: Channel, letter: Letter, is_markdown: bool
) -> Iterator[tuple[str, str]]:
    """Title and text of each message that the letter needs, the first one with its subject.

    It is cut between paragraphs: what may be done about something stays with what it is.
    """
    plugin.body_maxlen = _ROOM.get(ChannelKind(channel.kind), plugin.body_maxlen)
    plugin.overflow_mode = apprise.OverflowMode.SPLIT  # a paragraph that is too long by itself
    title, text = letter.subject, letter.chat if is_markdown else letter.text
    if is_markdown:
        title, text = _quiet(title), _quiet(text)
    room = plugin.body_maxlen - len(title) - _AROUND
    part = ""
    for paragraph in text.strip().split("\n\n"):
        if part and len(part) + len(paragraph) + 2 > room:
            yield title, part
            title = part = ""
        part = f"{part}\n\n{paragraph}" if part else paragraph
    yield title, part


def _quiet(text: str) -> str:
    """The text with nobody called by it: “@everyone” in a title must not ring everyone’s phone."""
    return text.replace("@", "@\u200b")


def _failure(said: str) -> ChannelFailed:
    """Return Apprise's error as a sentence of ours, since its own text may contain the address."""
    found = re.search(r"error=(\d{3})", said)
    status = int(found[1]) if found else 0
    if status in {404, 410}:
        return ChannelFailed(
            f"The address is gone (it answered {status}). Create a new one.", is_permanent=True
        )
    if status in {401, 403}:
        return ChannelFailed(f"The service refuses us (it answered {status}).", is_permanent=True)
    if status == 429:
        return ChannelFailed("The service accepts no more messages for now (it answered 429).")
    if 300 <= status < 500:
        return ChannelFailed(f"The service answered {status}.", is_permanent=status != 408)
    if status:
        return ChannelFailed(f"The service has a problem (it answered {status}).")
    return ChannelFailed("The service cannot be reached, or did not answer in time.")


# What is wrong with a channel, rather than with what was to be said in it.
TROUBLES = (ChannelFailed, guard.PrivateAddress, sealing.SealBroken)


def is_permanent(error: Exception) -> bool:
    """Tell whether every later attempt would fail with this address."""
    gone = isinstance(error, ChannelFailed) and error.is_permanent
    return gone or isinstance(error, guard.PrivateAddress | sealing.SealBroken)


class _Listener(logging.Handler):
    """Hears what Apprise says, in whichever thread it works for us."""

    def emit(self, record: logging.LogRecord) -> None:
        if (heard := _heard.get()) is not None:
            heard.append(record.getMessage())


_heard: ContextVar[list[str] | None] = ContextVar("heard", default=None)
logging.getLogger("apprise").addHandler(_Listener(logging.WARNING))


@contextmanager
def _listening() -> Iterator[list[str]]:
    """Collect what Apprise logs meanwhile. It reports failures in its log only; the settings
    keep that log from going anywhere, since it names addresses."""
    heard: list[str] = []
    before = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(before)
