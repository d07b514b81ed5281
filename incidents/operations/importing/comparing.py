"""Compare two states of a document, and find the revision that a file is based on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from incidents.exchange import ParsedPostmortem, parse, render
from incidents.models import Incident

ENOUGH = 0.5  # of the text; different write-ups of one team rarely share a third
_ALMOST_NOTHING = 0.05
_SUBSTANTIAL = 60  # runs of words, above which the same title is not enough
_RUN = 3
_MOST_REVISIONS = 50
_WORD = re.compile(r"[^\W_]+")


def words_of(document: ParsedPostmortem) -> Iterator[str]:
    """Yield the words of title, sections, timeline, causes and action items, in lower case."""
    yield from _words(document.title)
    for section in document.sections:
        yield from _words(f"{section.title}\n{section.body}")
    for event in document.timeline:
        yield from _words(event.text)
    for cause in document.root_causes:
        yield from _words(f"{cause.text}\n{cause.evidence}")
    for item in document.action_items:
        yield from _words(f"{item.title}\n{item.detail}")


def _words(text: str) -> Iterator[str]:
    return (match[0].casefold() for match in _WORD.finditer(text))


def _runs(document: ParsedPostmortem) -> set[tuple[str, ...]]:
    words = list(words_of(document))
    return {tuple(words[start : start + _RUN]) for start in range(max(1, len(words) - _RUN + 1))}


def share_kept(before: ParsedPostmortem, now: ParsedPostmortem) -> float:
    """Return the share, from 0 to 1, of the text of `before` that is still in `now`.

    It counts distinct runs of three words, so that common words alone do not count.
    """
    old = _runs(before)
    return len(old & _runs(now)) / len(old)


def continues(before: ParsedPostmortem, now: ParsedPostmortem) -> bool:
    """Return True if `now`, found at the place of `before`, is a later state of the same document.

    True if half of the text is still there, or if the title is the same, unless a long text was
    replaced altogether.
    """
    kept = share_kept(before, now)
    if kept >= ENOUGH:
        return True
    replaced = kept < _ALMOST_NOTHING and len(_runs(before)) > _SUBSTANTIAL
    return before.title.casefold() == now.title.casefold() and not replaced


def holds_all_of(before: ParsedPostmortem, now: ParsedPostmortem) -> bool:
    """Return True if `now` says everything that `before` says."""
    return not Counter(words_of(before)) - Counter(words_of(now))


def document_at(incident: Incident, revision: int) -> ParsedPostmortem | None:
    """Return the postmortem as of revision number `revision`; None if there is none."""
    found = incident.revisions.filter(number=revision).first()
    return parse(found.content, name="") if found else None


def latest_number(incident: Incident) -> int:
    """Return the number of the newest revision; 0 if there is none."""
    return incident.revisions.values_list("number", flat=True).first() or 0


def based_on(incident: Incident, wanted: ParsedPostmortem) -> int:
    """Return the number of the revision that differs least from `wanted`; the newest of equals.

    That is the state which somebody exported and then edited.
    """
    lines = Counter(render(wanted).split("\n"))
    best, least = 0, -1
    for number, content in incident.revisions.values_list("number", "content")[:_MOST_REVISIONS]:
        other = Counter(content.split("\n"))
        distance = (lines - other).total() + (other - lines).total()
        if least < 0 or distance < least:
            best, least = number, distance
    return best
