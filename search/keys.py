"""Keys of the index, as they are written and looked up.

certif          a word, stemmed
certif^2        the same, if the document is among the best 1,024 of the word (tier 2)
~k3x            two adjacent words, as one of 262,144 numbers: a phrase is looked up by its
                pairs and then checked in the text
=9f86d081884c   a whole title or reference
#severity:SEV1  a label; #month:2026-03 and #year:2026 when it occurred
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import blake2b
from itertools import pairwise
from zlib import crc32

TIER_SIZES = (256, 1_024, 4_096, 16_384, 65_536)
_SIGNS = string.digits + string.ascii_letters + "-_"


def tier(lexeme: str, number: int) -> str:
    """Return the key of the best documents of a word; the first tier is the smallest."""
    return f"{lexeme}^{number}"


def pair(first: str, second: str) -> str:
    """Return the key of two adjacent lexemes."""
    number = crc32(f"{first} {second}".encode())
    return f"~{_SIGNS[number & 63]}{_SIGNS[number >> 6 & 63]}{_SIGNS[number >> 12 & 63]}"


def pairs(lexemes: Sequence[str]) -> list[str]:
    return [pair(first, second) for first, second in pairwise(lexemes)]


def exact_title(words: Sequence[str]) -> str:
    """Return the key of a title or reference that consists of these words."""
    return f"={blake2b(' '.join(words).encode(), digest_size=6).hexdigest()}"


def label(facet: str, value: str) -> str:
    return f"#{facet}:{value}"


def months_of(day: date) -> list[str]:
    return [f"#month:{day:%Y-%m}", f"#year:{day.year}"]


def period(since: date, until: date) -> Iterator[str]:
    """Yield the keys of whole years where they fit, and months for the rest, both ends included."""
    year, month = since.year, since.month
    while (year, month) <= (until.year, until.month):
        if month == 1 and (year < until.year or until.month == 12):
            yield f"#year:{year}"
            year += 1
            continue
        yield f"#month:{year}-{month:02d}"
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def quoted(key: str) -> str:
    """Return the key in PostgreSQL's syntax for vectors and queries."""
    return "'" + key.replace("\\", "\\\\").replace("'", "''") + "'"
