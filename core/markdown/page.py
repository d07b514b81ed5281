"""Rendering of parsed Markdown as HTML for a page: headings, images, tables and code."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from markdown_it.token import Token

from core.markdown.grammar import parse, parser
from core.markdown.plain import code_info, inline_text
from core.markdown.sanitizer import OUR_IMAGE

TOP_HEADING = 3  # the page has h1, a section's own heading is h2
_ALIGN = re.compile(r"text-align:(left|right|center)")


def to_html(text: str) -> str:
    """Return Markdown `text` as HTML, not yet sanitised. Raise TooMuchWork."""
    tokens, env = parse(text)
    _fit_headings(tokens, env["docId"])
    _align_cells(tokens)
    _link_outside_images(tokens)
    _label_tasks(tokens)
    return str(_RENDERER.renderer.render(tokens, _RENDERER.options, env))


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
    """Make images that are not our uploads links to where they are, saying so."""
    for token in tokens:
        if token.children:
            token.children = list(_without_outside_images(token.children))


def _without_outside_images(tokens: list[Token]) -> Iterator[Token]:
    depth = 0
    for token in tokens:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        source = str(token.attrs.get("src", ""))
        if token.type != "image" or OUR_IMAGE.fullmatch(source):
            yield token
            continue
        host = urlsplit(source).hostname if source.startswith(("http://", "https://")) else None
        words = Token("text", "", 0)
        words.content = f"image: {inline_text(token.children or []) or 'without a description'}"
        words.content += f" ({host})" if host else ""
        if host and depth == 0:
            yield Token("link_open", "a", 1, attrs={"href": source})
            yield words
            yield Token("link_close", "a", -1)
        else:
            yield words


def _label_tasks(tokens: list[Token]) -> None:
    """Put the box of a task into the label that its words are."""
    for i, token in enumerate(tokens):
        if "checked" not in token.meta or tokens[i + 1].type != "paragraph_open":
            continue
        box = Token("task_box", "input", 0, attrs={"class": "task-list-item-checkbox"})
        if token.meta.pop("checked"):
            box.attrSet("checked", "")
        tokens[i + 2].children = [
            Token("label_open", "label", 1),
            box,
            Token("text", "", 0, content=" "),
            *(tokens[i + 2].children or []),
            Token("label_close", "label", -1),
        ]


def _image(_renderer: object, tokens: list[Token], index: int, *_: object) -> str:
    token = tokens[index]
    attributes = {"src": token.attrs["src"], "alt": inline_text(token.children or [])}
    if "title" in token.attrs:
        attributes["title"] = token.attrs["title"]
    return f"<img{_RENDERER.renderer.renderAttrs(Token('', '', 0, attrs=attributes))}>"


def _code(draw: Callable[..., str]) -> Callable[..., str]:
    """Let code be scrolled by keyboard, and show what was typed beside its fence."""

    def rule(_renderer: object, tokens: list[Token], index: int, *rest: Any) -> str:
        info = code_info(tokens[index])
        caption = f'<div class="code-info">{html.escape(info)}</div>' if info else ""
        return caption + draw(tokens, index, *rest).replace("<pre>", '<pre tabindex="0">', 1)

    return rule


def _renderer() -> Any:
    made = parser()
    # Wide tables and code scroll by themselves, by keyboard too.
    made.add_render_rule("table_open", lambda *_: '<div class="table-scroll" tabindex="0"><table>')
    made.add_render_rule("table_close", lambda *_: "</table></div>")
    made.add_render_rule("image", _image)
    for kind in ("fence", "code_block"):
        made.add_render_rule(kind, _code(getattr(made.renderer, kind)))
    return made


_RENDERER = _renderer()
