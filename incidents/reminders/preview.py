"""What would be sent in the next days, when and to whom, if nobody did anything meanwhile."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Role, Team, User
from core import times
from incidents.models import ActionItem, Incident, PostmortemStatus
from incidents.reminders import ledger, people
from incidents.reminders.calendars import Calendar
from incidents.reminders.claims import claims_of
from incidents.reminders.news import News, news
from incidents.reminders.policy import (
    ASSIGNED,
    DECISION,
    DRAFT_UNTOUCHED,
    DUE_SOON,
    DUE_TODAY,
    ORPHANED,
    RE_REVIEW,
    REVIEW_WAITING,
    SNOOZE_OVER,
    TEAM_LEAD,
    UNASSIGNED,
    Policy,
)
from incidents.reminders.postmortems import waiting_for
from messaging.models import Message

DAYS = 14
_FAR = timedelta(days=DAYS + 31)  # no digest looks further ahead than a month

_WORDS = {
    ASSIGNED: "newly given",
    DUE_SOON: "due soon",
    DUE_TODAY: "due today",
    DECISION: "asked for a decision",
    SNOOZE_OVER: "no longer snoozed",
    TEAM_LEAD: "told as team lead",
    UNASSIGNED: "asked for an owner",
    ORPHANED: "left behind by an owner",
    RE_REVIEW: "declined, to be looked at again",
    DRAFT_UNTOUCHED: "draft untouched",
    REVIEW_WAITING: "review waiting",
}


class Subject(NamedTuple):
    """What one line of a digest would be about: an action item or an incident, by its key."""

    sort: str
    words: str
    item: int | None = None
    incident: int | None = None


@dataclass(frozen=True)
class Digest:
    """One digest that would be sent."""

    subjects: list[Subject]

    @property
    def summary(self) -> str:
        counts = Counter(subject.sort for subject in self.subjects)
        return ", ".join(f"{count} {words}" for words, count in counts.items())


@dataclass(frozen=True)
class Row:
    """What one person would get on one day: by the policy in force, and by another one."""

    day: date
    hours: tuple[int, int]
    person: User
    saved: Digest | None
    changed: Digest | None

    @property
    def is_same(self) -> bool:
        return self.saved == self.changed


def reachable() -> QuerySet[User]:
    """People who may have something to be told of, by their names."""
    own = Exists(ActionItem.objects.filter(owner=OuterRef("pk")))
    team = Exists(Team.objects.filter(Q(members=OuterRef("pk")) | Q(lead=OuterRef("pk"))))
    waiting = Incident.objects.filter(
        Q(owner=OuterRef("pk")) | Q(created_by=OuterRef("pk")), archived_at=None
    )
    keeps = Exists(waiting.exclude(status=PostmortemStatus.NOT_REQUIRED))
    answers = own | team | keeps | Q(role__in=[Role.REVIEWER, Role.ADMINISTRATOR])
    return people.reminded().filter(answers).order_by("full_name", "username", "pk")


def preview(persons: Iterable[User], *, saved: Policy, changed: Policy, now: datetime) -> list[Row]:
    """The digests of the next fourteen days, by day, from `now` on, under each of two policies."""
    facts = _Facts(list(persons), saved, changed, now)
    before, after = facts.digests(saved), facts.digests(changed)
    rows = [
        Row(
            day=day,
            hours=(facts.calendar(person, saved).hour, facts.calendar(person, changed).hour),
            person=person,
            saved=before.get((day, person.pk)),
            changed=after.get((day, person.pk)),
        )
        for person in facts.persons
        for day in sorted({day for day, key in (*before, *after) if key == person.pk})
    ]
    return sorted(rows, key=lambda row: row.day)


class _Facts:
    """What is known of these people, asked once for both policies."""

    def __init__(self, persons: list[User], saved: Policy, changed: Policy, now: datetime) -> None:
        self.persons = persons
        self._now = now
        self._holidays = people.holidays_of(persons, now=now)
        self._claims = claims_of(persons, until=now.date() + _FAR, now=now)
        end = now + timedelta(days=DAYS)
        self._waiting = waiting_for(persons, policy=_sooner(saved, changed), now=end)
        self._told = ledger.told_to(persons, self._claims, self._waiting)
        self._had_one = _written(persons, now)

    def calendar(self, person: User, policy: Policy) -> Calendar:
        return people.calendar_of(person, holidays=self._holidays[person.pk], policy=policy)

    def digests(self, policy: Policy) -> dict[tuple[date, int], Digest]:
        """What would be sent under `policy`, by day and person."""
        return {
            (day, person.pk): digest
            for person in self.persons
            for day, digest in self._of(person, policy)
        }

    def _of(self, person: User, policy: Policy) -> Iterator[tuple[date, Digest]]:
        told, calendar = copy.deepcopy(self._told[person.pk]), self.calendar(person, policy)
        today = calendar.local_day(self._now)
        for day in (today + timedelta(days=ahead) for ahead in range(DAYS)):
            if not calendar.is_digest_day(day) or (person.pk, day) in self._had_one:
                continue
            due = news(
                self._claims.get(person.pk, []),
                self._waiting.get(person.pk, []),
                calendar.morning_of(day),
                policy=policy,
                told=told,
            )
            if due:
                due.add_to(told)
                yield day, Digest(subjects=list(_subjects(due)))


def _sooner(one: Policy, other: Policy) -> Policy:
    """A policy under which whatever waits too long under either of the two does so."""
    drafts = [days for days in (one.draft_after, other.draft_after) if days is not None]
    reviews = [days for days in (one.review_after, other.review_after) if days is not None]
    return replace(
        one,
        draft_after=min(drafts, default=None),
        review_after=min(reviews, default=None),
    )


def _written(persons: list[User], now: datetime) -> set[tuple[int | None, date]]:
    around = (now.date() - timedelta(days=1), now.date() + timedelta(days=1))
    messages = Message.objects.filter(
        topic=ledger.TOPIC, recipient__in=persons, day__range=around
    ).order_by()
    return set(messages.values_list("recipient_id", "day"))


def _subjects(due: News) -> Iterator[Subject]:
    for claim, each in due.items:
        yield Subject(*_words(each.step), item=claim.item)
    for waiting, each in due.postmortems:
        yield Subject(*_words(each.step), incident=waiting.incident)


def _words(step: str) -> tuple[str, str]:
    """What sort of thing a step says, and what it says in full."""
    if step in _WORDS:
        return _WORDS[step], _WORDS[step]
    return "late", f"{times.days(int(step.removeprefix('overdue_')))} late"
