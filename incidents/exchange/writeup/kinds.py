"""Meaning of the headings in free-form write-ups."""

from __future__ import annotations

import re

from incidents.models import SectionKind

# The first match counts. Headings with structured content are not section kinds.
_STRUCTURE = re.compile(
    r"\b(time ?line|chronolog|sequence of events|action items?|action points|follow[- ]?ups?|"
    r"to-?dos?|next steps|root causes?|causes?|contributing factors?)\b"
)
_KINDS = [
    (re.compile(pattern), kind)
    for pattern, kind in [
        (
            r"(did ?n.t|did not|not) go (so )?well|went (wrong|bad|poorly)|could .* better",
            SectionKind.WENT_WRONG,
        ),
        (r"(went|go|worked) (well|right)|what worked", SectionKind.WENT_WELL),
        (r"\bluck", SectionKind.LUCKY),
        (
            r"\blessons?\b|\blearn(ed|t|ings?)?\b|\btake-?aways\b|\bconclusions?\b",
            SectionKind.LESSONS,
        ),
        (r"\bimpact(ed)?\b|\baffected\b|\bconsequences\b", SectionKind.IMPACT),
        (r"\btriggers?\b", SectionKind.TRIGGER),
        (r"\bdetect(ion|ed)?\b|\bdiscover(y|ed)\b", SectionKind.DETECTION),
        (
            r"\b(recovery|resolution|resolved|mitigations?|remediation|restoration|fix(es)?)\b",
            SectionKind.RECOVERY,
        ),
        (r"\b(response|investigation|diagnosis|actions? taken)\b", SectionKind.RESPONSE),
        (
            r"\b(appendix|appendices|references|supporting|background|glossary|further reading)\b",
            SectionKind.SUPPORTING,
        ),
        (
            r"\b(summary|overview|abstract|synopsis|tl;?dr|what happened|introduction)\b",
            SectionKind.SUMMARY,
        ),
    ]
]


def kind_by_words(heading: str) -> str:
    """Return the kind of section that a free-form heading suggests; `other` if none."""
    words = heading[:200].casefold().replace("’", "'")
    if not _STRUCTURE.search(words):
        for pattern, kind in _KINDS:
            if pattern.search(words):
                return kind.value
    return SectionKind.OTHER.value


def is_known(label: str) -> bool:
    """Return True if write-ups use this label at the start of a line as a heading."""
    words = label.casefold()
    return len(words.split()) <= 5 and (
        bool(_STRUCTURE.search(words)) or kind_by_words(label) != SectionKind.OTHER
    )
