"""Similar incidents as the panels show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from incidents.addresses import incident_url
from incidents.clock import occurred_day
from incidents.models import Incident, LinkState, PatternLink, Severity
from likeness import reasons
from likeness.similarity import Similar

MAX_OFFERS = 3


@dataclass(frozen=True)
class SimilarRow:
    """One similar incident: its title, its day, and why it is similar."""

    reference: str
    title: str
    url: str
    severity: str
    day: str
    why: str
    is_confirmed: bool


@dataclass(frozen=True)
class LinkOffer:
    """An offer to link one of two incidents of the same failure to a pattern of the other."""

    reference: str
    slug: str
    name: str


def similar_rows(found: Iterable[Similar]) -> list[SimilarRow]:
    """Return rows for these incidents, in the same order."""
    return [
        SimilarRow(
            reference=one.reference,
            title=one.title,
            url=incident_url(one.reference),
            severity="" if one.severity == Severity.UNKNOWN else one.severity,
            day=occurred_day(one),
            why=reasons.sentence(one),
            is_confirmed=one.is_confirmed,
        )
        for one in found
    ]


def link_offers(one: Incident, other: Incident) -> list[LinkOffer]:
    """Return offers for patterns confirmed for one of the two and undecided for the other. One
    query."""
    links = PatternLink.objects.filter(incident__in=[one, other]).select_related("pattern")
    decided = {(link.incident_id, link.pattern_id) for link in links}
    offers = []
    for link in links:
        missing = other if link.incident_id == one.pk else one
        if link.state == LinkState.CONFIRMED and (missing.pk, link.pattern_id) not in decided:
            offers.append(LinkOffer(missing.reference, link.pattern.slug, link.pattern.name))
    return offers[:MAX_OFFERS]
