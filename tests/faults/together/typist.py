"""A person at a text field, who types words letter by letter and deletes some."""

from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field

# Put behind a word's number, so that every word differs from all others and is one token: plain,
# emoji with skin tone and joiner, a combining mark (NFD), the same composed (NFC), Hebrew, Arabic.
_ENDINGS = ("x", "x👍🏽", "x👩\u200d💻", "xe\u0301", "xé", "xש", "xم", "x\u0915\u094d\u0937")
_LETTERS = "abcdefghijklmnopqrtuvw"
_WORD = re.compile(r"(?<![^\s.,])[a-z]+[0-9]+x[^\s.,]*")

START = "\r\n\r\n".join(
    " ".join(f"start{20 * paragraph + word}x" for word in range(20)) + "." for paragraph in range(8)
)


def words_of(text: str) -> Counter[str]:
    """Count the words of `text`, composed and decomposed forms as the same."""
    return Counter(unicodedata.normalize("NFC", word) for word in re.findall(r"[^\s.,]+", text))


@dataclass
class Typist:
    """One person. `done` are the words they finished, `deleted` those they took out."""

    number: int
    edits: int
    chance: random.Random
    text: str = ""
    typing: str = ""
    typed: int = 0
    done: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)

    @property
    def is_busy(self) -> bool:
        return bool(self.edits or self.typing)

    def act(self) -> None:
        """Type one letter of a word, begin a new one, or delete one or several."""
        if self.typing:
            self._type_on()
        elif self.edits:
            self.edits -= 1
            self._begin() if self.chance.random() < 0.75 else self._delete()

    def _begin(self) -> None:
        spots = [match.end() for match in _WORD.finditer(self.text)] or [0]
        hot = spots[: max(1, len(spots) // 40)]
        spot = self.chance.choice(hot if self.chance.random() < 0.25 else spots)
        # No other word begins with this letter.
        self.typing = f"{_LETTERS[self.number]}{self.edits}{self.chance.choice(_ENDINGS)}"
        self.typed = 1
        gap = self.chance.choice([" "] * 8 + ["\n\n"])
        self.text = f"{self.text[:spot]}{gap}{self.typing[0]}{self.text[spot:]}"

    def _type_on(self) -> None:
        """Go on behind the letters so far, wherever a merge has moved them."""
        so_far = re.escape(self.typing[: self.typed])
        found = re.search(rf"(?<![^\s.,]){so_far}(?![^\s.,])", self.text)
        if not found:
            self.deleted.add(self.typing)  # a colleague deleted it while it was typed
            self.typing = ""
            return
        self.text = self.text[: found.end()] + self.typing[self.typed] + self.text[found.end() :]
        self.typed += 1
        if self.typed == len(self.typing):
            self.done.add(self.typing)
            self.typing = ""

    def _delete(self) -> None:
        words = list(_WORD.finditer(self.text))
        if len(words) < 40:
            return
        first = self.chance.randrange(len(words))
        run = words[first : first + self.chance.choice([1, 1, 1, 2, 6])]
        self.deleted |= {word.group() for word in run}
        self.text = self.text[: run[0].start()].rstrip(" ") + self.text[run[-1].end() :]


@dataclass(frozen=True)
class Outcome:
    """What became of the words in the text that everybody has in the end."""

    words: int
    lost: list[str]
    doubled: list[str]
    torn: list[str]
    resurrected: list[str]
    different: int  # people whose text differs from the server's

    @property
    def is_bad(self) -> bool:
        return bool(self.lost or self.doubled or self.torn or self.different)

    def __str__(self) -> str:
        said = [f"{self.words} words, {self.different} people with another text in the end"]
        for name in ("lost", "doubled", "torn", "resurrected"):
            words = getattr(self, name)
            said.append(f"{name}: {len(words)} {' '.join(words[:8])}".rstrip())
        return "; ".join(said)


def outcome(text: str, people: list[Typist]) -> Outcome:
    """Return what became of the words of `people` in `text`, the server's."""

    def composed(words: set[str]) -> set[str]:
        return {unicodedata.normalize("NFC", word) for word in words}

    written = composed(set(words_of(START)).union(*(person.done for person in people)))
    deleted = composed(set().union(*(person.deleted for person in people)))
    found = words_of(text)
    return Outcome(
        words=len(written),
        lost=sorted(word for word in written - deleted if not found[word]),
        doubled=sorted(word for word, times in found.items() if times > 1),
        torn=sorted(word for word in found if word not in written | deleted),
        resurrected=sorted(word for word in deleted if found[word]),
        different=sum(person.text != text for person in people),
    )
