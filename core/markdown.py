"""The one place where Markdown becomes HTML, and where HTML is made safe.

The source text is stored as typed. `render` is used by pages, preview, mail and API alike, so
sanitising cannot be forgotten at a call site.
"""

from __future__ import annotations

import hashlib
import re

import nh3
from django.core.cache import cache
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

RENDERER_VERSION = 1  # raise it when the output changes: cached HTML of the old one is left behind

_TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "details", "div", "dl"),
    *(
        "dt",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "input",
        "ins",
        "kbd",
        "li",
    ),
    *("mark", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strong", "sub"),
    *("summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"),
}
_ATTRIBUTES = {
    "a": {"href", "title", "id", "class"},
    "abbr": {"title"},
    "code": {"class"},
    "details": {"open"},
    "h1": {"id"},
    "h2": {"id"},
    "h3": {"id"},
    "h4": {"id"},
    "h5": {"id"},
    "h6": {"id"},
    "img": {"src", "alt", "title"},
    "input": {"type", "checked", "disabled", "class"},
    "li": {"id", "class"},
    "ol": {"start", "class"},
    "section": {"class"},
    "sup": {"class"},
    "td": {"align"},
    "th": {"align"},
    "ul": {"class"},
}
_CLASSES = re.compile(
    r"^(language-[\w+#-]+|footnote[\w-]*|task-list-item[\w-]*|contains-task-list)$"
)
_ALIGN = re.compile(r"text-align:\s*(left|right|center)")


def _attribute_filter(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "class":
        return " ".join(name for name in value.split() if _CLASSES.match(name)) or None
    if tag == "input" and attribute == "type":
        return "checkbox" if value == "checkbox" else None
    if tag == "img" and attribute == "src":
        # Only our own uploads: an outside image would tell its host who reads the postmortem.
        return value if value.startswith("/") and not value.startswith("//") else None
    return value


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"linkify": True, "html": True, "typographer": False})
    parser.enable(["table", "strikethrough", "linkify"])
    parser.use(footnote_plugin).use(deflist_plugin).use(tasklists_plugin)
    return parser


_PARSER = _parser()


def to_safe_html(html: str) -> str:
    """`html` with every tag, attribute and address removed that is not on our short list."""
    return nh3.clean(
        _ALIGN.sub(r"\1", html.replace(' style="text-align:', ' align="text-align:')),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute_filter,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        id_prefix="md-",
        strip_comments=True,
    )


def render(text: str) -> SafeString:
    """Markdown `text` as sanitised HTML. The same text is rendered once, then cached by content."""
    if not text.strip():
        return mark_safe("")
    digest = hashlib.blake2b(text.encode(), digest_size=20).hexdigest()
    key = f"markdown:{RENDERER_VERSION}:{digest}"
    html = cache.get(key)
    if html is None:
        html = to_safe_html(_PARSER.render(text))
        cache.set(key, html, timeout=7 * 24 * 3600)
    return mark_safe(html)  # noqa: S308 - sanitised by nh3 just above, and nowhere else


def to_plain_text(text: str) -> str:
    """Markdown `text` as plain words on one line each, for mail, search and previews."""
    cleaned = nh3.clean(_PARSER.render(text), tags=set(), strip_comments=True)
    unescaped = (
        cleaned.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&")
    )
    return re.sub(r"\n{2,}", "\n", unescaped).strip()
