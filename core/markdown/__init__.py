"""The one place where Markdown becomes HTML or plain text, and where HTML is made safe.

The source text is stored as typed. `render` and `to_plain_text` are used by pages, preview, mail,
search and feeds alike, so that sanitising cannot be forgotten at a call site. Everything that
shapes the output happens on the parser's tokens; the sanitiser always comes last.

Both have a bounded cost for every input: see `budget`.
"""

from __future__ import annotations

import hashlib
import html
import re
from functools import lru_cache

from django.core.cache import cache
from django.utils.safestring import SafeString, mark_safe

from core.markdown.budget import TooMuchWork, page_budget, page_was_short
from core.markdown.grammar import parse
from core.markdown.page import to_html
from core.markdown.plain import text_of
from core.markdown.sanitizer import to_safe_html

__all__ = [
    "MAX_LENGTH",
    "RENDERER_VERSION",
    "page_budget",
    "page_was_short",
    "render",
    "to_plain_text",
    "to_safe_html",
]

RENDERER_VERSION = 4  # raise it when the output changes: cached HTML of the old one is left behind
MAX_LENGTH = 1_000_000  # characters; longer text is shown as it was typed

_KEPT = 7 * 24 * 3600  # seconds
_TOO_MUCH = "This text has too much markup to be formatted. It is shown as it was typed."
_NOT_NOW = "This page has much text to format, and this part was left out. Reload to format it."


def render(text: str) -> SafeString:
    """Return Markdown `text` as sanitised HTML, cached by content.

    Text that costs too much to format is shown as it was typed, under a note that says so.
    """
    if not text.strip():
        return mark_safe("")
    digest = hashlib.blake2b(text.encode(errors="replace"), digest_size=20).hexdigest()
    key = f"markdown:{RENDERER_VERSION}:{digest}"
    markup = cache.get(key)
    if markup is None:
        markup = _rendered(text, key)
    return mark_safe(markup)  # noqa: S308 - sanitised by nh3 in `_rendered`, and nowhere else


def _rendered(text: str, key: str) -> str:
    if len(text) > MAX_LENGTH:
        return to_safe_html(_unformatted(text, _TOO_MUCH))
    try:
        markup, kept = to_safe_html(to_html(text)), _KEPT
    except TooMuchWork as too_much:
        if not too_much.is_final:
            return to_safe_html(_unformatted(text, _NOT_NOW))
        markup, kept = to_safe_html(_unformatted(text, _TOO_MUCH)), _KEPT
    cache.set(key, markup, timeout=kept)
    return markup


def _unformatted(text: str, note: str) -> str:
    return f'<p class="unformatted"><em>{note}</em></p><pre tabindex="0">{html.escape(text)}</pre>'


# Whatever could be markup, an address, or a character that rendering does not leave as it is.
_NOT_PROSE = re.compile(
    r"[\\`*_\[\]<&|~@\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]|[^\S \n]|//"
    r"|^[ >#+=:-]|^\d+[.)]| $",
    re.MULTILINE,
)


_SHORT = 10_000  # characters; of longer texts only the last few are kept in memory


def to_plain_text(text: str) -> str:
    """Return Markdown `text` as plain words, a paragraph a line, for mail, search and previews."""
    if len(text) <= MAX_LENGTH and not _NOT_PROSE.search(text):
        # Nearly all text: nothing to parse, and a save of any part asks this of every part.
        return re.sub(r"\n+", lambda gap: "\n" if len(gap[0]) > 1 else " ", text.strip("\n"))
    try:
        return _words_of_markup(text) if len(text) <= _SHORT else _words_of_long_markup(text)
    except TooMuchWork:  # as the page's budget is spent; another time it may not be
        return text.strip()


def _parsed_words(text: str) -> str:
    if len(text) > MAX_LENGTH:
        return text.strip()
    try:
        tokens, _ = parse(text)
    except TooMuchWork as too_much:
        if too_much.is_final:
            return text.strip()
        raise
    return text_of(tokens)


_words_of_markup = lru_cache(maxsize=512)(_parsed_words)
_words_of_long_markup = lru_cache(maxsize=8)(_parsed_words)  # a megabyte each at most
