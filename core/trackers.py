"""Links to external trackers: which one it is, and the key that people call the entry by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlsplit

_LONGEST_KEY = 80


@dataclass(frozen=True)
class Tracker:
    """A tracker entry that a link points to. `key` is such as `OPS-123`, `team/app#45` or empty."""

    name: str
    key: str = ""
    icon: str = "external-link"

    def __str__(self) -> str:
        return f"{self.name} {self.key}" if self.key else self.name


@dataclass(frozen=True)
class _Kind:
    """A kind of tracker: its name and icon, and where its keys stand in a path, or in
    which parameter where a list shows one entry beside it."""

    name: str
    icon: str
    key: re.Pattern[str] | None = None
    parameter: str = ""


_PART = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
_KEY = r"[A-Z][A-Z0-9_]{0,19}-[0-9]{1,9}"
_GITHUB = _Kind(
    "GitHub",
    "brand-github",
    re.compile(rf"/({_PART}/{_PART})/(?:issues|pull|discussions)/([0-9]{{1,9}})(?:/|\Z)"),
)
_GITLAB = _Kind(
    "GitLab",
    "brand-gitlab",
    re.compile(
        rf"/({_PART}(?:/{_PART})*)/(?:-/)?(?:issues|merge_requests|work_items)/([0-9]{{1,9}})(?:/|\Z)"
    ),
)
_JIRA = _Kind(
    "Jira",
    "ticket",
    re.compile(rf"(?:/{_PART})*/(?:browse|issues)/({_KEY})(?:/|\Z)"),
    parameter="selectedIssue",
)
_LINEAR = _Kind("Linear", "ticket", re.compile(rf"/{_PART}/issue/({_KEY})(?:/|\Z)"))
_BITBUCKET = _Kind(
    "Bitbucket",
    "brand-bitbucket",
    re.compile(rf"/({_PART}/{_PART})/(?:issues|pull-requests)/([0-9]{{1,9}})(?:/|\Z)"),
)
_BY_HOST = {
    "github.com": _GITHUB,
    "gitlab.com": _GITLAB,
    "linear.app": _LINEAR,
    "bitbucket.org": _BITBUCKET,
    "trello.com": _Kind("Trello", "brand-trello"),
    "app.asana.com": _Kind("Asana", "brand-asana"),
}
# A company's own, by how its name begins: jira.example.com, gitlab.example.com.
_BY_FIRST_LABEL = {"github": _GITHUB, "gitlab": _GITLAB, "jira": _JIRA}


def tracker_of(url: str) -> Tracker | None:
    """The tracker behind `url`, by its host where we do not know it; None where `url` is no web
    address, so nothing to link to."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    kind = _kind_of(host)
    return Tracker(kind.name, _key_in(kind, parts), kind.icon) if kind else Tracker(host)


def _kind_of(host: str) -> _Kind | None:
    if host in _BY_HOST:
        return _BY_HOST[host]
    if host.endswith(".atlassian.net"):
        return _JIRA
    first, _, rest = host.partition(".")
    # github.com.example.org only looks like somebody else's.
    is_disguised = any(host.startswith(f"{known}.") for known in _BY_HOST)
    return _BY_FIRST_LABEL.get(first) if "." in rest and not is_disguised else None


def _key_in(kind: _Kind, parts: SplitResult) -> str:
    found = kind.key.match(parts.path) if kind.key else None
    if found is None:
        beside = parse_qs(parts.query).get(kind.parameter, [""])[0] if kind.parameter else ""
        return beside if re.fullmatch(_KEY, beside) else ""
    key = ("!" if "/merge_requests/" in found[0] else "#").join(found.groups())
    return key if len(key) <= _LONGEST_KEY else ""
