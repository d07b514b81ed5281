"""What a result shows beside its title, prepared for the page in a few queries for any number."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial

from django.db.models import Count
from django.urls import reverse

from accounts.models import User
from incidents.models import Incident, LinkState, Outcome, PatternLink, PlaybookUse
from incidents.views.clock import occurred_day
from playbooks.models import Playbook, PlaybookStep
from search.models import Document, Kind
from search.query import Hit
from search.snippets import Piece

ICONS = {Kind.INCIDENT: "bolt", Kind.PLAYBOOK: "book", Kind.PATTERN: "repeat"}
# How much a playbook recommends itself by what it did in an incident.
_HELPED: dict[str, int] = {Outcome.HELPED: 0, Outcome.PARTLY: 1, Outcome.DID_NOT_HELP: 3}
_UNTRIED = 2
NAMES = {Kind.INCIDENT: "Incident", Kind.PLAYBOOK: "Playbook", Kind.PATTERN: "Failure pattern"}


def reference_of(document: Document) -> str:
    """What the thing is called in addresses and commands: a reference or a slug."""
    if document.incident:
        return document.incident.reference
    return (document.pattern or document.playbook).slug  # type: ignore[union-attr]


def url_of(document: Document) -> str:
    thing = document.incident or document.pattern or document.playbook
    return thing.get_absolute_url()  # type: ignore[union-attr]


@dataclass(frozen=True)
class Row:
    """One result as the page shows it. `badges` are (value, text), `playbooks` what helps here."""

    kind: str
    icon: str
    kind_name: str
    url: str
    reference: str
    title: list[Piece]
    snippet: list[Piece]
    is_complete: bool
    badges: list[tuple[str, str]] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    playbooks: list[Playbook] = field(default_factory=list)


def rows(hits: list[Hit], *, user: User) -> list[Row]:
    """The hits with the facts that help to choose among them."""
    ids: dict[str, list[int]] = defaultdict(list)
    for hit in hits:
        ids[hit.document.kind].append(getattr(hit.document, f"{hit.document.kind}_id"))
    met = _times_met(ids["pattern"], user)
    steps = _steps(ids["playbook"])
    helping = _playbooks_for(ids["incident"], ids["playbook"])
    return [_row(hit, met, steps, helping) for hit in hits]


def _row(
    hit: Hit, met: dict[int, int], steps: dict[int, int], helping: dict[int, list[Playbook]]
) -> Row:
    document = hit.document
    badges: list[tuple[str, str]] = []
    facts: list[str] = []
    if document.incident:
        badges, facts = _incident_facts(document.incident)
    elif document.playbook:
        badges, facts = _playbook_facts(document.playbook, steps.get(document.playbook.pk, 0))
    elif document.pattern:
        facts = [_counted(met.get(document.pattern.pk, 0), "incident")]
    return Row(
        kind=document.kind,
        icon=ICONS[Kind(document.kind)],
        kind_name=NAMES[Kind(document.kind)],
        url=url_of(document),
        reference=reference_of(document) if document.incident else "",
        title=hit.title,
        snippet=hit.snippet,
        is_complete=hit.is_complete,
        badges=badges,
        facts=facts,
        playbooks=helping.get(document.incident_id or 0, []),
    )


def _incident_facts(incident: Incident) -> tuple[list[tuple[str, str]], list[str]]:
    badges = [
        (incident.severity, incident.get_severity_display()),
        (incident.status, incident.get_status_display()),
    ]
    return badges, [occurred_day(incident)]


def _playbook_facts(playbook: Playbook, steps: int) -> tuple[list[tuple[str, str]], list[str]]:
    reviewed = (
        f"reviewed {playbook.last_reviewed_on:%-d %b %Y}"
        if playbook.last_reviewed_on
        else "never reviewed"
    )
    return [(playbook.risk, playbook.get_risk_display())], [_counted(steps, "step"), reviewed]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _times_met(patterns: list[int], user: User) -> dict[int, int]:
    """How many incidents that `user` may see are confirmed instances of each pattern."""
    if not patterns:
        return {}
    links = PatternLink.objects.visible_to(user).confirmed().filter(pattern__in=patterns)
    return dict(links.order_by().values_list("pattern").annotate(Count("pk")))


def _steps(playbooks: list[int]) -> dict[int, int]:
    if not playbooks:
        return {}
    steps = PlaybookStep.objects.filter(playbook__in=playbooks)
    return dict(steps.order_by().values_list("playbook").annotate(Count("pk")))


def _playbooks_for(incidents: list[int], found: list[int]) -> dict[int, list[Playbook]]:
    """At most three playbooks for each of these (visible) incidents: those that were followed in
    it or are for its patterns. What helped there comes first, then what was found itself; what
    was tried in vain comes last."""
    if not incidents:
        return {}
    links = PatternLink.objects.filter(
        incident__in=incidents, state=LinkState.CONFIRMED
    ).prefetch_related("pattern__playbooks")
    helping: dict[int, dict[int, Playbook]] = defaultdict(dict)
    for link in links:
        helping[link.incident_id] |= {book.pk: book for book in link.pattern.playbooks.all()}
    helped: dict[tuple[int, int], int] = {}
    for use in PlaybookUse.objects.filter(incident__in=incidents).select_related("playbook"):
        key = (use.incident_id or 0, use.playbook_id)
        helping[key[0]][use.playbook_id] = use.playbook
        helped[key] = min(_HELPED[use.outcome], helped.get(key, _UNTRIED + 1))
    place = {pk: number for number, pk in enumerate(found)}

    def worth(incident: int, playbook: int) -> tuple[int, int]:
        return helped.get((incident, playbook), _UNTRIED), place.get(playbook, len(place))

    return {
        incident: [books[pk] for pk in sorted(books, key=partial(worth, incident))][:3]
        for incident, books in helping.items()
    }


def facets(counts: dict[str, int], query: dict[str, str], chosen: str) -> list[dict[str, object]]:
    """The kinds in an order that never changes, each with its count and its link."""
    return [
        {
            "value": value,
            "name": name,
            "count": sum(counts.values()) if not value else counts.get(value, 0),
            "is_chosen": value == chosen,
            "url": reverse("search_results", query={**query, **({"kind": value} if value else {})}),
        }
        for value, name in [("", "Everything"), *Kind.choices]
    ]
