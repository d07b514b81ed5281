"""Conversion of parsed Markdown to plain text."""

from __future__ import annotations

import re

from markdown_it.common.utils import unescapeAll
from markdown_it.token import Token

_BOXES = {True: "☑ ", False: "☐ "}


def text_of(tokens: list[Token]) -> str:
    """Return the words of `tokens`, a paragraph, an item, a cell or a line of code a line."""
    pieces: list[str] = []
    for token in tokens:
        if token.type == "inline":
            pieces += [inline_text(token.children or []), "\n"]
        elif token.type in {"fence", "code_block"}:
            pieces += [code_info(token), "\n", token.content, "\n"]
        elif token.type == "list_item_open":
            pieces.append(_marker(token))
    return re.sub(r"\n{2,}", "\n", "".join(pieces)).replace("\xa0", " ").strip()


def inline_text(tokens: list[Token]) -> str:
    """Return the words of one paragraph, with the alternative text of images."""
    return "".join(map(_words, tokens))


def code_info(token: Token) -> str:
    """Return what was typed on the opening fence of a block of code."""
    return unescapeAll(token.info).strip()


def _marker(item: Token) -> str:
    number = f"{item.meta['number']}. " if "number" in item.meta else ""
    box = _BOXES[item.meta["checked"]] if "checked" in item.meta else ""
    return number + box


def _words(token: Token) -> str:
    match token.type:
        case "text" | "text_special" | "code_inline":
            return token.content
        case "image":
            return inline_text(token.children or [])
        case "softbreak":  # where the writer's editor broke the line
            return " "
        case "hardbreak":
            return "\n"
        case "footnote_ref":
            return f"[{token.meta['id'] + 1}]"
    return ""
