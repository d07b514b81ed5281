"""Preview of the messages of the next days, if nothing changes until then."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Role, Team, User
from action_items.models import ReminderRun
from action_items.reminders import immediate, ledger, recipients, sending_hours
from action_items.reminders.calendars import Calendar
from action_items.reminders.candidates import Candidate, candidates_of
from action_items.reminders.policy import Policy
from action_items.reminders.postmortems import pending_postmortems
from action_items.reminders.schedule import DueReminders, SentSteps, due_reminders
from action_items.steps import (
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
)
from core import times
from incidents.models import ActionItem, Incident, PostmortemStatus
from messaging.models import Message

DAYS = 14
_FAR = timedelta(days=DAYS + 31)  # no digest looks further ahead than a month

_WORDS = {
    ASSIGNED: "newly assigned",
    DUE_SOON: "due soon",
    DUE_TODAY: "due today",
    DECISION: "asked for a decision",
    SNOOZE_OVER: "no longer snoozed",
    TEAM_LEAD: "notified as team lead",
    UNASSIGNED: "asked for an owner",
    ORPHANED: "owner deactivated",
    RE_REVIEW: "declined, due for re-review",
    DRAFT_UNTOUCHED: "draft untouched",
    REVIEW_WAITING: "review waiting",
}


class Subject(NamedTuple):
    """The subject of one line in a digest: an action item or an incident, by key."""

    sort: str
    words: str
    item: int | None = None
    incident: int | None = None


@dataclass(frozen=True)
class Digest:
    """A digest in the preview."""

    subjects: list[Subject]

    @property
    def summary(self) -> str:
        counts = Counter(subject.sort for subject in self.subjects)
        return ", ".join(f"{count} {words}" for words, count in counts.items())


@dataclass(frozen=True)
class Row:
    """A person's digest on one day, under the policy in force and under a changed one."""

    day: date
    hours: tuple[int, int]
    person: User
    saved: Digest | None
    changed: Digest | None

    @property
    def is_same(self) -> bool:
        return self.saved == self.changed


def reachable() -> QuerySet[User]:
    """Return people who may get reminders, by name."""
    own = Exists(ActionItem.objects.filter(owner=OuterRef("pk")))
    team = Exists(Team.objects.filter(Q(members=OuterRef("pk")) | Q(lead=OuterRef("pk"))))
    waiting = Incident.objects.filter(
        Q(owner=OuterRef("pk")) | Q(created_by=OuterRef("pk")), archived_at=None
    )
    keeps = Exists(waiting.exclude(status=PostmortemStatus.NOT_REQUIRED))
    answers = own | team | keeps | Q(role__in=[Role.REVIEWER, Role.ADMINISTRATOR])
    return recipients.reminded().filter(answers).order_by("full_name", "username", "pk")


def preview(persons: Iterable[User], *, saved: Policy, changed: Policy, now: datetime) -> list[Row]:
    """Return the digests of the next fourteen days from `now`, by day, under both policies."""
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
    """Facts about these people, queried once for both policies."""

    def __init__(self, persons: list[User], saved: Policy, changed: Policy, now: datetime) -> None:
        self.persons = persons
        self._now = now
        self._holidays = recipients.holidays_of(persons, now=now)
        self._runs = ReminderRun.objects.spans()
        self._claims = candidates_of(persons, until=now.date() + _FAR, now=now)
        end = now + timedelta(days=DAYS)
        self._waiting = pending_postmortems(persons, policy=_sooner(saved, changed), now=end)
        # A message that missed its morning is repeated by the next digest.
        self._late = self._written_late(persons, saved)
        self._sent = ledger.sent_to(persons, self._claims, self._waiting, but_by=self._late)
        self._had_one = _written(persons, now)

    def calendar(self, person: User, policy: Policy) -> Calendar:
        return recipients.calendar_of(
            person,
            holidays=self._holidays[person.pk],
            policy=policy,
            runs=self._runs,
            now=self._now,
        )

    def _written_late(self, persons: list[User], policy: Policy) -> set[int]:
        """Return the keys of messages that the next digest repeats."""
        calendars = {person.pk: self.calendar(person, policy) for person in persons}
        waiting = sending_hours.late(Message.objects.waiting().filter(recipient__in=persons))
        return {
            each.original.pk
            for each in waiting.select_related("instead_of")
            if calendars[each.recipient_id or 0].closes_at(each.day) <= self._now
        }

    def digests(self, policy: Policy) -> dict[tuple[date, int], Digest]:
        """Return the digests under `policy`, by day and person."""
        given = immediate.given_lately(policy, self._now)
        return {
            (day, person.pk): digest
            for person in self.persons
            for day, digest in self._of(person, policy, given)
        }

    def _of(
        self, person: User, policy: Policy, given: Mapping[int, immediate.NewAssignment]
    ) -> Iterator[tuple[date, Digest]]:
        sent, calendar = copy.deepcopy(self._sent[person.pk]), self.calendar(person, policy)
        candidates = self._claims.get(person.pk, [])
        today = calendar.local_day(self._now)
        for day in (today + timedelta(days=ahead) for ahead in range(DAYS)):
            moment = max(calendar.opens_at(day), self._now)
            if moment >= calendar.closes_at(day):
                continue
            said = []
            if calendar.is_digest_day(day) and (person.pk, day) not in self._had_one:
                own = self._waiting.get(person.pk, [])
                morning = calendar.morning_of(day)
                said.append(due_reminders(candidates, own, morning, policy=policy, sent=sent))
                said[-1].add_to(sent)
            urgent = self._urgent(candidates, given, calendar, policy, sent, moment)
            urgent.add_to(sent)
            subjects = [subject for due in (*said, urgent) for subject in _subjects(due)]
            if subjects:
                yield day, Digest(subjects)

    def _urgent(
        self,
        candidates: list[Candidate],
        given: Mapping[int, immediate.NewAssignment],
        calendar: Calendar,
        policy: Policy,
        sent: SentSteps,
        moment: datetime,
    ) -> DueReminders:
        """Return the urgent messages of that day, after the time in which an assignment can be
        corrected.
        """
        at = max(moment, self._now + immediate.GRACE)
        recent = {
            key: each for key, each in given.items() if at - each.given_at <= immediate.WITHIN
        }
        return immediate.urgent_reminders(
            candidates, recent, calendar, policy=policy, sent=sent, now=at
        )


def _sooner(one: Policy, other: Policy) -> Policy:
    """Return a policy under which a postmortem waits too long if it does under either of the
    two.
    """
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


def _subjects(due: DueReminders) -> Iterator[Subject]:
    for candidate, each in due.items:
        yield Subject(*_words(each.step), item=candidate.item)
    for waiting, each in due.postmortems:
        yield Subject(*_words(each.step), incident=waiting.incident)


def _words(step: str) -> tuple[str, str]:
    """Return the kind of a step for counting, and its full wording."""
    if step in _WORDS:
        return _WORDS[step], _WORDS[step]
    return "late", f"{times.days(int(step.removeprefix('overdue_')))} late"
