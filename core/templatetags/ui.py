"""The product's own parts of a page. Tones and icons live here, never in models."""

from __future__ import annotations

import html
from collections.abc import Hashable, Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Protocol

from django import template
from django.conf import settings
from django.forms import BoundField
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import markdown as core_markdown
from core import times

register = template.Library()

_KEPT = 1024  # pieces that a process keeps: rows of a kilobyte, and a few filter forms

# One tone per severity and risk, and one tone and icon per state, the same everywhere, always with
# the word beside it.
TONES = {
    "SEV1": "red",
    "SEV2": "amber",
    "SEV3": "blue",
    "low": "green",
    "medium": "amber",
    "high": "red",
    "review_due": "amber",
}
STATES = {
    "draft": ("quiet", "pencil"),
    "in_review": ("blue", "eye"),
    "published": ("green", "circle-check"),
    "not_required": ("quiet", "circle-minus"),
    "open": ("quiet", "circle"),
    "in_progress": ("blue", "progress"),
    "blocked": ("amber", "ban"),
    "done": ("green", "circle-check"),
    "wont_do": ("quiet", "circle-x"),
    "suggested": ("blue", "bulb"),
    "confirmed": ("green", "circle-check"),
    "dismissed": ("quiet", "circle-x"),
    "helped": ("green", "circle-check"),
    "partly": ("amber", "circle-dashed"),
    "did_not_help": ("quiet", "circle-x"),
    "failed": ("red", "alert-triangle"),
}


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, label: str = "") -> SafeString:
    """A Tabler icon from the sprite. With `label` it is read out; without, it is decoration."""
    href = f"{static('vendor/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', href)


@register.simple_tag
def drawn(template_name: str, row: Hashable, place: str = "") -> SafeString:
    """Render one row of a list. A row with the same content is rendered once, then cached.

    `row` holds, unchangeably, all that the template shows; the template is given `row` and `place`
    and nothing else, neither who asks nor the time. So nothing that is kept can be out of date,
    or be shown to somebody whose row would differ.
    """
    return (
        _redraw(template_name, row, place) if settings.DEBUG else _draw(template_name, row, place)
    )


def _redraw(template_name: str, row: Hashable, place: str) -> SafeString:
    return render_to_string(template_name, {"row": row, "place": place})


_draw = lru_cache(maxsize=_KEPT)(_redraw)


@register.simple_tag
def fixed(template_name: str) -> SafeString:
    """A part that looks the same on every page, for everybody: drawn once in each process."""
    return _redraw(template_name, None, "") if settings.DEBUG else _draw(template_name, None, "")


@register.simple_tag
def badge(value: str, text: str) -> SafeString:
    """A state as an icon and a word, or a severity or risk as a word on a tint.

    `value` is as stored, `text` what to show. What is not recorded is a dash.
    """
    if value == "unknown":
        return unset(text)
    if value in STATES:
        tone, name = STATES[value]
        return format_html('<span class="state state-{}">{}{}</span>', tone, icon(name), text)
    return format_html('<span class="badge badge-{}">{}</span>', TONES.get(value, "quiet"), text)


@register.simple_tag
def unset(text: str = times.NOT_RECORDED) -> SafeString:
    """Render a dash for a missing value; `text` is its tooltip, and its text for screen readers."""
    words = '<span class="visually-hidden">{}</span>'
    return format_html(
        f'<span class="unset" title="{{}}"><span aria-hidden="true">–</span>{words}</span>',
        text,
        text,
    )


class Piece(Protocol):
    """A part of a plain text, which may be one that was looked for."""

    @property
    def text(self) -> str: ...
    @property
    def marked(self) -> bool: ...


def marked(pieces: Iterable[Piece]) -> SafeString:
    """Pieces of plain text as one, those that were looked for marked."""
    return SafeString(
        "".join(
            f"<mark>{html.escape(piece.text)}</mark>" if piece.marked else html.escape(piece.text)
            for piece in pieces
        )
    )


def filled(shape: str, rows: Iterable[Iterable[str]]) -> SafeString:
    """`shape` once for each of many rows of plain texts. Django's own format_html_join asks of each
    text whether it is HTML already, which takes several times as long."""
    return SafeString("".join(shape.format(*map(html.escape, row)) for row in rows))


def line(parts: Iterable[str]) -> SafeString:
    """Parts of a line as one: HTML as it stands, plain text in an element of its own, and of
    nothing, nothing."""
    return SafeString(
        "".join(
            part if isinstance(part, SafeString) else f"<span>{html.escape(part)}</span>"
            for part in parts
            if part
        )
    )


@register.filter
def markdown(text: str) -> SafeString:
    """Markdown as sanitised HTML."""
    return core_markdown.render(text)


@register.filter
def control(field: BoundField) -> SafeString:
    """A form field's control in the product's looks, whichever form it comes from."""
    widget = field.field.widget
    looks = {"checkbox": "form-check-input", "radio": "form-check-input", "select": "form-select"}
    name = looks.get(getattr(widget, "input_type", ""), "form-control")
    given = widget.attrs.get("class", "")
    if not given and field.errors:
        name += " is-invalid"
    return field.as_widget(attrs={"class": given or name})


@register.filter
def counted(count: int, noun: str) -> str:
    """A number with its noun: “1 incident”, “1,204 incidents”."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


@register.filter
def percent(share: float | None) -> str:
    """A share from 0 to 1 in words: “83 %”; “not recorded” for None."""
    return times.NOT_RECORDED if share is None else f"{share:.0%}".replace("%", " %")


@register.simple_tag
def moment(value: datetime | None) -> SafeString | str:
    """A moment in the reader's zone, with the exact time and zone on hover."""
    if value is None:
        return times.NOT_RECORDED
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        times.exact_moment(local),
        times.moment(local),
    )


@register.simple_tag
def day(value: date | None) -> SafeString | str:
    """A day, written out."""
    if value is None:
        return times.NOT_RECORDED
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), times.day(value))


# The same as plain text, for mails, cells and sentences: `{{ due_on|as_day }}`.
register.filter("as_day", times.day)
register.filter("as_long_day", times.long_day)
register.filter("as_weekday", times.weekday)
register.filter("as_short_weekday", times.short_weekday)
register.filter("as_month", times.month)
register.filter("as_days", times.days)
register.filter("as_duration", times.duration)
register.filter("as_hour", times.whole_hour)


@register.filter
def as_iso_day(value: date | None) -> str:
    """A day as the value of a date field; empty for None."""
    return value.isoformat() if value else ""


@register.simple_block_tag
def card(content: str, title: str = "", heading: str = "h2", extra: str = "") -> SafeString:
    """A card, with a title where one is given."""
    head = (
        format_html(
            '<div class="card-header"><{} class="card-title">{}</{}></div>', heading, title, heading
        )
        if title
        else ""
    )
    return format_html(
        '<section class="card {}">{}<div class="card-body">{}</div></section>', extra, head, content
    )


@register.simple_block_tag
def empty_state(content: str, title: str, symbol: str = "mood-smile") -> SafeString:
    """Render the reason for an empty list; the block says what to do about it."""
    return format_html(
        '<div class="empty"><div class="empty-icon">{}</div><p class="empty-title">{}</p>'
        '<div class="empty-subtitle text-secondary">{}</div></div>',
        icon(symbol),
        title,
        content,
    )
