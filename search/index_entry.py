"""Index entries, built from sources. Pure: reads and writes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

from core.markdown import to_plain_text
from search import analyzer, impact, keys
from search.sources import Source

# PostgreSQL's limit for a vector is one megabyte; even text without repeated words stays below.
_MAX_CHARACTERS = {"B": 60_000, "C": 200_000, "D": 250_000}
_MAX_LABELS = 20_000
_MAX_RANKED = 2_000  # lexemes of one document used for ranking; all of them are searchable
_MAX_LEXEMES = 30_000
_MAX_PAIRS = 60_000
_PASSAGE = 300
_MAX_PASSAGES = 2_000
NOT_SHOWN = "\f"  # separates passages from text that is searchable but not shown

Tiers = Mapping[str, Sequence[float]]
"""The least worth in each tier, by common word."""


@dataclass(frozen=True)
class IndexEntry:
    """One row of the index. `lexemes` has every lexeme it is found by with the step of its impact,
    `used` its words as written."""

    pk: int
    kind: str
    within: int | None
    is_guarded: bool
    reference: str
    title: str
    occurred_on: date | None
    labels: list[str]
    lexemes: Mapping[str, int]
    impacts: str
    keys: str
    text: str
    facts: str
    used: frozenset[str]

    @property
    def digest(self) -> bytes:
        """A digest of everything stored."""
        whole = "\0".join(
            [self.title, self.reference, self.impacts, self.keys, self.text, self.facts]
        )
        return blake2b(
            f"{whole}\0{self.is_guarded}\0{self.within}\0{self.occurred_on}".encode(
                errors="replace"
            ),
            digest_size=16,
        ).digest()


@dataclass(frozen=True)
class _Read:
    """The words of a source by field, in order, and the parts of camel-case words."""

    words: Mapping[str, list[str]]
    humps: Mapping[str, list[str]]
    passages: list[str]

    def lexemes(self, field: str) -> list[str]:
        return [analyzer.stem(word) for word in self.words[field]]


def build_entry(source: Source, tiers: Tiers) -> IndexEntry:
    """Return the index entry of `source`; `tiers` decide which tier keys it gets."""
    read = _read(source)
    lexemes = {field: read.lexemes(field) for field in read.words}
    pairs = {field: keys.pairs(found) for field, found in lexemes.items()}
    for field, parts in read.humps.items():
        lexemes[field] += map(analyzer.stem, parts)
    length = sum(len(found) for field, found in lexemes.items() if field != "L")
    steps = impact.impacts(lexemes, length)
    in_short = impact.impacts({field: pairs[field] for field in "AB"}, length)
    return IndexEntry(
        pk=source.pk,
        kind=source.kind,
        within=source.within,
        is_guarded=source.is_guarded,
        reference=source.reference,
        title=source.title,
        occurred_on=source.occurred_on,
        labels=source.labels,
        lexemes=steps,
        impacts=_vector(_best({**steps, **in_short})),
        keys=_keys(source, steps, {pair for found in pairs.values() for pair in found}, tiers),
        text="\n".join(read.passages) + NOT_SHOWN + " ".join(read.words["L"]),
        facts=json.dumps(source.facts, ensure_ascii=False),
        used=frozenset(
            word for found in read.words.values() for word in found if not word.isdigit()
        ),
    )


def _read(source: Source) -> _Read:
    plain = _plain(source.fields)
    whole = {
        "A": " ".join([source.title, *source.fields["A"]]),
        **plain,
        "L": " ".join(source.fields.get("L", ()))[:_MAX_LABELS],
    }
    return _Read(
        words={field: analyzer.tokenize(text) for field, text in whole.items()},
        humps={field: analyzer.camel_case_parts(text) for field, text in whole.items()},
        passages=_passages(plain),
    )


def _plain(fields: Mapping[str, list[str]]) -> dict[str, str]:
    """Return B, C and D as plain text, cut to what can be indexed."""
    return {
        field: "\n".join(
            to_plain_text(part)[:most].replace("\0", " ") for part in fields.get(field, ()) if part
        )[:most].replace(NOT_SHOWN, " ")
        for field, most in _MAX_CHARACTERS.items()
    }


def _best(steps: Mapping[str, int]) -> Mapping[str, int]:
    if len(steps) <= _MAX_RANKED:
        return steps
    return dict(sorted(steps.items(), key=lambda pair: (-pair[1], pair[0]))[:_MAX_RANKED])


def _vector(steps: Mapping[str, int]) -> str:
    return " ".join(f"'{lexeme}':{impact.positions(step)}" for lexeme, step in steps.items())


def _keys(source: Source, steps: Mapping[str, int], pairs: set[str], tiers: Tiers) -> str:
    found = list(steps)[:_MAX_LEXEMES] + sorted(pairs)[:_MAX_PAIRS]
    recent = impact.recency(source.occurred_on)
    for lexeme in tiers.keys() & steps.keys():
        worth = impact.worth(impact.value(steps[lexeme]), source.kind, recent)
        found += [
            keys.tier(lexeme, number)
            for number, least in enumerate(tiers[lexeme], start=1)
            if worth >= least
        ]
    for name in (source.title, source.reference):
        if split := analyzer.tokenize(name):
            found.append(keys.exact_title(split))
    found += source.labels
    if source.occurred_on:
        found += keys.months_of(source.occurred_on)
    return " ".join(map(keys.quoted, found))


def _passages(plain: Mapping[str, str]) -> list[str]:
    """Return the text as passages, one per line, summaries first; long lines are split between
    sentences."""
    passages: list[str] = []
    for part in plain.values():
        for line in part.splitlines():
            passages += _cut(line.strip())
    return passages[:_MAX_PASSAGES]


def _cut(line: str) -> Iterable[str]:
    while len(line) > _PASSAGE:
        end = max(line.rfind(stop, 80, _PASSAGE) for stop in (". ", "? ", "! ", "; "))
        end = end + 1 if end > 0 else line.rfind(" ", 80, _PASSAGE)
        end = end if end > 0 else _PASSAGE
        yield line[:end].strip()
        line = line[end:].strip()
    if line:
        yield line
