"""One pattern's incidents on an axis of time, with the fixes between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from django.db.models import F
from django.utils.safestring import SafeString

from accounts.models import User
from core import markdown
from core.templatetags import ui
from incidents.analytics import Success, success_of
from incidents.models import (
    ActionItem,
    ActionItemStatus,
    Incident,
    LinkState,
    Origin,
    PatternLink,
    Precision,
)
from incidents.views.addresses import incident_url, playbook_url
from incidents.views.clock import occurred_day
from incidents.views.incident_rows import severity_badge
from playbooks.models import FailurePattern, Risk

SHOWN = 50  # incidents, the latest first
_ROUGH = (Precision.APPROXIMATE, Precision.UNKNOWN)
_WEEKS_TO_MONTHS = 90  # days; longer intervals are told in months or years


@dataclass(frozen=True)
class IncidentCard:
    """An incident of the pattern, with the sentence that shows it. `fix_failed` says what had been
    done before, and did not hold."""

    reference: str
    title: str
    url: str
    day: str
    dated: bool
    severity: SafeString
    evidence: SafeString
    origin: str
    fix_failed: str


@dataclass(frozen=True)
class AxisMark:
    """An incident or a fix on the axis. `x` is per cent."""

    x: str
    href: str
    title: str
    is_fix: bool
    failed: bool


@dataclass(frozen=True)
class AxisYear:
    x: str
    label: str


@dataclass(frozen=True)
class HelpedPlaybook:
    """A playbook for the pattern, and how often it helped."""

    title: str
    url: str
    risk: str
    uses: str


@dataclass(frozen=True)
class PatternPage:
    """What the page of a pattern shows of its incidents."""

    cards: list[IncidentCard]
    marks: list[AxisMark]
    years: list[AxisYear]
    summary: str
    undated: list[IncidentCard]
    is_whole: bool
    playbooks: list[HelpedPlaybook]


def pattern_page(user: User, pattern: FailurePattern) -> PatternPage:
    """The latest incidents of `pattern` that `user` may see, and what became of the fixes."""
    latest = (F("incident__occurred_at").desc(nulls_last=True), "-incident__number")
    links = list(
        PatternLink.objects.visible_to(user)
        .filter(pattern=pattern, state=LinkState.CONFIRMED)
        .select_related("incident")
        .order_by(*latest)[: SHOWN + 1]
    )
    shown = links[:SHOWN]
    fixes = _fixes([link.incident_id for link in shown])
    cards = [_card(link, fixes) for link in shown]
    return PatternPage(
        cards=cards,
        marks=_marks([link.incident for link in shown], fixes, cards),
        years=_years([link.incident for link in shown], fixes),
        summary=_summary([link.incident for link in shown], len(links) <= SHOWN),
        undated=[card for card in cards if not card.dated],
        is_whole=len(links) <= SHOWN,
        playbooks=_playbooks(user, pattern),
    )


def _fixes(incident_ids: Sequence[int]) -> list[ActionItem]:
    """What was done after these incidents, the latest first."""
    done = ActionItem.objects.filter(incident__in=incident_ids, status=ActionItemStatus.DONE)
    return list(done.select_related("incident").order_by("-closed_at"))


def _card(link: PatternLink, fixes: Sequence[ActionItem]) -> IncidentCard:
    incident = link.incident
    failed = _failed_fix(incident, fixes)
    return IncidentCard(
        reference=incident.reference,
        title=incident.title,
        url=incident_url(incident.reference),
        day=occurred_day(incident),
        dated=incident.occurred_at is not None,
        severity=severity_badge(incident.severity),
        evidence=markdown.render(link.evidence),
        origin="" if link.origin == Origin.TEAM else Origin(link.origin).label,
        fix_failed=_done(failed) if failed else "",
    )


def _done(fix: ActionItem) -> str:
    return f"“{fix.title}” ({fix.incident.reference}), done {fix.closed_at:%-d %b %Y}"


def _failed_fix(incident: Incident, fixes: Sequence[ActionItem]) -> ActionItem | None:
    """The last promise of an earlier incident that was done before this one happened."""
    at = incident.occurred_at
    if at is None:
        return None
    for fix in fixes:
        before = fix.incident.occurred_at
        is_earlier = before < at if before else fix.incident.number < incident.number
        if fix.incident_id != incident.pk and is_earlier and fix.closed_at and fix.closed_at < at:
            return fix
    return None


# --- the axis -----------------------------------------------------------------------------------

_MARGIN = 3.0  # per cent left free at both ends


def _span(incidents: Sequence[Incident], fixes: Sequence[ActionItem]) -> tuple[datetime, timedelta]:
    moments = [incident.occurred_at for incident in incidents if incident.occurred_at]
    last = max([*moments, *(fix.closed_at for fix in fixes if fix.closed_at)])
    first = min(moments)
    return first, max(last - first, timedelta(days=1))


def _place(moment: datetime, first: datetime, whole: timedelta) -> str:
    return f"{_MARGIN + (100 - 2 * _MARGIN) * ((moment - first) / whole):.2f}%"


def _marks(
    incidents: Sequence[Incident], fixes: Sequence[ActionItem], cards: Sequence[IncidentCard]
) -> list[AxisMark]:
    if not any(incident.occurred_at for incident in incidents):
        return []
    first, whole = _span(incidents, fixes)
    marks = [
        AxisMark(
            x=_place(incident.occurred_at, first, whole),
            href=f"#card-{card.reference}",
            title=f"{card.day}: {card.reference} {card.title}",
            is_fix=False,
            failed=bool(card.fix_failed),
        )
        for incident, card in zip(incidents, cards, strict=True)
        if incident.occurred_at
    ]
    marks += [
        AxisMark(
            x=_place(fix.closed_at, first, whole),
            href=fix.get_absolute_url(),
            title=f"Done {fix.closed_at:%-d %b %Y}: {fix.title}",
            is_fix=True,
            failed=False,
        )
        for fix in fixes
        if fix.closed_at and fix.closed_at >= first
    ]
    return marks


def _years(incidents: Sequence[Incident], fixes: Sequence[ActionItem]) -> list[AxisYear]:
    """The years that begin on the axis, and the day it begins with; at most about eight."""
    if not any(incident.occurred_at for incident in incidents):
        return []
    first, whole = _span(incidents, fixes)
    last = first + whole
    step = max((last.year - first.year) // 8, 1)
    years = [
        AxisYear(_place(start, first, whole), str(start.year))
        for year in range(first.year + 1, last.year + 1, step)
        if first < (start := first.replace(year=year, month=1, day=1, hour=0, minute=0)) <= last
    ]
    return years or [AxisYear(f"{_MARGIN}%", f"{first:%b %Y}")]


def _summary(incidents: Sequence[Incident], is_whole: bool) -> str:
    """“4 incidents, typically about 11 months apart”: how often it comes. Two intervals or fewer
    are told as they are: nothing is typical of them."""
    count = ui.counted(len(incidents), "incident") if is_whole else f"more than {SHOWN} incidents"
    dated = [incident for incident in incidents if incident.occurred_at]
    moments = sorted(incident.occurred_at for incident in dated if incident.occurred_at)
    if len(moments) < 2:
        return count
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    roughly = any(incident.occurred_precision in _ROUGH for incident in dated)
    if len(gaps) > 2:
        return f"{count}, typically {_interval(timedelta(seconds=median(gaps)), roughly)} apart"
    spans = dict.fromkeys(_interval(timedelta(seconds=gap), roughly) for gap in sorted(gaps))
    return f"{count}, {' and '.join(spans)} apart"


def _interval(gap: timedelta, roughly: bool) -> str:
    """“44 days”, “about 5 months”, “about 8 years”; never less than a day."""
    days = max(gap.days, 1)
    if days < _WEEKS_TO_MONTHS:
        return f"{'about ' if roughly else ''}{ui.counted(days, 'day')}"
    months = round(days / 30.44)
    words = ui.counted(months, "month") if months < 24 else ui.counted(round(months / 12), "year")
    return f"about {words}"


# --- playbooks ----------------------------------------------------------------------------------


def _playbooks(user: User, pattern: FailurePattern) -> list[HelpedPlaybook]:
    playbooks = list(pattern.playbooks.all())
    success = success_of([playbook.pk for playbook in playbooks], user)
    return [
        HelpedPlaybook(
            title=playbook.title,
            url=playbook_url(playbook.slug),
            risk=Risk(playbook.risk).label,
            uses=_uses(success.get(playbook.pk, Success())),
        )
        for playbook in playbooks
    ]


def _uses(success: Success) -> str:
    if not success.total:
        return "not used yet"
    return f"helped {success.helped} of {ui.counted(success.total, 'time')}"
