"""The merged text, as it grows token by token."""

from __future__ import annotations

from core.merging.tokens import Tokens, Vocabulary

_Places = tuple[int | None, int | None]  # in my text and in theirs
_PARAGRAPH = 2  # line ends between two paragraphs


class Writer:
    """Joins tokens of both sides, with a space or a paragraph's end where the join needs one.

    Each token has a place in my text, in theirs or in both; None is no place.
    """

    def __init__(self, words: Vocabulary) -> None:
        self.words = words
        self._parts: list[str] = []
        self._length = 0
        self._line_ends = _PARAGRAPH  # at the end so far; the beginning counts as a paragraph's
        self._held: list[str] | None = None  # blanks after a paragraph was asked for
        self._last: int | None = None
        self._at: _Places = (None, None)
        self._range: tuple[int, int] | None = None

    def write(
        self, text: Tokens, start: int, end: int, *, mine: int | None, theirs: int | None
    ) -> None:
        """Append tokens `start` to `end` of `text`; `mine` and `theirs` are the first's places."""
        at = start
        while at < end and (at == start or self._held is not None):
            places = _place(mine, at - start), _place(theirs, at - start)
            self._write_one(text.tokens[at], text.ids[at], places)
            at += 1
        if at == end:
            return
        is_space = self.words.is_space
        said = [place for place in (at, end - 1) if not is_space[text.ids[place]]]
        if len(said) < 2:
            said = [place for place in range(at, end) if not is_space[text.ids[place]]]
        if said:
            begin = self._length + len(text.text(at, said[0]))
            self._extend_range(begin, self._length + len(text.text(at, said[-1] + 1)))
        self._put(text.text(at, end))
        after = said[-1] + 1 if said else at
        self._line_ends = text.tokens[after:end].count("\n") + (0 if said else self._line_ends)
        self._last = text.ids[end - 1]
        self._at = _place(mine, end - 1 - start), _place(theirs, end - 1 - start)

    def begin_paragraph(self) -> None:
        """Start a new paragraph with what follows. Calling it again changes nothing."""
        if self._held is None:
            self._held = []

    def begin_range(self) -> None:
        """Forget the range written so far."""
        self._range = None

    def range(self) -> tuple[int, int]:
        """Return where what was written since `begin_range` begins and ends, without blanks."""
        return self._range or (self._length, self._length)

    def text(self) -> str:
        return "".join([*self._parts, *(self._held or ())])

    def _write_one(self, token: str, number: int, places: _Places) -> None:
        is_space = self.words.is_space[number]
        if self._held is not None:
            if is_space:
                self._held.append(token)
                return
            self._put(self._between_paragraphs("".join(self._held)))
            self._held = None
        elif self._is_seam(number, places):
            self._put(" ")
        if not is_space:
            self._extend_range(self._length, self._length + len(token))
        self._put(token)
        if not is_space:
            self._line_ends = 0
        elif self.words.is_break(number):
            self._line_ends += 1
        self._last, self._at = number, places

    def _extend_range(self, start: int, end: int) -> None:
        self._range = (self._range[0] if self._range else start), end

    def _is_seam(self, number: int, places: _Places) -> bool:
        """Return True if neither text has this token after the last one, and both need a space."""
        if self._last is None:
            return False
        for last, now in zip(self._at, places, strict=True):
            if last is not None and now == last + 1:
                return False
        return self.words.needs_space(self._last, number)

    def _between_paragraphs(self, blanks: str) -> str:
        """Return `blanks` with the line ends that are missing between two paragraphs."""
        missing = "\n" * max(0, _PARAGRAPH - self._line_ends - blanks.count("\n"))
        if missing and "\n" not in blanks and not self._line_ends:
            return missing
        return missing + blanks

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def _place(first: int | None, further: int) -> int | None:
    return None if first is None else first + further
