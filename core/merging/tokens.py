"""Texts cut into words, single white-space characters and punctuation.

Character classes are fixed ranges of code points, not Unicode properties: those differ between
Python, JavaScript and their versions. What is neither white space, punctuation nor an ideograph
belongs to a word, so emoji sequences, combining marks and joiners are never torn.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

_SPACE = "\t\n\v\f \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_PUNCTUATION = (
    r"!-/:-@\[-^`{-~"
    "\xa1-\xa9\xab-\xb1\xb4\xb6-\xb8\xbb\xbf\xd7\xf7"
    "\u05be\u05c0\u05c3\u05f3\u05f4\u060c\u061b\u061f\u066a-\u066d\u06d4\u0964\u0965"
    "\u2010-\u2027\u2030-\u205e\u20a0-\u20c0\u2190-\u22ff"
    "\u3001-\u3003\u3008-\u3011\u3014-\u301f\u3030"
    "\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
# Written without spaces: each character is a word of its own.
_IDEOGRAPH = "\u3041-\u3096\u309d-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Belong to the character before them, whatever it is.
_MARK = (
    "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a"
    "\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef"
)

# “don't” is one word, and so are 3.5, 10:32 and 2026-11-30: half of a number would be a wrong one.
_WORD = f"[^{_SPACE}{_PUNCTUATION}{_IDEOGRAPH}]"
_TOKEN = re.compile(
    f"{_WORD}+(?:['’]{_WORD}+|(?<=[0-9])[.,:/-](?=[0-9]){_WORD}+)*"
    f"|[{_SPACE}]"
    f"|[{_PUNCTUATION}{_IDEOGRAPH}][{_MARK}]*"
)
_IS_SPACE = re.compile(f"[{_SPACE}]")
_IS_PUNCTUATION = re.compile(f"[{_PUNCTUATION}]")
_IS_IDEOGRAPH = re.compile(f"[{_IDEOGRAPH}]")

_CLOSING = frozenset(".,;:!?)]}%»”’…、。，；：！？）」』】،؛؟۔।")
_OPENING = frozenset("([{«“‘¿¡（「『【")
_SENTENCE_END = frozenset(".!?…。！？؟۔।")


@dataclass(frozen=True)
class Tokens:
    """A text as its tokens, and for each the number that equal tokens share."""

    tokens: list[str]
    ids: list[int]

    def text(self, start: int, end: int) -> str:
        return "".join(self.tokens[start:end])


@dataclass
class Vocabulary:
    """Numbers for the tokens of several texts, in the order of their first appearance.

    Tokens that differ only in composed or decomposed characters (NFC, NFD) are equal.
    """

    numbers: dict[str, int] = field(default_factory=dict)
    is_space: list[bool] = field(default_factory=list)
    is_word: list[bool] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)

    def cut(self, text: str) -> Tokens:
        """Cut `text`, whose line ends are `\\n`, into tokens that joined give it again."""
        tokens = _TOKEN.findall(text)
        return Tokens(tokens, [self._number(token) for token in tokens])

    def _number(self, token: str) -> int:
        number = self.numbers.get(token)
        if number is not None:
            return number
        form = token if token.isascii() else unicodedata.normalize("NFC", token)
        number = self.numbers.get(form)
        if number is None:
            number = self.numbers[form] = len(self.forms)
            self.forms.append(form)
            self.is_space.append(bool(_IS_SPACE.match(form)))
            self.is_word.append(not _IS_SPACE.match(form) and not _IS_PUNCTUATION.match(form))
        self.numbers[token] = number
        return number

    def is_break(self, number: int) -> bool:
        """Return True for a line end."""
        return self.forms[number] == "\n"

    def ends_sentence(self, number: int) -> bool:
        return self.forms[number][0] in _SENTENCE_END

    def needs_space(self, before: int, after: int) -> bool:
        """Return True if the two tokens, which no text has side by side, need a space between."""
        if self.is_space[before] or self.is_space[after]:
            return False
        first, second = self.forms[before][0], self.forms[after][0]
        if _IS_IDEOGRAPH.match(first) and _IS_IDEOGRAPH.match(second):
            return False
        return second not in _CLOSING and first not in _OPENING


def with_plain_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
