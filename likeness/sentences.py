"""Sentences of an incident, each weighted by how much it tells about what went wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

from core.markdown import to_plain_text
from incidents.exchange import ParsedPostmortem
from incidents.models import CauseRole, SectionKind
from search.analyzer import fold

MAX_CHARACTERS = 60_000  # read of one incident; write-ups say what matters before
MAX_SENTENCES = 600
LONGEST = 400  # characters of a sentence; longer ones are listings

# Weights of sentences, by where they stand.
TITLE, CAUSE, SUMMARY, USUAL, ASIDE, PLANS = 1.9, 2.0, 1.4, 1.0, 0.7, 0.4
_BY_SECTION = {
    SectionKind.SUMMARY: SUMMARY,
    SectionKind.TRIGGER: CAUSE,
    SectionKind.DETECTION: 1.2,
    SectionKind.WENT_WRONG: 1.2,
    SectionKind.WENT_WELL: 0.3,
    SectionKind.LUCKY: ASIDE,
    SectionKind.LESSONS: ASIDE,
    SectionKind.SUPPORTING: 0.5,
}
_CAUSE_HEADING = re.compile(r"\b(root )?causes?\b|\btrigger|\bwhat (happened|went wrong)", re.I)
_PLANS_HEADING = re.compile(
    r"\b(action|follow|next step|to ?do|prevent|future|improve|process change|what we)", re.I
)
_CAUSAL = re.compile(
    r"\b(root[ -]cause|caused? by|(was|were|is|are|being|be) (due|caused|triggered|the result)"
    r"|due to|because|the cause|culprit|result(ed|ing)? (of|from|in)|as a result|led to|triggered"
    r"|turned? out|it appears that|stemmed|attributed to|reason|introduced)\b",
    re.I,
)
# Every match of the expression above contains one of these; checking them first is quicker.
_CAUSAL_STEMS = frozenset(
    {"caus", "due", "trigger", "result", "becaus", "culprit", "led", "turn", "appear", "stem"}
    | {"attribut", "reason", "introduc"}
)
_PLANNED = re.compile(
    r"^\W*((we|i)( wi|'|’)ll|we (are|plan|have (also )?begun|intend)\b.{0,30}\b(ing|to)\b"
    r"|(we|i) should|investigate|consider|add|improve|create|document|review|implement|ensure"
    r"|set up|fix(es|ing)? |update (the )?(doc|run|play)|in (the )?future|going forward"
    r"|to prevent|next steps?)",
    re.I,
)
_BREAK = re.compile(r"(?<=[.!?])[\"”’)]*\s+(?=[\"“(\[]*[A-Z0-9`])|\n+|(?<=;)\s+")
_PROMPT = re.compile(
    r"^\W*(\[[^\]]{3,}\]|<[^>]{3,}>|tbd|todo|n/?a|none|describe\b.*|e\.?g\.? .*|_.*_)\W*$", re.I
)
_NOT = re.compile(r"n['’]t\b|\bcannot\b", re.I)
_WORD = re.compile(r"[^\W_]+")
_STEMMER = Stemmer.Stemmer("english")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the stem of a folded word."""
    return str(_STEMMER.stemWord(word))


def stems(text: str) -> list[str]:
    """Return the stems of every word of `text`, in order; `not` is separated from its verb."""
    plain = fold(_NOT.sub(lambda found: " can not" if found[0][0] in "cC" else " not", text))
    return [stem(word[:40]) for word in _WORD.findall(plain)]


@dataclass(frozen=True)
class Sentence:
    """A sentence as written, its stems, and its weight (0.3 to 4)."""

    text: str
    stems: tuple[str, ...]
    weight: float


def sentences(document: ParsedPostmortem) -> list[Sentence]:
    """Return the sentences of the document in reading order, without template prompts."""
    found: list[Sentence] = []
    seen: set[str] = set()
    left = MAX_CHARACTERS
    for text, weight in _parts(document):
        for line in split(text[:left]):
            if line in seen or _PROMPT.match(line):
                continue
            seen.add(line)
            known = tuple(stems(line))
            found.append(Sentence(line, known, _weight(line, weight, frozenset(known))))
        left -= len(text)
        if left <= 0 or len(found) >= MAX_SENTENCES:
            break
    return found[:MAX_SENTENCES]


def split(text: str) -> Iterator[str]:
    """Yield the sentences of Markdown `text`, verbatim but for its markup."""
    for piece in _BREAK.split(to_plain_text(text)):
        line = piece.strip()
        if line:
            yield line[:LONGEST]


def _parts(document: ParsedPostmortem) -> Iterable[tuple[str, float]]:
    yield document.title, TITLE
    for cause in document.root_causes:
        yield cause.text, CAUSE * (1.3 if cause.role == CauseRole.ROOT else 1.0)
        yield cause.evidence, USUAL
    for section in document.sections:
        yield section.body, _section_weight(section.kind, section.title)
    for event in document.timeline:
        yield event.text, ASIDE
    for item in document.action_items:
        yield item.title, PLANS


def _section_weight(kind: str, title: str) -> float:
    if _PLANS_HEADING.search(title):
        return PLANS
    if _CAUSE_HEADING.search(title):
        return CAUSE
    return _BY_SECTION.get(SectionKind(kind), USUAL)


def _weight(line: str, place: float, found: frozenset[str]) -> float:
    if _PLANNED.match(line):
        return min(place, PLANS)
    is_causal = not found.isdisjoint(_CAUSAL_STEMS) and _CAUSAL.search(line)
    return place * 1.8 if is_causal else place
