"""Front matter of a postmortem's file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import CharField

from core import times
from core.exchange import front_matter
from core.exchange.front_matter import FrontMatter
from core.text import clean_markdown
from incidents.exchange.documents import ParsedPostmortem, ParsedSource
from incidents.exchange.times import NotATime, read_day, read_moment, write_moment
from incidents.models import (
    Environment,
    Incident,
    IncidentRole,
    PostmortemStatus,
    Service,
    Severity,
    Tag,
    Visibility,
)

FORMAT = "nevertwice/incident/1"
_MAX_NUMBER = 2**31 - 1
_is_url = URLValidator()


def write_header(document: ParsedPostmortem) -> str:
    """Return the front matter of `document`."""
    source = document.source
    return front_matter.dump(
        {
            "format": FORMAT,
            "reference": document.reference or "",
            "title": document.title,
            "status": document.status,
            "not_required_reason": document.not_required_reason,
            "severity": document.severity,
            "environment": document.environment,
            "time_zone": document.time_zone or "unknown",
            "visibility": document.visibility,
            "owner": document.owner,
            "roles": _by_role(document.roles),
            "readers": list(document.readers),
            "reader_teams": list(document.reader_teams),
            "services": list(document.services),
            "tags": list(document.tags),
            "source": {
                "author": source.author,
                "publication": source.publication,
                "url": source.url,
                "published_on": source.published_on.isoformat() if source.published_on else "",
            },
            "published_at": write_moment(document.published_at) if document.published_at else "",
        }
    )


def _by_role(roles: Iterable[tuple[str, str]]) -> dict[str, str | list[str]]:
    found: dict[str, list[str]] = {}
    for role, username in roles:
        found.setdefault(role, []).append(username)
    return dict(found)


def read_header(matter: FrontMatter, *, title_else: str = "") -> dict[str, Any]:
    """Return the values of the front matter as arguments of ParsedPostmortem; note wrong values.

    `time_zone` is None if the key is missing.
    """
    matter.has("format")
    problems = matter.problems
    status = _choice(matter, "status", PostmortemStatus, PostmortemStatus.DRAFT)
    reason = clean_markdown(matter.raw("not_required_reason"))
    if status == PostmortemStatus.NOT_REQUIRED and not reason:
        problems.error(matter.line_of("status"), "“not_required” needs a “not_required_reason”.")
    published_at = _moment(matter, "published_at")
    if status == PostmortemStatus.PUBLISHED and published_at is None:
        problems.error(matter.line_of("status"), "“published” needs a “published_at”.")
    title = matter.text("title") or title_else
    if not title:
        problems.error(matter.line, "The title is missing: add “title: …” to the front matter.")
    fields = {
        "number": _number(matter),
        "title": within(title, Incident, "title", matter, "title"),
        "status": status,
        "not_required_reason": reason,
        "severity": _choice(matter, "severity", Severity, Severity.UNKNOWN),
        "environment": _choice(matter, "environment", Environment, Environment.UNKNOWN),
        "time_zone": _time_zone(matter),
        "visibility": _visibility(matter),
        "owner": matter.text("owner"),
        "roles": _roles(matter),
        "readers": tuple(sorted(matter.texts("readers"))),
        "reader_teams": tuple(sorted(matter.texts("reader_teams"))),
        "services": _names(matter, "services", Service),
        "tags": _names(matter, "tags", Tag),
        "source": _source(matter),
        "published_at": published_at,
    }
    matter.keep_unknown_keys()
    matter.keep_comments()
    return fields


def within(text: str, model: Any, field: str, matter: FrontMatter, key: str) -> str:
    """Return `text`; note a problem if it is longer than the model's field allows."""
    limit = limit_of(model, field)
    if len(text) > limit:
        matter.problems.error(
            matter.line_of(key), f"“{key}” is {len(text)} characters long; at most {limit} fit."
        )
    return text


def limit_of(model: Any, field: str) -> int:
    found = model._meta.get_field(field)
    assert isinstance(found, CharField)  # noqa: S101 - a programming error otherwise
    return found.max_length or 0


def _choice(matter: FrontMatter, key: str, choices: type[Enum], default: Enum) -> str:
    written = matter.text(key)
    for choice in choices:
        if written.casefold() == str(choice.value).casefold():
            return str(choice.value)
    if written:
        what = key.replace("_", " ")
        allowed = ", ".join(str(choice.value) for choice in choices)
        matter.problems.error(
            matter.line_of(key),
            f"“{written}” is not a valid {what}; use one of: {allowed}.",
        )
    return str(default.value)


def _visibility(matter: FrontMatter) -> str:
    """Return the visibility; restricted if the key is repeated and any of its values is."""
    repeated = [value.content for value in matter.repeated.get("visibility", [])]
    if Visibility.RESTRICTED.value in repeated:
        return Visibility.RESTRICTED.value
    return _choice(matter, "visibility", Visibility, Visibility.INTERNAL)


def _number(matter: FrontMatter) -> int | None:
    written = matter.text("reference")
    if not written:
        return None
    match = re.fullmatch(r"INC-([1-9][0-9]{0,9})", written, re.IGNORECASE)
    if match and int(match[1]) <= _MAX_NUMBER:
        return int(match[1])
    matter.problems.error(
        matter.line_of("reference"), f"“{written}” is not a reference; write one such as INC-12."
    )
    return None


def _time_zone(matter: FrontMatter) -> str | None:
    written = matter.text("time_zone")
    if not written:
        return None
    if written == "unknown":
        return ""
    zone = times.canonical_zone(written)
    if zone is None:
        hint = "If the source does not say, write unknown."
        problem = f"{times.no_such_zone(written)} {hint}"
        matter.problems.error(matter.line_of("time_zone"), problem)
        return ""
    return zone


def _roles(matter: FrontMatter) -> tuple[tuple[str, str], ...]:
    roles = matter.mapping("roles")
    found = []
    for role in roles.values:
        if role not in IncidentRole.Role.values:
            allowed = ", ".join(IncidentRole.Role.values)
            matter.problems.error(
                roles.line_of(role), f"“{role}” is not a role; use one of: {allowed}."
            )
        found += [(role, username) for username in roles.texts(role)]
    return tuple(sorted(found))


def _names(matter: FrontMatter, key: str, model: Any) -> tuple[str, ...]:
    names = matter.texts(key)
    for name in names:
        within(name, model, "name", matter, key)
    return tuple(sorted(names))


def _source(matter: FrontMatter) -> ParsedSource:
    source = matter.mapping("source")
    url = source.text("url")
    if url:
        within(url, Incident, "source_url", source, "url")
        if not is_url(url):
            source.problems.error(source.line_of("url"), f"“{url}” is not a web address.")
    parsed = ParsedSource(
        author=within(source.text("author"), Incident, "source_author", source, "author"),
        publication=within(
            source.text("publication"), Incident, "source_publication", source, "publication"
        ),
        url=url,
        published_on=_day(source, "published_on"),
    )
    source.keep_unknown_keys()
    return parsed


def is_url(text: str) -> bool:
    try:
        _is_url(text)
    except ValidationError:
        return False
    return True


def _day(matter: FrontMatter, key: str) -> date | None:
    try:
        return read_day(matter.text(key)) if matter.has(key) else None
    except NotATime as error:
        matter.problems.error(matter.line_of(key), str(error))
        return None


def _moment(matter: FrontMatter, key: str) -> datetime | None:
    try:
        return read_moment(matter.text(key)) if matter.has(key) else None
    except NotATime as error:
        matter.problems.error(matter.line_of(key), str(error))
        return None
