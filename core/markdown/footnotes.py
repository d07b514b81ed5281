"""Footnotes at the end of a text: all of them, in the order in which they are referred to."""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it.rules_core import StateCore
from markdown_it.token import Token


def settle_footnotes(state: StateCore) -> None:
    """Move the notes to the end. What nothing refers to, or repeats a name, comes last."""
    if "footnotes" not in state.env:
        return
    state.tokens, notes = _apart(state.tokens)
    if not notes:
        return
    listed = state.env["footnotes"]["list"]
    named: dict[str, list[Token]] = {}
    unused: list[tuple[str, list[Token]]] = []
    used = {note["label"] for note in listed.values()}
    for name, tokens in notes:
        if name in used and name not in named:
            named[name] = tokens
        else:
            unused.append((name, tokens))
    state.tokens.append(Token("footnote_block_open", "", 1))
    for number, note in listed.items():
        state.tokens += _item(number, note["label"], note["count"], named[note["label"]])
    for number, (name, tokens) in enumerate(unused, start=len(listed)):
        state.tokens += _item(number, name, 0, tokens)
    state.tokens.append(Token("footnote_block_close", "", -1))


def _apart(tokens: list[Token]) -> tuple[list[Token], list[tuple[str, list[Token]]]]:
    """Return the text without its notes, and each note by name, also those inside another."""
    text: list[Token] = []
    notes: list[tuple[str, list[Token]]] = []
    open_ones: list[list[Token]] = [text]
    for token in tokens:
        if token.type == "footnote_reference_open":
            notes.append((token.meta["label"], []))
            open_ones.append(notes[-1][1])
        elif token.type == "footnote_reference_close":
            open_ones.pop()
        else:
            open_ones[-1].append(token)
    return text, notes


def _item(number: int, name: str, references: int, tokens: list[Token]) -> Iterator[Token]:
    meta = {"id": number, "label": name}
    yield Token("footnote_open", "", 1, meta=meta)
    ends_in_paragraph = bool(tokens) and tokens[-1].type == "paragraph_close"
    yield from tokens[:-1] if ends_in_paragraph else tokens
    for which in range(references):
        yield Token("footnote_anchor", "", 0, meta={**meta, "subId": which})
    if ends_in_paragraph:
        yield tokens[-1]
    yield Token("footnote_close", "", -1)
