"""The one place where Markdown becomes HTML, and where HTML is made safe.

The source text is stored as typed. `render` is used by pages, preview, mail and API alike, so
sanitising cannot be forgotten at a call site. Everything that shapes the output happens on the
parser's tokens; the sanitiser always comes last.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from urllib.parse import urlsplit

import nh3
from django.core.cache import cache
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

RENDERER_VERSION = 3  # raise it when the output changes: cached HTML of the old one is left behind
MAX_LENGTH = 1_000_000  # characters; longer text is shown as it was typed
TOP_HEADING = 3  # the page has h1, a section's own heading is h2

# More of these than anybody writes, and parsing takes longer than anybody waits: such text is
# shown without markup.
_MAX_RAW_TAGS = 5_000
_MAX_DELIMITERS = 60_000
_DELIMITERS = re.compile(r"[\[\]*_`~<>|]")

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
    "li": {"id", "class"},
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
    r"^(language-[\w+#-]+|footnote[\w-]*|task-list-item[\w-]*|contains-task-list|table-scroll)$"
)
_OUR_IMAGE = re.compile(r"/uploads/[\w%.-]+(/[\w%.-]+)*")
_ALIGN = re.compile(r"text-align:(left|right|center)")


def _attribute_filter(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "class":
        return " ".join(name for name in value.split() if _CLASSES.match(name)) or None
    if attribute == "tabindex":
        return "0" if value == "0" else None
    if tag == "img" and attribute == "src":
        # Only our own uploads: an outside image would tell its host who reads the postmortem.
        return value if _OUR_IMAGE.fullmatch(value) and ".." not in value else None
    if tag == "a" and attribute == "href" and value.startswith("#"):
        return f"#{_ID_PREFIX}{value[1:]}"
    return value


def to_safe_html(markup: str) -> str:
    """`markup` with every tag, attribute and address removed that is not on our short list."""
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


def _parser(*, raw_html: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"linkify": True, "html": raw_html, "typographer": False})
    parser.enable(["table", "strikethrough", "linkify"])
    parser.use(footnote_plugin, inline=False).use(deflist_plugin)
    parser.use(tasklists_plugin, label=True)
    # “deploy.sh” and “main.py” are files, not the sites that their endings could name.
    if parser.linkify is not None:
        parser.linkify.set({"fuzzy_link": False})
    # Wide tables and code scroll by themselves, by keyboard too.
    parser.add_render_rule(
        "table_open", lambda *_: '<div class="table-scroll" tabindex="0"><table>'
    )
    parser.add_render_rule("table_close", lambda *_: "</table></div>")
    for kind in ("fence", "code_block"):
        parser.add_render_rule(kind, _reachable_code(getattr(parser.renderer, kind)))
    return parser


def _reachable_code(draw: Callable[..., str]) -> Callable[..., str]:
    def rule(_renderer: object, *args: object) -> str:
        return draw(*args).replace("<pre>", '<pre tabindex="0">', 1)

    return rule


_PARSER = _parser(raw_html=True)
_PARSER_WITHOUT_HTML = _parser(raw_html=False)


def _fit_headings(tokens: list[Token], text_id: str) -> None:
    """Put headings under the page's own, keeping their order of rank, each with an id."""
    pairs = [
        (token, tokens[i + 1]) for i, token in enumerate(tokens) if token.type == "heading_open"
    ]
    if not pairs:
        return
    shift = max(TOP_HEADING - min(int(token.tag[1]) for token, _ in pairs), 0)
    seen: dict[str, int] = {}
    for token, inline in pairs:
        words = re.sub(r"[^\w]+", "-", inline.content.lower()).strip("-")[:60] or "heading"
        seen[words] = seen.get(words, 0) + 1
        suffix = f"-{seen[words]}" if seen[words] > 1 else ""
        token.attrSet("id", f"{words}{suffix}-{text_id}")
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + shift, 6)}"


def _align_cells(tokens: list[Token]) -> None:
    """Align table cells by attribute: style is against the content security policy."""
    for token in tokens:
        if token.type in {"td_open", "th_open"}:
            align = _ALIGN.fullmatch(str(token.attrs.pop("style", "")).replace(" ", ""))
            if align:
                token.attrSet("align", align[1])


def _link_outside_images(tokens: list[Token]) -> None:
    """Images that are not our uploads become links to where they are, saying so."""
    for token in tokens:
        if token.children:
            token.children = list(_without_outside_images(token.children))


def _without_outside_images(tokens: list[Token]) -> Iterator[Token]:
    depth = 0
    for token in tokens:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        source = str(token.attrs.get("src", ""))
        if token.type != "image" or _OUR_IMAGE.fullmatch(source):
            yield token
            continue
        host = urlsplit(source).hostname if source.startswith(("http://", "https://")) else None
        words = Token("text", "", 0)
        words.content = f"image: {token.content or 'without a description'}"
        words.content += f" ({host})" if host else ""
        if host and depth == 0:
            yield Token("link_open", "a", 1, attrs={"href": source})
            yield words
            yield Token("link_close", "a", -1)
        else:
            yield words


def _to_html(text: str) -> str:
    digest = hashlib.blake2b(text.encode(errors="replace"), digest_size=4).hexdigest()
    parser = _PARSER if text.count("<") <= _MAX_RAW_TAGS else _PARSER_WITHOUT_HTML
    env = {"docId": digest}
    tokens = parser.parse(text, env)
    _fit_headings(tokens, digest)
    _align_cells(tokens)
    _link_outside_images(tokens)
    return str(parser.renderer.render(tokens, parser.options, env))


def _is_too_much(text: str) -> bool:
    return len(text) > MAX_LENGTH or len(_DELIMITERS.findall(text)) > _MAX_DELIMITERS


def render(text: str) -> SafeString:
    """Markdown `text` as sanitised HTML. The same text is rendered once, then cached by content."""
    if not text.strip():
        return mark_safe("")
    digest = hashlib.blake2b(text.encode(errors="replace"), digest_size=20).hexdigest()
    key = f"markdown:{RENDERER_VERSION}:{digest}"
    markup = cache.get(key)
    if markup is None:
        plain = _is_too_much(text)
        markup = to_safe_html(f"<pre>{html.escape(text)}</pre>" if plain else _to_html(text))
        cache.set(key, markup, timeout=7 * 24 * 3600)
    return mark_safe(markup)  # noqa: S308 - sanitised by nh3 just above, and nowhere else


# Whatever could be markup, an address, or a character that rendering does not leave as it is.
_NOT_PROSE = re.compile(
    r"[\\`*_\[\]<&|~@\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]|[^\S \n]|//"
    r"|^[ >#+=:-]|^\d+[.)]| $",
    re.MULTILINE,
)
_KEPT_LENGTH = 10_000  # characters; the plain text of longer ones is not kept in memory


def to_plain_text(text: str) -> str:
    """Markdown `text` as plain words, a paragraph a line, for mail, search and previews."""
    if len(text) <= MAX_LENGTH and not _NOT_PROSE.search(text):
        # Nearly all text: nothing to parse, and a save of any part asks this of every part.
        return re.sub(r"\n+", lambda gap: "\n" if len(gap[0]) > 1 else " ", text.strip("\n"))
    return _words_of_markup(text) if len(text) <= _KEPT_LENGTH else _parsed_words(text)


def _parsed_words(text: str) -> str:
    if _is_too_much(text):
        return text.strip()
    env: dict[str, str] = {}
    tokens = _PARSER.parse(text, env)
    for child in (child for token in tokens for child in token.children or ()):
        if child.type == "softbreak":  # where the writer's editor broke the line
            child.type, child.content = "text", " "
    markup = str(_PARSER.renderer.render(tokens, _PARSER.options, env))
    cleaned = nh3.clean(markup, tags=set(), strip_comments=True)
    return re.sub(r"\n{2,}", "\n", html.unescape(cleaned)).replace("\xa0", " ").strip()


_words_of_markup = lru_cache(maxsize=512)(_parsed_words)
