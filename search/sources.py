"""Where the text of documents comes from: a few queries for any number of rows.

Each reader gives `(pk, title, texts by weight)` for the ids it is asked for. B is what sums the
thing up, C the rest, D timeline and supporting text. L are names of other things that it belongs
to: it is found by them, but they are no passages of its text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from core.text_search import Kind
from incidents.models import Incident, LinkState, SectionKind
from playbooks.models import FailurePattern, Playbook

Read = tuple[int, str, dict[str, list[str]]]

_SECTION_WEIGHT = {
    SectionKind.SUMMARY: "B",
    SectionKind.TRIGGER: "B",
    SectionKind.SUPPORTING: "D",
}


def incidents(ids: list[int]) -> Iterator[Read]:
    rows = Incident.objects.filter(pk__in=ids).prefetch_related(
        "sections",
        "root_causes",
        "action_items",
        "timeline",
        "services",
        "tags",
        "pattern_links__pattern",
    )
    for incident in rows:
        weights: dict[str, list[str]] = {
            "A": [incident.reference],
            "B": [],
            "C": [],
            "D": [],
            "L": [],
        }
        for section in incident.sections.all():
            weight = _SECTION_WEIGHT.get(SectionKind(section.kind), "C")
            weights[weight] += [section.title, section.body]
        for cause in incident.root_causes.all():
            weights["B"].append(cause.text)
            weights["C"] += [cause.category, cause.evidence]
        for item in incident.action_items.all():
            weights["B"].append(item.title)
            weights["C"] += [item.detail, item.closing_note]
        weights["L"] += [label.name for label in incident.services.all()]
        weights["L"] += [label.name for label in incident.tags.all()]
        for link in incident.pattern_links.all():
            if link.state == LinkState.CONFIRMED:
                weights["L"].append(link.pattern.name)
                weights["C"].append(link.evidence)
        weights["D"] += [event.text for event in incident.timeline.all()]
        yield incident.pk, incident.title, weights


def patterns(ids: list[int]) -> Iterator[Read]:
    for pattern in FailurePattern.objects.filter(pk__in=ids):
        yield (
            pattern.pk,
            pattern.name,
            {"A": [], "B": [pattern.definition, *pattern.signals], "C": [pattern.recognise]},
        )


def playbooks(ids: list[int]) -> Iterator[Read]:
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


READERS: dict[Kind, Callable[[list[int]], Iterator[Read]]] = {
    "incident": incidents,
    "pattern": patterns,
    "playbook": playbooks,
}
