"""The Markdown that we read: CommonMark, tables, task lists, definition lists, footnotes.

Raw HTML is off. What looks like a tag is text, apart from the few that `inlines` and `blocks` keep.
"""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from core.markdown import blocks, footnotes, inlines
from core.markdown.budget import Budget

_OPTIONS = {
    "html": False,
    "xhtmlOut": False,
    "tasklists": True,
    "inline_definitions": True,
    "store_labels": True,
}
_ENDS_A_PARAGRAPH: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote"]}
_ON_EVERY_LINE: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}


def parser() -> MarkdownIt:
    """Return a parser for our Markdown. `parse` gives it what it needs to count its work."""
    made = MarkdownIt("commonmark", _OPTIONS)
    made.enable(["table", "strikethrough"]).disable(["html_block", "html_inline"])
    made.use(footnote_plugin, inline=False, move_to_end=False).use(deflist_plugin)
    made.normalizeLinkText = _as_typed  # type: ignore[method-assign, assignment]  # an address is shown as it was typed
    _add_block_rules(made)
    inline = made.inline.ruler
    inline.before("text", "steps", inlines.count_steps)
    inline.after("text", "address", inlines.address)
    inline.before("strikethrough", "long_run", inlines.long_run)
    inline.before("autolink", "comment", inlines.comment)
    inline.before("autolink", "kept_tag", inlines.kept_tag)
    inline.at("footnote_ref", inlines.footnote_reference)
    core = made.core.ruler
    core.after("block", "details", blocks.settle_details)
    core.after("inline", "inlines", inlines.settle_inlines)
    core.after("inlines", "definitions", blocks.settle_definitions)
    core.after("definitions", "footnotes", footnotes.settle_footnotes)
    core.push("numbers", number_items)
    return made


def _as_typed(address: str) -> str:
    return address


def _add_block_rules(made: MarkdownIt) -> None:
    block = made.block.ruler
    block.before("table", "steps", blocks.count_steps, _ON_EVERY_LINE)
    block.after("steps", "too_deep", blocks.too_deep)
    block.at("table", blocks.table_with_every_cell, {"alt": ["paragraph", "reference"]})
    block.at("reference", blocks.definition)
    block.before("heading", "comment", blocks.comment, _ENDS_A_PARAGRAPH)
    block.after("comment", "details", blocks.details, _ENDS_A_PARAGRAPH)


def number_items(state: StateCore) -> None:
    """Give each item of a numbered list its number: the one typed, where they count upwards."""
    lists: list[list[Token]] = []
    for token in state.tokens:
        if token.type == "ordered_list_open":
            lists.append([])
        elif token.type == "list_item_open" and token.info:
            lists[-1].append(token)
        elif token.type == "ordered_list_close":
            _number(lists.pop())


def _number(items: list[Token]) -> None:
    typed = [int(item.info) for item in items]
    counts = all(before < after for before, after in pairwise(typed))
    for expected, (item, number) in enumerate(zip(items, typed, strict=True), start=typed[0]):
        item.meta = {**item.meta, "number": number if counts else expected}
        if counts and number != expected:
            item.attrSet("value", str(number))


_PARSER = parser()


def parse(text: str) -> tuple[list[Token], dict[str, Any]]:
    """Return the tokens of `text` and what the renderer wants to know. Raise TooMuchWork."""
    digest = hashlib.blake2b(text.encode(errors="replace"), digest_size=4).hexdigest()
    budget = Budget()
    env: dict[str, Any] = {"docId": digest, "budget": budget}
    try:
        return _PARSER.parse(text, env), env
    finally:
        budget.settle()
