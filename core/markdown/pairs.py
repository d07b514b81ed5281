"""Tags that are kept only in pairs: one without its partner is text."""

from __future__ import annotations

from collections.abc import Iterable

from markdown_it.token import Token

TAG = "tag"  # the type of a token that is a tag, or text, as its partner decides

_DEEPEST = 50  # tags within tags; the sanitiser's time grows with the square of the depth


def single_tags(tokens: Iterable[Token]) -> list[Token]:
    """Return the tags among `tokens` without a partner in the same place of the nesting.

    Those with one become an opening and a closing token.
    """
    alone: list[Token] = []
    nesting: list[Token] = []
    for token in tokens:
        closes = token.meta.get("closes", False) if token.type == TAG else token.nesting < 0
        if token.type != TAG:
            if token.nesting > 0:
                nesting.append(token)
            while closes and nesting:
                opener = nesting.pop()
                if opener.type != TAG:
                    break
                alone.append(opener)
        elif not closes:
            (nesting if len(nesting) < _DEEPEST else alone).append(token)
        elif nesting and nesting[-1].type == TAG and nesting[-1].tag == token.tag:
            _join(nesting.pop(), token)
        else:
            alone.append(token)
    return alone + [token for token in nesting if token.type == TAG]


def _join(opener: Token, closer: Token) -> None:
    opener.nesting, closer.nesting = 1, -1
    for token in (opener, closer):
        token.type, token.content = f"{TAG}_of_pair", ""
