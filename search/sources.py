"""Sources of documents: the text of incidents, action items, patterns and playbooks, in a few
queries for any number of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.text_search import Kind
from incidents.exchange import ParsedPostmortem, documents_of
from incidents.models import Incident, LinkState, SectionKind
from playbooks.models import FailurePattern, Playbook
from search import keys
from search.facts import Facts
from search.incident_records import IncidentRecord, incident_records


@dataclass(frozen=True, kw_only=True)
class Source:
    """Everything that search receives about one thing.

    `fields` are texts by weight, in Markdown except A, the reference, and L, the names of things it
    belongs to: these are indexed, but are not passages. B is the summary, C the rest, D timeline
    and supporting text. `labels` are keys for filters.
    """

    pk: int
    kind: str
    reference: str
    title: str
    fields: Mapping[str, list[str]]
    labels: list[str]
    facts: Facts
    within: int | None = None
    is_guarded: bool = False
    occurred_on: date | None = None


_SECTION_WEIGHT = {
    SectionKind.SUMMARY: "B",
    SectionKind.TRIGGER: "B",
    SectionKind.SUPPORTING: "D",
}


def incidents(ids: list[int], read: Mapping[int, ParsedPostmortem]) -> Iterator[Source]:
    """Yield the incidents, then their action items, each in order."""
    missing = [key for key in ids if key not in read]
    stored = documents_of(Incident.objects.filter(pk__in=missing)) if missing else {}
    known = incident_records(ids)
    for key, document in sorted({**read, **stored}.items()):
        if key in known:
            yield _incident(known[key], document)
    for key in sorted(known):
        yield from _action_items(known[key])


def _incident(known: IncidentRecord, document: ParsedPostmortem) -> Source:
    return Source(
        pk=known.pk,
        kind="incident",
        reference=known.reference,
        title=known.title,
        fields=_incident_fields(known, document),
        labels=[
            keys.label("kind", "incident"),
            keys.label("status", known.status),
            *known.labels,
        ],
        facts={
            **known.facts,
            "status": known.status,
            "services": [name for _, name in known.named["service"]],
        },
        within=known.pk,
        is_guarded=known.is_guarded,
        occurred_on=known.occurred_on,
    )


def _incident_fields(known: IncidentRecord, document: ParsedPostmortem) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {
        "A": [known.reference],
        "B": [],
        "C": [],
        "D": [],
        "L": [name for names in known.named.values() for _, name in names],
    }
    for section in document.sections:
        weight = _SECTION_WEIGHT.get(SectionKind(section.kind), "C")
        fields[weight] += [section.title, section.body]
    for cause in document.root_causes:
        fields["B"].append(cause.text)
        fields["C"] += [cause.category, cause.evidence]
    for item in document.action_items:
        fields["C"] += [item.title, item.detail, item.closing_note]
    for link in document.pattern_links:
        if link.state == LinkState.CONFIRMED:
            fields["C"].append(link.evidence)
    fields["D"] += [event.text for event in document.timeline]
    return fields


def _action_items(known: IncidentRecord) -> Iterator[Source]:
    for item in known.items:
        yield Source(
            pk=item.pk,
            kind="action_item",
            reference=known.reference,
            title=item.title,
            fields={"A": [], "B": [item.detail], "C": [item.closing_note]},
            labels=[
                keys.label("kind", "action_item"),
                keys.label("status", item.status),
                *known.labels,
            ],
            facts={
                **known.facts,
                "pk": item.pk,
                "status": item.status,
                "incident": known.reference,
                "incident_title": known.title,
                **item.facts,  # type: ignore[typeddict-item]
            },
            within=known.pk,
            is_guarded=known.is_guarded,
            occurred_on=known.occurred_on,
        )


def patterns(ids: list[int], _: Mapping[int, Any]) -> Iterator[Source]:
    for pattern in FailurePattern.objects.current().filter(pk__in=ids):
        yield Source(
            pk=pattern.pk,
            kind="pattern",
            reference=pattern.slug,
            title=pattern.name,
            fields={
                "A": [],
                "B": [pattern.definition, *pattern.signals],
                "C": [pattern.recognise],
            },
            labels=[keys.label("kind", "pattern"), keys.label("pattern", pattern.slug)],
            facts={},
        )


def playbooks(ids: list[int], _: Mapping[int, Any]) -> Iterator[Source]:
    rows = Playbook.objects.current().filter(pk__in=ids).prefetch_related("steps", "patterns")
    for playbook in rows:
        steps = list(playbook.steps.all())
        facts: Facts = {"risk": playbook.risk, "steps": len(steps)}
        if playbook.last_reviewed_on:
            facts["reviewed_on"] = playbook.last_reviewed_on.isoformat()
        fields: dict[str, list[str]] = {
            "A": [],
            "B": [playbook.use_when],
            "C": [],
            "D": [],
            "L": [],
        }
        labels = [keys.label("kind", "playbook")]
        for pattern in playbook.patterns.all():
            fields["L"] += [pattern.name, *pattern.signals]
            labels.append(keys.label("pattern", pattern.slug))
        for step in steps:
            fields["C"] += [step.title, step.detail, _as_code(step.command)]
            fields["D"] += [step.expected, step.if_not, step.undo]
        fields["C"] += [playbook.verify, playbook.escalate]
        yield Source(
            pk=playbook.pk,
            kind="playbook",
            reference=playbook.slug,
            title=playbook.title,
            fields=fields,
            labels=labels,
            facts=facts,
        )


def _as_code(command: str) -> str:
    """Return a command as Markdown that keeps every character of it."""
    return "    " + command.replace("\n", "\n    ") if command else ""


READERS: dict[Kind, Callable[[list[int], Mapping[int, Any]], Iterator[Source]]] = {
    "incident": incidents,
    "pattern": patterns,
    "playbook": playbooks,
}
