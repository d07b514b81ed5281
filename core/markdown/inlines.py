"""Inline rules of our own: the few tags that are kept, comments, addresses, references to notes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from linkify_it import LinkifyIt  # type: ignore[import-untyped]
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from core.markdown.pairs import TAG, single_tags

# Tags that people type for want of Markdown, without attributes. ADR 36 says why these.
_KEPT_TAG = re.compile(
    r"<(?P<closes>/?)(?P<tag>br|b|del|em|i|ins|kbd|mark|s|strong|sub|sup|u)\s*(?P<empty>/?)>",
    re.IGNORECASE,
)
_FOOTNOTE = re.compile(r"\[\^([^\]\s]{1,200})\]")
_RUN = re.compile(r"([*_~])\1{3,}")
_LONGEST_RUN = 100  # of one mark; nobody emphasises with more
_SCHEME = re.compile(r"(?:^|[^a-z0-9.+-])((?:https?|ftp):)$", re.IGNORECASE)
_LONGEST_ADDRESS = 4_000  # characters; a longer one is text
_STEPS_OF_AN_ADDRESS = 5  # it takes as long as these
_END_OF_ADDRESS = re.compile(r"[\s<]")
# “deploy.sh” and “main.py” are files, not the sites that their endings could name.
_ADDRESSES = LinkifyIt().set({"fuzzy_link": False}).add("//", None)


def count_steps(state: StateInline, _silent: bool) -> bool:
    """Spend the budget, and match nothing: the first rule that is tried at every position."""
    state.env["budget"].spend()
    return False


def long_run(state: StateInline, silent: bool) -> bool:
    """Read a very long run of one mark as text: each single mark would be a token to pair."""
    found = _RUN.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if len(found[0]) <= _LONGEST_RUN:
        state.env["budget"].spend(len(found[0]))
        return False
    if not silent:
        state.append_pending(found[0])
    state.pos = found.end()
    return True


def kept_tag(state: StateInline, silent: bool) -> bool:
    """Read one of the tags that are kept; whether it has its partner is known only later."""
    if state.src[state.pos] != "<":
        return False
    found = _KEPT_TAG.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    tag = found["tag"].lower()
    if not silent and tag == "br":
        state.push("hardbreak", "br", 0)
    elif not silent:
        token = state.push(TAG, tag, 0)
        token.content = found[0]
        token.meta = {"closes": bool(found["closes"])}
    state.pos = found.end()
    return True


def comment(state: StateInline, silent: bool) -> bool:
    """Hide an HTML comment. One that is not closed before the next one is text."""
    position = state.pos
    if not state.src.startswith("<!--", position):
        return False
    for short in ("<!-->", "<!--->"):
        if state.src.startswith(short, position, state.posMax):
            state.pos += len(short)
            return True
    following = state.src.find("<!--", position + 4, state.posMax)
    end = following if following >= 0 else state.posMax
    closed = state.src.find("-->", position + 4, end)
    if closed < 0:
        return False
    state.pos = closed + 3
    return True


def address(state: StateInline, silent: bool) -> bool:
    """Link an address that begins with http, https or ftp, shown as it was typed."""
    position = state.pos
    if state.linkLevel or not state.src.startswith("://", position):
        return False
    scheme = _SCHEME.search(f"{state.pending[-8:]}:")
    if scheme is None:
        return False
    state.env["budget"].spend(_STEPS_OF_AN_ADDRESS)
    start = position + 1 - len(scheme[1])
    found = _ADDRESSES.match_at_start(state.src[start : _end_of_address(state, position)])
    if found is None:
        return False
    typed = found.url.rstrip("*")  # "**https://…**" ends before the mark
    target = state.md.normalizeLink(typed)
    if not state.md.validateLink(target):
        return False
    if not silent:
        state.pending = state.pending[: -(len(scheme[1]) - 1)]
        for token in _link(target, typed):
            state.push(token.type, token.tag, token.nesting).attrs = token.attrs
            state.tokens[-1].content = token.content
    state.pos = start + len(typed)
    return True


def _end_of_address(state: StateInline, position: int) -> int:
    """Return the end of the word at `position`; looked for once for all of a word's colons."""
    begin, end = state.env.get("word", (0, 0)) if state.env.get("of") is state else (0, 0)
    if not begin <= position < end:
        found = _END_OF_ADDRESS.search(state.src, position, state.posMax)
        end = found.start() if found else state.posMax
        state.env["word"], state.env["of"] = (position, end), state
    return min(end, position + _LONGEST_ADDRESS)


def _link(target: str, typed: str) -> Iterator[Token]:
    yield Token("link_open", "a", 1, attrs={"href": target})
    yield Token("text", "", 0, content=typed)
    yield Token("link_close", "a", -1)


def footnote_reference(state: StateInline, silent: bool) -> bool:
    """Read [^name] where a note of that name is defined."""
    notes = state.env.get("footnotes")
    if not notes or not state.src.startswith("[^", state.pos):
        return False
    found = _FOOTNOTE.match(state.src, state.pos, state.posMax)
    if found is None or f":{found[1]}" not in notes["refs"]:
        return False
    if not silent:
        refs, listed, name = notes["refs"], notes["list"], f":{found[1]}"
        if refs[name] < 0:
            refs[name] = len(listed)
            listed[refs[name]] = {"label": found[1], "count": 0}
        note = listed[refs[name]]
        token = state.push("footnote_ref", "", 0)
        token.meta = {"id": refs[name], "subId": note["count"], "label": found[1]}
        note["count"] += 1
    state.pos = found.end()
    return True


def settle_inlines(state: StateCore) -> None:
    """Keep tags in pairs, link mail addresses, and give a link without words its address."""
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = _settled(state, token.children)


def _settled(state: StateCore, tokens: list[Token]) -> list[Token]:
    for tag in single_tags(tokens):
        tag.type, tag.tag = "text", ""
    settled: list[Token] = []
    depth = 0
    for token in tokens:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type == "image" and token.children:
            token.children = _settled(state, token.children)
        if token.type == "link_close" and settled[-1].type == "link_open":
            settled.append(Token("text", "", 0, content=str(settled[-1].attrs["href"])))
        if token.type == "text" and not depth and "@" in token.content:
            settled += _with_mail_addresses(state, token.content)
        else:
            settled.append(token)
    return settled


def _with_mail_addresses(state: StateCore, text: str) -> Iterator[Token]:
    done = 0
    for word in re.finditer(r"\S+", text):
        if "@" not in word[0] or len(word[0]) > _LONGEST_ADDRESS:
            continue
        for link in _ADDRESSES.match(word[0]) or ():
            target = state.md.normalizeLink(link.url)
            if not state.md.validateLink(target):
                continue
            start, end = word.start() + link.index, word.start() + link.last_index
            if start > done:
                yield Token("text", "", 0, content=text[done:start])
            yield from _link(target, text[start:end])
            done = end
    if done < len(text):
        yield Token("text", "", 0, content=text[done:])
