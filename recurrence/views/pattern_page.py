"""The page of a failure pattern: its incidents, fixes and playbooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.models import User
from core import markdown, times
from core.templatetags import ui
from incidents.addresses import incident_url, playbook_url
from incidents.clock import occurred_day
from incidents.models import Origin, Outcome, PatternLink
from incidents.views.incident_rows import severity_badge
from playbooks.models import FailurePattern, Risk
from recurrence import analytics
from recurrence.analytics import Fix, Occurrence, Occurrences, Success, success_of
from recurrence.views.pattern_axis import PatternAxis, gap_words, pattern_axis

SHOWN = 25  # incidents as cards, the latest
SERVICES = 8


@dataclass(frozen=True)
class IncidentCard:
    """An incident of the pattern, with the evidence for it.

    `gap` is the time since the previous one; `fix_failed` describes an earlier fix that did not
    hold.
    """

    reference: str
    title: str
    url: str
    day: str
    gap: str
    severity: SafeString
    evidence: SafeString
    origin: str
    fix_failed: str


@dataclass(frozen=True)
class HitService:
    """A service with its number of incidents of the pattern."""

    name: str
    url: str
    incidents: str


@dataclass(frozen=True)
class HelpedPlaybook:
    """A playbook for the pattern, with its outcomes as (outcome, words)."""

    title: str
    url: str
    risk: str
    outcomes: list[tuple[str, str]]


@dataclass(frozen=True)
class PatternPage:
    """The incidents of a pattern for its page. `more` counts those without a card."""

    cards: list[IncidentCard]
    axis: PatternAxis
    summary: str
    undated: list[tuple[str, str]]
    more: int
    is_whole: bool
    services: list[HitService]
    playbooks: list[HelpedPlaybook]


def pattern_page(user: User, pattern: FailurePattern) -> PatternPage:
    """Return the latest incidents of `pattern` visible to `user`, with their fixes."""
    found = analytics.occurrences(user, pattern)
    shown = found.incidents[:SHOWN]
    return PatternPage(
        cards=_cards(found, shown),
        axis=pattern_axis(found, {incident.pk for incident in shown}),
        summary=_summary(found),
        undated=[
            (incident.reference, incident_url(incident.reference))
            for incident in found.incidents
            if incident.occurred_at is None
        ],
        more=len(found.incidents) - len(shown),
        is_whole=found.is_whole,
        services=_services(found, pattern),
        playbooks=_playbooks(user, pattern),
    )


def _cards(found: Occurrences, shown: Sequence[Occurrence]) -> list[IncidentCard]:
    links = PatternLink.objects.in_bulk([incident.link_pk for incident in shown])
    failed = found.failed_fixes
    references = {incident.pk: incident.reference for incident in found.incidents}
    following = [*found.incidents[1:], None]
    return [
        _card(incident, links.get(incident.link_pk), before, failed.get(incident.pk), references)
        for incident, before in zip(shown, following, strict=False)
    ]


def _card(
    incident: Occurrence,
    link: PatternLink | None,
    before: Occurrence | None,
    failed: tuple[Fix, bool] | None,
    references: Mapping[int, str],
) -> IncidentCard:
    words = gap_words(incident, before) if before else ""
    return IncidentCard(
        reference=incident.reference,
        title=incident.title,
        url=incident_url(incident.reference),
        day=occurred_day(incident),
        gap=f"{words} after {before.reference}" if before and words else "",
        severity=severity_badge(incident.severity),
        evidence=markdown.render(link.evidence if link else ""),
        origin="" if link is None or link.origin == Origin.TEAM else Origin(link.origin).label,
        fix_failed=_failed(*failed, references) if failed else "",
    )


def _failed(fix: Fix, was_said: bool, references: Mapping[int, str]) -> str:
    done = f"done {times.day(timezone.localdate(fix.done_at))}"
    said = ", and it did not hold" if was_said else ""
    return f"“{fix.title}” ({references[fix.incident_pk]}), {done}{said}"


def _summary(found: Occurrences) -> str:
    """Return the frequency in words: “4 incidents, typically 11 months apart”.

    Up to two intervals are listed: that is too few for a typical one.
    """
    total = len(found.incidents)
    count = ui.counted(total, "incident") if found.is_whole else f"more than {total} incidents"
    dated = sorted(
        (incident for incident in found.incidents if incident.occurred_at),
        key=lambda incident: incident.occurred_at or 0,
    )
    moments = [incident.occurred_at for incident in dated if incident.occurred_at]
    if len(moments) < 2:
        return count
    gaps = sorted((later - earlier).days for earlier, later in pairwise(moments))
    about = any(incident.is_rough for incident in dated)
    if len(gaps) > 2:
        return f"{count}, typically {times.rough_span(int(median(gaps)), about=about)} apart"
    spans = dict.fromkeys(times.rough_span(gap, about=about) for gap in gaps)
    return f"{count}, {' and '.join(spans)} apart"


def _services(found: Occurrences, pattern: FailurePattern) -> list[HitService]:
    hit = analytics.services_hit([incident.pk for incident in found.incidents])
    listed = f"{reverse('incident_list')}?pattern={pattern.slug}&service="
    return [
        HitService(name, f"{listed}{slug}", ui.counted(count, "incident"))
        for name, slug, count in hit[:SERVICES]
    ]


def _playbooks(user: User, pattern: FailurePattern) -> list[HelpedPlaybook]:
    playbooks = list(pattern.playbooks.all())
    success = success_of([playbook.pk for playbook in playbooks], user)
    return [
        HelpedPlaybook(
            title=playbook.title,
            url=playbook_url(playbook.slug),
            risk=Risk(playbook.risk).label,
            outcomes=_outcomes(success.get(playbook.pk, Success())),
        )
        for playbook in playbooks
    ]


def _outcomes(success: Success) -> list[tuple[str, str]]:
    """Return (outcome, words) for each outcome that occurred, such as “Helped 3 times”."""
    counts = zip(Outcome, (success.helped, success.partly, success.failed), strict=True)
    return [
        (outcome.value, f"{outcome.label} {ui.counted(count, 'time')}")
        for outcome, count in counts
        if count
    ]
