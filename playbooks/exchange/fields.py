"""Reading the front matter that patterns and playbooks share."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db.models import CharField

from core.exchange import front_matter
from core.exchange.front_matter import FrontMatter
from core.exchange.problems import Problems
from core.exchange.structure import Passage
from core.text import one_line

_YES_OR_NO = {"yes": True, "true": True, "no": False, "false": False}


def opened(text: str, expected: str, problems: Problems) -> tuple[FrontMatter | None, Passage]:
    """The front matter and the rest of a file whose format must be `expected`."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    source, body = front_matter.split(text)
    if source is None:
        problems.error(1, "The front matter between two lines “---” is missing.")
        return None, body
    matter = front_matter.read(source, problems)
    if matter is None:
        problems.error(2, "The front matter must be lines of “key: value”.")
        return None, body
    if matter.text("format") != expected:
        problems.error(
            matter.line_of("format"),
            f"The format “{matter.text('format')}” cannot be read here; it reads {expected}.",
        )
        return None, body
    return matter, body


def leave_out_unknown(matter: FrontMatter) -> None:
    """Warn of everything in the front matter that nobody asked for, with its text."""
    matter.keep_unknown_keys("it was left out")
    matter.keep_comments()
    for entry in matter.unread:
        matter.problems.warn(entry.line, f"Left out: “{one_line(entry.raw)}”.")


def required(matter: FrontMatter, key: str, model: Any, field: str) -> str:
    """The text under `key`, with a problem noted where it is missing or too long."""
    text = matter.text(key)
    if not text:
        matter.problems.error(matter.line_of(key), f"“{key}” is missing.")
    return within(text, matter, key, model, field)


def slug(matter: FrontMatter, model: Any) -> str:
    text = required(matter, "slug", model, "slug")
    try:
        if text:
            validate_slug(text)
    except ValidationError:
        matter.problems.error(
            matter.line_of("slug"), f"“{text}” is not a slug: use letters, digits and hyphens."
        )
    return text


def archived(matter: FrontMatter) -> bool | None:
    """Return whether the file says that it is archived; None where it does not say."""
    written = matter.text("archived").casefold()
    if written and written not in _YES_OR_NO:
        matter.problems.error(matter.line_of("archived"), "“archived” is yes or no.")
    return _YES_OR_NO.get(written)


def within(text: str, matter: FrontMatter, key: str, model: Any, field: str) -> str:
    limit = limit_of(model, field)
    if limit and len(text) > limit:
        matter.problems.error(
            matter.line_of(key), f"“{key}” is {len(text)} characters long; at most {limit} fit."
        )
    return text


def limit_of(model: Any, field: str) -> int:
    """Return the maximum length of the model's field, in characters."""
    found = model._meta.get_field(field)
    return found.max_length or 0 if isinstance(found, CharField) else 0
