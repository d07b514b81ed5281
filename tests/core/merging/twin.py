"""Random texts that several people changed, as a table of cases like `merge_cases.json`.

The twin of the merge in JavaScript has to give what Python gives, for whatever is typed.
"""

from __future__ import annotations

import random
from dataclasses import asdict

from core.merging import merge

_WORDS = (
    *("pool", "ran", "dry", "12", "3.5", "10:32", "don’t", "restarted", "the", "the", "a"),
    *("e\u0301", "é", "👍🏽", "👩\u200d💻", "שלום", "中文", "…", "It", "helped.", "Noon,", "(see"),
    *("below)", "**bold**"),
)
_GAPS = (" ", " ", " ", " ", "  ", "\n", "\n\n", ". ", ", ", "\r\n", "\t", "\u00a0", ".\n\n- ")


def random_text(chance: random.Random, words: int) -> str:
    """Return a text of about so many words, line ends and punctuation of all kinds."""
    return "".join(chance.choice(_WORDS) + chance.choice(_GAPS) for _ in range(words))


def changed(chance: random.Random, text: str) -> str:
    """Return `text` with a few parts inserted, removed and replaced, mid-word as well."""
    for _ in range(chance.choice([0, 1, 1, 2, 3, 6])):
        at = chance.randint(0, len(text))
        end = min(len(text), at + chance.choice([0, 0, 1, 3, 8, 30]))
        text = text[:at] + random_text(chance, chance.choice([0, 0, 1, 2, 5])) + text[end:]
    return text


def cases(*, seed: int, number: int, words: tuple[int, ...] = (0, 2, 6, 15, 40)) -> list[dict]:
    """Return `number` cases, with what Python makes of each."""
    chance = random.Random(seed)
    found = []
    for _ in range(number):
        base = random_text(chance, chance.choice(words))
        mine, theirs = changed(chance, base), changed(chance, base)
        merged = merge(base, mine, theirs)
        found.append(
            {
                **{"name": "random", "base": base, "mine": mine, "theirs": theirs},
                **{"text": merged.text, "clashes": [asdict(clash) for clash in merged.clashes]},
            }
        )
    return found
