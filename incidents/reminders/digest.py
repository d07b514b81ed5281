"""What a digest says, worked out at the moment it is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from accounts.models.user import DigestFrequency
from incidents.models import ActionItem, Digest
from incidents.reminders import policy, recipients

MOST_LINES = 40


@dataclass(frozen=True)
class Line:
    """One action item in a digest."""

    title: str
    url: str
    incident: str
    due: str
    is_late: bool
    asks_for_decision: bool


@dataclass(frozen=True)
class Letter:
    """A digest as it is sent: what is new in it, and what its reader was told before."""

    recipient: User
    message_id: str
    subject: str
    new: list[Line]
    before: list[Line]
    more: int
    undecided: int
    list_url: str
    profile_url: str


@dataclass
class _Counts:
    overdue: int = 0
    today: int = 0
    tomorrow: int = 0
    later: dict[date, int] = field(default_factory=dict)

    def add(self, due_on: date, today: date) -> None:
        if due_on < today:
            self.overdue += 1
        elif due_on == today:
            self.today += 1
        elif due_on == today + timedelta(days=1):
            self.tomorrow += 1
        else:
            self.later[due_on] = self.later.get(due_on, 0) + 1

    def __str__(self) -> str:
        parts = [
            f"{self.overdue} overdue" if self.overdue else "",
            f"{self.today} due today" if self.today else "",
            f"{self.tomorrow} due tomorrow" if self.tomorrow else "",
            *(f"{count} due {day:%A}" for day, count in sorted(self.later.items())),
        ]
        return ", ".join(part for part in parts if part)


def compose(digest: Digest, *, now: datetime) -> Letter | None:
    """What `digest` has to say to its recipient `now`; None where nothing is left to say.

    State, ownership, sight and the recipient's wish are asked anew: what was finished, moved to
    another date or owner, or may not be seen any more is not named.
    """
    person = digest.recipient
    if not person.is_active or person.digest == DigestFrequency.OFF:
        return None
    today = now.astimezone(policy.zone_named(person.time_zone)).date()
    items = _due_items(person, until=max(today, digest.day) + policy.LOOK_AHEAD)
    announced = {(entry.action_item_id, entry.due_on) for entry in digest.entries.all()}
    new = [item for item in items if (item.pk, item.due_on) in announced]
    if not new:
        return None
    rest = [item for item in items if (item.pk, item.due_on) not in announced]
    told = [item for item in rest if _is_worth_repeating(item, today)]
    undecided = [item for item in rest if _step(item, today) == policy.Step.DECISION]
    counts = _Counts()
    for item in (*new, *told):
        if item.due_on:
            counts.add(item.due_on, today)
    lines_new, lines_before = new[:MOST_LINES], told[: max(MOST_LINES - len(new), 0)]
    return Letter(
        recipient=person,
        message_id=digest.message_id,
        subject=str(counts),
        new=[_line(item, today) for item in lines_new],
        before=[_line(item, today) for item in lines_before],
        more=len(new) + len(told) - len(lines_new) - len(lines_before),
        undecided=len(undecided),
        list_url=f"{settings.SITE_URL}{reverse('action_item_list')}?scope=mine&state=open",
        profile_url=f"{settings.SITE_URL}{reverse('profile')}",
    )


def _due_items(person: User, *, until: date) -> list[ActionItem]:
    items = recipients.answered_for([person], until=until).get(person.pk, [])
    visible = set(
        ActionItem.objects.visible_to(person)
        .filter(pk__in=[item.pk for item in items])
        .values_list("pk", flat=True)
    )
    return [item for item in items if item.pk in visible]


def _step(item: ActionItem, today: date) -> policy.Step | None:
    return policy.step_for(item.due_on, today) if item.due_on else None


def _is_worth_repeating(item: ActionItem, today: date) -> bool:
    """Due, and not yet left to silence after a decision was asked for."""
    return _step(item, today) not in (None, policy.Step.DECISION)


def _line(item: ActionItem, today: date) -> Line:
    late = (today - item.due_on).days if item.due_on else 0
    words = {0: "due today", -1: "due tomorrow", 1: "1 day overdue"}
    otherwise = f"{late} days overdue" if late > 0 else f"due {item.due_on:%A %-d %B}"
    return Line(
        title=item.title,
        url=f"{settings.SITE_URL}{item.get_absolute_url()}",
        incident=f"{item.incident.reference} {item.incident.title}",
        due=words.get(late, otherwise),
        is_late=late > 0,
        asks_for_decision=_step(item, today) == policy.Step.DECISION,
    )
