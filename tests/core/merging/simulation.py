"""Several people writing one text over a network that loses, delays and repeats what they send.

`python -m tests.core.merging.simulation --writers 5 --edits 500` prints its seed and what became
of the words; another run with `--seed` repeats it. Every word is typed letter by letter and is
unlike all others, so at the end each that nobody deleted must be there once.
"""

from __future__ import annotations

import argparse
import heapq
import random
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from itertools import count

from core.merging import merge

START = "\n\n".join(
    " ".join(f"start{20 * paragraph + word}x" for word in range(20)) + "." for paragraph in range(8)
)
_LETTERS = "abcdefghijklmnopqrtuvw"
_WORD = re.compile(r"[a-z]+[0-9]+x")


@dataclass
class Server:
    """Texts by version, and the answered requests of each tab."""

    texts: list[str] = field(default_factory=lambda: [START])
    answered: dict[tuple[int, int], int] = field(default_factory=dict)

    def receive(self, tab: int, seq: int, base: int, text: str) -> tuple[int, int, str]:
        if (tab, seq) not in self.answered:
            merged = merge(self.texts[base], text, self.texts[-1]).text
            if merged != self.texts[-1]:
                self.texts.append(merged)
            self.answered[tab, seq] = len(self.texts)
        return seq, len(self.texts) - 1, self.texts[-1]


@dataclass
class Writer:
    """One browser tab: the text in its field, and the last state that the server told."""

    tab: int
    edits: int
    text: str = START
    shadow: str = START
    base: int = 0
    seq: int = 0
    sent: str | None = None
    typing: str = ""
    typed: int = 0
    done: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)

    def act(self, chance: random.Random) -> None:
        """Type one letter of a word, begin a new one, or delete one or several."""
        if self.typing:
            self._type_on()
        elif self.edits:
            self.edits -= 1
            self._begin(chance) if chance.random() < 0.75 else self._delete(chance)

    def _begin(self, chance: random.Random) -> None:
        spots = [spot.end() for spot in re.finditer(r"x(?= |\.|$)", self.text)] or [0]
        hot = spots[: max(1, len(spots) // 40)]
        spot = chance.choice(hot if chance.random() < 0.25 else spots)
        self.typing = f"{_LETTERS[self.tab]}{self.edits}x"  # no other begins with this letter
        self.typed = 1
        self.text = f"{self.text[:spot]} {self.typing[0]}{self.text[spot:]}"

    def _type_on(self) -> None:
        """Go on behind the letters so far, wherever a merge has moved them."""
        so_far = self.typing[: self.typed]
        found = [m.end() for m in re.finditer(rf"(?<![a-z0-9]){so_far}(?![a-z0-9])", self.text)]
        if not found:
            self.deleted.add(self.typing)  # a colleague deleted it while it was typed
            self.typing = ""
            return
        at = found[0]
        self.text = f"{self.text[:at]}{self.typing[self.typed]}{self.text[at:]}"
        self.typed += 1
        if self.typed == len(self.typing):
            self.done.add(self.typing)
            self.typing = ""

    def _delete(self, chance: random.Random) -> None:
        words = list(_WORD.finditer(self.text))
        if len(words) < 40:
            return
        first = chance.randrange(len(words))
        run = words[first : first + chance.choice([1, 1, 1, 2, 6])]
        self.deleted |= {word.group() for word in run}
        self.text = self.text[: run[0].start()].rstrip(" ") + self.text[run[-1].end() :]

    def request(self) -> tuple[int, int, int, str]:
        if self.sent is None:
            self.seq, self.sent = self.seq + 1, self.text
        return self.tab, self.seq, self.base, self.sent

    def receive(self, seq: int, version: int, text: str) -> None:
        if self.sent is None or seq != self.seq:
            return
        self.text = merge(self.sent, self.text, text).text
        self.shadow, self.base, self.sent = text, version, None


@dataclass(frozen=True)
class Outcome:
    """The words that were lost, doubled, torn and back although deleted, and how many there are."""

    words: int
    lost: list[str]
    doubled: list[str]
    torn: list[str]
    resurrected: list[str]


def run(*, seed: int, writers: int, edits: int, loss: float = 0.1, repeats: float = 0.1) -> Outcome:
    """Let `writers` make `edits` each, then let the network work until all have the same text."""
    chance = random.Random(seed)
    server = Server()
    people = [Writer(tab=tab, edits=edits) for tab in range(1, writers + 1)]
    order = count()
    coming: list[tuple[float, int, str, int, tuple]] = []

    def send(now: float, kind: str, tab: int, what: tuple, *, reliable: bool) -> None:
        if not reliable and chance.random() < loss:
            return
        for _ in range(2 if not reliable and chance.random() < repeats else 1):
            delay = chance.choice([0.1, 0.5, 1, 1, 5, 25])
            heapq.heappush(coming, (now + delay, next(order), kind, tab, what))

    now, calm = 0.0, 0
    offline = dict.fromkeys(range(1, writers + 1), 0.0)
    while calm < 60:
        now += 0.25
        busy = any(person.edits or person.typing for person in people)
        for person in people:
            person.act(chance)
            if busy and chance.random() < 0.001:
                offline[person.tab] = now + 60
            if chance.random() < 0.3 and now >= offline[person.tab]:
                send(now, "request", person.tab, person.request(), reliable=not busy)
        while coming and coming[0][0] <= now:
            _, _, kind, tab, what = heapq.heappop(coming)
            if kind == "request":
                send(now, "answer", tab, server.receive(*what), reliable=not busy)
            else:
                people[tab - 1].receive(*what)
        same = all(person.text == server.texts[-1] for person in people)
        calm = calm + 1 if not busy and same else 0
    return _outcome(server.texts[-1], people)


def _outcome(text: str, people: list[Writer]) -> Outcome:
    written = set(_WORD.findall(START)).union(*(person.done for person in people))
    deleted = set().union(*(person.deleted for person in people))
    found = Counter(re.findall(r"[a-z0-9]+", text))
    return Outcome(
        words=len(written),
        lost=sorted(word for word in written - deleted if not found[word]),
        doubled=sorted(word for word, times in found.items() if times > 1),
        torn=sorted(word for word in found if word not in written | deleted),
        resurrected=sorted(word for word in deleted if found[word]),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--writers", type=int, default=5)
    parser.add_argument("--edits", type=int, default=500)
    asked = parser.parse_args()
    outcome = run(seed=asked.seed, writers=asked.writers, edits=asked.edits)
    said = [f"seed {asked.seed}: {outcome.words} words"]
    for name in ("lost", "doubled", "torn", "resurrected"):
        words = getattr(outcome, name)
        said.append(f"{name}: {len(words)} {' '.join(words[:8])}")
    sys.stdout.write("\n".join([*said, ""]))


if __name__ == "__main__":
    main()
