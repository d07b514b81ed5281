"""The short list of HTML that may leave the renderer. It always comes last."""

from __future__ import annotations

import re

import nh3

_TAGS = set(
    re.findall(
        r"\w+",
        "a abbr b blockquote br caption code dd del details div dl dt em h3 h4 h5 h6 hr i img"
        " input ins kbd label li mark ol p pre q s samp section small span strong sub summary sup"
        " table tbody td tfoot th thead tr u ul",
    )
)
_ATTRIBUTES = {
    "a": {"href", "title", "id", "class"},
    "abbr": {"title"},
    "code": {"class"},
    "details": {"open"},
    "div": {"class", "tabindex"},
    "h3": {"id"},
    "h4": {"id"},
    "h5": {"id"},
    "h6": {"id"},
    "img": {"src", "alt", "title"},
    "input": {"checked", "class"},
    "li": {"id", "class", "value"},
    "ol": {"start", "class"},
    "pre": {"tabindex"},
    "section": {"class"},
    "sup": {"class"},
    "td": {"align"},
    "th": {"align"},
    "ul": {"class"},
}
_ID_PREFIX = "md-"  # no id from a text can be mistaken for one of the page
_CLASSES = re.compile(
    r"^(language-[\w+#-]+|footnote[\w-]*|task-list-item[\w-]*|contains-task-list|table-scroll"
    r"|code-info|unformatted)$"
)
OUR_IMAGE = re.compile(r"/uploads/[\w%.-]+(/[\w%.-]+)*")


def _attribute_filter(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "class":
        return " ".join(name for name in value.split() if _CLASSES.match(name)) or None
    if attribute == "tabindex":
        return "0" if value == "0" else None
    if tag == "img" and attribute == "src":
        # Only our own uploads: an outside image would tell its host who reads the postmortem.
        return value if OUR_IMAGE.fullmatch(value) and ".." not in value else None
    if tag == "a" and attribute == "href" and value.startswith("#"):
        return f"#{_ID_PREFIX}{value[1:]}"
    return value


def to_safe_html(markup: str) -> str:
    """Return `markup` without any tag, attribute or address that is not on the short list."""
    return nh3.clean(
        markup,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute_filter,
        set_tag_attribute_values={"input": {"type": "checkbox", "disabled": ""}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        id_prefix=_ID_PREFIX,
        strip_comments=True,
    )
