"""Footnotes at the end of a text, in the order in which they are referred to.

A note that nothing refers to, or one more of the same name, is shown as typed where it was typed.
"""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it.rules_core import StateCore
from markdown_it.token import Token


def settle_footnotes(state: StateCore) -> None:
    """Move the notes that are referred to to the end of the text."""
    if "footnotes" not in state.env:
        return
    listed = state.env["footnotes"]["list"]
    state.tokens, notes = _apart(state.tokens, {note["label"] for note in listed.values()})
    if not listed:
        return
    state.tokens.append(Token("footnote_block_open", "", 1))
    for number, note in listed.items():
        state.tokens += _item(number, note["label"], note["count"], notes[note["label"]])
    state.tokens.append(Token("footnote_block_close", "", -1))


def _apart(tokens: list[Token], used: set[str]) -> tuple[list[Token], dict[str, list[Token]]]:
    """Return the text without its used notes, and those by name, also ones inside another."""
    text: list[Token] = []
    notes: dict[str, list[Token]] = {}
    places = [text]
    for token in tokens:
        if token.type == "footnote_reference_open":
            name = token.meta["label"]
            if name in used and name not in notes:
                places.append(notes.setdefault(name, []))
            else:
                places[-1] += _typed(name)
                places.append(places[-1])
        elif token.type == "footnote_reference_close":
            places.pop()
        else:
            places[-1].append(token)
    return text, notes


def _typed(name: str) -> Iterator[Token]:
    words = Token("text", "", 0, content=f"[^{name}]:")
    yield Token("paragraph_open", "p", 1, block=True)
    yield Token("inline", "", 0, block=True, content=words.content, children=[words])
    yield Token("paragraph_close", "p", -1, block=True)


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
