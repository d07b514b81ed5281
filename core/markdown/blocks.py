"""Block rules of our own: comments, <details>, deep nesting, every cell, every definition."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it.rules_block import StateBlock, reference, table
from markdown_it.rules_block.table import escapedSplit, getLine
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from core.markdown.pairs import TAG, single_tags

_DETAILS = re.compile(
    r"(?P<open><details(?P<is_open>\s+open)?\s*>)?\s*(?P<summary><summary>(?P<words>.*)</summary>)?"
    r"|(?P<close></details\s*>)",
    re.IGNORECASE,
)

_TOKENS_OF_A_CELL = 3


def count_steps(state: StateBlock, _start: int, _end: int, _silent: bool) -> bool:
    """Spend the budget, and match nothing: the first rule that is tried on every line."""
    state.env["budget"].spend_tokens(len(state.tokens))
    return False


def too_deep(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Show as typed, in a block of code, what is nested deeper than the parser follows."""
    if silent or state.level < state.md.options["maxNesting"] - 2:
        return False
    line = start
    while line < end and (
        state.isEmpty(line) or state.sCount[line] >= state.blkIndent or state.sCount[line] < 0
    ):
        line += 1
    token = state.push("code_block", "code", 0)
    token.content = state.getLines(start, line, state.blkIndent, True)
    token.map = [start, line]
    state.line = line
    return True


def comment(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Hide an HTML comment of one or more lines, if it ends with its line."""
    position = state.bMarks[start] + state.tShift[start]
    if not state.src.startswith("<!--", position) or state.is_code_block(start):
        return False
    if state.src.startswith(("<!-->", "<!--->"), position):
        return False
    last = _end_of_comment(state, start, end)
    if last is None:
        return False
    if not silent:
        state.line = last + 1
    return True


def _end_of_comment(state: StateBlock, start: int, end: int) -> int | None:
    """Return the line that ends the comment. The next `<!--` shows that this one has no end."""
    for line in range(start, end):
        if line > start and state.sCount[line] < state.blkIndent and not state.isEmpty(line):
            return None
        begin = state.bMarks[line] + state.tShift[line] + (4 if line == start else 0)
        closed = state.src.find("-->", begin, state.eMarks[line])
        opened = state.src.find("<!--", begin, state.eMarks[line])
        if opened >= 0 and not 0 <= closed < opened:
            return None
        if closed >= 0:
            return None if state.src[closed + 3 : state.eMarks[line]].strip() else line
    return None


def details(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    """Read a line that holds <details>, <summary>…</summary>, both, or </details>, and no more."""
    position = state.bMarks[start] + state.tShift[start]
    if state.src[position : position + 1] != "<" or state.is_code_block(start):
        return False
    found = _DETAILS.fullmatch(state.src[position : state.eMarks[start]].rstrip())
    if found is None or not any(found.group("open", "summary", "close")):
        return False
    if silent:
        return True
    if found["open"] or found["close"]:
        token = state.push(TAG, "details", 0)
        token.content = found["open"] or found["close"]
        token.meta = {"closes": bool(found["close"])}
        if found["is_open"]:
            token.attrSet("open", "")
    if found["summary"]:
        token = state.push("summary", "summary", 0)
        token.content = found["summary"]
        token.meta = {"words": found["words"]}
    state.line = start + 1
    return True


def settle_details(state: StateCore) -> None:
    """Keep <details> in pairs and the <summary> that begins one; the rest is text."""
    alone = {id(token) for token in single_tags(state.tokens)}
    settled: list[Token] = []
    for token in state.tokens:
        if id(token) in alone:
            settled += _block("paragraph", "p", token.content)
        elif token.type == "summary":
            is_first = settled and settled[-1].tag == "details" and settled[-1].nesting > 0
            words = token.meta["words"] if is_first else token.content
            settled += _block(*(("summary", "summary") if is_first else ("paragraph", "p")), words)
        else:
            settled.append(token)
    state.tokens = settled


def _block(name: str, tag: str, content: str) -> list[Token]:
    inline = Token("inline", "", 0, content=content, children=[])
    tokens = [Token(f"{name}_open", tag, 1), inline, Token(f"{name}_close", tag, -1)]
    for token in tokens:
        token.block = True
    return tokens


def table_with_every_cell(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a table, with the cells of a row that its heading has no column for."""
    first = len(state.tokens)
    if not silent:  # a whole row is read before the steps are counted again
        state.env["budget"].spend(_TOKENS_OF_A_CELL * getLine(state, start).count("|"))
    if not table(state, start, end, silent):
        return False
    if not silent:
        state.tokens[first:] = list(_with_surplus_cells(state, state.tokens[first:]))
    return True


def _with_surplus_cells(state: StateBlock, tokens: list[Token]) -> Iterator[Token]:
    line = cells = 0
    for token in tokens:
        if token.type == "tr_open":
            line, cells = (token.map or [0])[0], 0
        cells += token.type == "td_open"
        if token.type == "tr_close" and cells:
            surplus = _row(getLine(state, line))[cells:]
            state.env["budget"].spend(_TOKENS_OF_A_CELL * len(surplus))
            for words in surplus:
                yield Token("td_open", "td", 1, block=True, level=token.level + 1)
                yield Token(
                    "inline", "", 0, content=words.strip(), children=[], level=token.level + 2
                )
                yield Token("td_close", "td", -1, block=True, level=token.level + 1)
        yield token


def _row(line: str) -> list[str]:
    cells = escapedSplit(line.strip())
    if cells and not cells[0]:
        cells.pop(0)
    if cells and not cells[-1]:
        cells.pop()
    return cells


def definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a reference definition, keeping what was typed: it is shown if nothing refers to it."""
    if not reference(state, start, end, silent):
        return False
    if not silent:
        state.tokens[-1].content = state.getLines(start, state.line, state.blkIndent, False)
    return True


def settle_definitions(state: StateCore) -> None:
    """Show a definition that no link or image uses as text, unless it is meant as a comment."""
    used = set(_labels(state.tokens)) if "references" in state.env else set()
    settled: list[Token] = []
    for token in state.tokens:
        if token.type != "definition":
            settled.append(token)
        elif token.meta["id"] in used:
            used.discard(token.meta["id"])  # another one of that name was not used
        elif token.meta["url"] not in {"", "#"}:  # "[//]: # (comment)"
            settled += _unlinked_paragraph(state, token.content.strip())
    state.tokens = settled


def _unlinked_paragraph(state: StateCore, content: str) -> list[Token]:
    paragraph = _block("paragraph", "p", content)
    env = {"budget": state.env["budget"]}  # no references: a definition does not link to itself
    paragraph[1].children = state.md.inline.parse(content, state.md, env, [])
    return paragraph


def _labels(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if "label" in token.meta and token.type in {"link_open", "image"}:
            yield token.meta["label"]
        if token.children:
            yield from _labels(token.children)
