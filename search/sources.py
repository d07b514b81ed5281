"""Where the text of documents comes from: a few queries for any number of rows.

Each reader gives `(pk, title, texts by weight)` for the ids it is asked for, of which some may
have been read already, in the shape of `core.text_search.refresh`. B is what sums the
thing up, C the rest, D timeline and supporting text. L are names of other things that it belongs
to: it is found by them, but they are no passages of its text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from core.text_search import Kind
from incidents.exchange import ParsedPostmortem, documents_of
from incidents.models import Incident, LinkState, SectionKind
from playbooks.models import FailurePattern, Playbook

Read = tuple[int, str, dict[str, list[str]]]

_SECTION_WEIGHT = {
    SectionKind.SUMMARY: "B",
    SectionKind.TRIGGER: "B",
    SectionKind.SUPPORTING: "D",
}


def incidents(ids: list[int], read: Mapping[int, ParsedPostmortem]) -> Iterator[Read]:
    missing = [key for key in ids if key not in read]
    stored = documents_of(Incident.objects.filter(pk__in=missing)) if missing else {}
    for key, document in sorted({**read, **stored}.items()):
        yield key, document.title, _incident_weights(document)


def _incident_weights(document: ParsedPostmortem) -> dict[str, list[str]]:
    weights: dict[str, list[str]] = {
        "A": [document.reference or ""],
        "B": [],
        "C": [],
        "D": [],
        "L": [*document.services, *document.tags],
    }
    for section in document.sections:
        weight = _SECTION_WEIGHT.get(SectionKind(section.kind), "C")
        weights[weight] += [section.title, section.body]
    for cause in document.root_causes:
        weights["B"].append(cause.text)
        weights["C"] += [cause.category, cause.evidence]
    for item in document.action_items:
        weights["B"].append(item.title)
        weights["C"] += [item.detail, item.closing_note]
    for link in document.pattern_links:
        if link.state == LinkState.CONFIRMED:
            weights["L"].append(link.name)
            weights["C"].append(link.evidence)
    weights["D"] += [event.text for event in document.timeline]
    return weights


def patterns(ids: list[int], _: Mapping[int, Any]) -> Iterator[Read]:
    for pattern in FailurePattern.objects.filter(pk__in=ids):
        yield (
            pattern.pk,
            pattern.name,
            {"A": [], "B": [pattern.definition, *pattern.signals], "C": [pattern.recognise]},
        )


def playbooks(ids: list[int], _: Mapping[int, Any]) -> Iterator[Read]:
    rows = Playbook.objects.filter(pk__in=ids).prefetch_related("steps", "patterns")
    for playbook in rows:
        weights: dict[str, list[str]] = {
            "A": [],
            "B": [playbook.use_when],
            "C": [],
            "D": [],
            "L": [],
        }
        for pattern in playbook.patterns.all():
            weights["L"] += [pattern.name, *pattern.signals]
        for step in playbook.steps.all():
            weights["C"] += [step.title, step.detail, _as_code(step.command)]
            weights["D"] += [step.expected, step.if_not, step.undo]
        weights["C"] += [playbook.verify, playbook.escalate]
        yield playbook.pk, playbook.title, weights


def _as_code(command: str) -> str:
    """A command as Markdown that leaves every character of it alone."""
    return "    " + command.replace("\n", "\n    ") if command else ""


READERS: dict[Kind, Callable[[list[int], Mapping[int, Any]], Iterator[Read]]] = {
    "incident": incidents,
    "pattern": patterns,
    "playbook": playbooks,
}
