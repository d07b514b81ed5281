"""Lines of a digest: an action item or a postmortem, and why it is mentioned."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.conf import settings

from accounts.models import Team, User
from action_items.reminders.candidates import Candidate
from action_items.reminders.links import Link
from action_items.reminders.policy import Part, Policy
from action_items.reminders.postmortems import PendingPostmortem
from core import times
from core.markdown import to_plain_text
from incidents.models import ActionItem, Incident

_MOST_COUNTED = 4  # mail programs show no longer subject


@dataclass(frozen=True)
class AssignmentNote:
    """The person who assigned an action item, and their note to the new owner."""

    by: User | None
    to_team: Team | None
    note: str

    def __str__(self) -> str:
        whom = f"to {self.to_team}" if self.to_team else "to you"
        return f"{self.by or 'somebody'} assigned it {whom}"


@dataclass(frozen=True)
class Line:
    """A line of a digest: one action item or postmortem.

    `item` and `priority` are set for an action item; `note` is the note to its new owner. `answers`
    are the recipient's one-click links; `answer_url` offers the same on a page.
    """

    title: str
    url: str
    incident: str
    due: str
    is_late: bool = False
    note: str = ""
    item: int | None = None
    priority: str = ""
    answer_url: str = ""
    answers: list[Link] = field(default_factory=list)


def item_line(
    item: ActionItem,
    candidate: Candidate,
    *,
    today: date,
    choose: Link | None,
    policy: Policy,
    given: AssignmentNote | None = None,
) -> Line:
    """Return the line about `item` in the digest of `today`.

    `choose` is the link that offers all answers, if there is one; `given` describes a new
    assignment.
    """
    late = (today - item.due_on).days if item.due_on else 0
    return Line(
        title=item.title,
        url=f"{settings.SITE_URL}{item.get_absolute_url()}",
        incident=f"{item.incident.reference} {item.incident.title}",
        due=f"{_why(item, candidate, today)}; {given}" if given else _why(item, candidate, today),
        note=" ".join(to_plain_text(given.note).split()) if given else "",
        is_late=late > 0 and not candidate.facts.is_declined,
        item=item.pk,
        priority=item.priority,
        answer_url=choose.url if choose else "",
        answers=choose.choices(item, policy=policy, today=today) if choose else [],
    )


def postmortem_line(incident: Incident, waiting: PendingPostmortem) -> Line:
    """Return the line about a waiting postmortem."""
    since = f"since {times.near_day(waiting.facts.since)}"
    return Line(
        title=incident.title,
        url=f"{settings.SITE_URL}{incident.get_absolute_url()}",
        incident=incident.reference,
        due=f"in review {since}" if waiting.facts.is_in_review else f"unchanged {since}",
    )


def _why(item: ActionItem, candidate: Candidate, today: date) -> str:
    if candidate.facts.is_declined and item.closed_at:
        return f"declined {times.long_day(item.closed_at)}; re-review the accepted risk"
    due = _due(item.due_on, today)
    if candidate.part == Part.LEAD:
        return f"{item.owner}: {due}"
    if candidate.part == Part.HEIR:
        return f"{due}; {item.owner} is deactivated"
    if candidate.part == Part.KEEPER:
        return f"{due}; unassigned since {times.near_day(candidate.facts.owner_since)}"
    return due


def _due(due_on: date | None, today: date) -> str:
    if due_on is None:
        return "no due date"
    late = (today - due_on).days
    if late > 0:
        return times.overdue(late)
    words = {0: "due today", -1: "due tomorrow"}
    return words.get(late) or f"due {times.near_day(due_on)}"


@dataclass
class Counts:
    """The counts in a digest's subject, news first.

    `new` counts the news of the digest, `given` those of them assigned to the recipient;
    `is_all_new` is True if it repeats nothing.
    """

    new: int = 0
    given: int = 0
    is_all_new: bool = True
    overdue: int = 0
    today: int = 0
    tomorrow: int = 0
    later: dict[date, int] = field(default_factory=dict)
    besides: dict[str, int] = field(default_factory=dict)  # by wording with “{}” for the count

    def add_due(self, due_on: date, today: date) -> None:
        if due_on < today:
            self.overdue += 1
        elif due_on == today:
            self.today += 1
        elif due_on == today + timedelta(days=1):
            self.tomorrow += 1
        else:
            self.later[due_on] = self.later.get(due_on, 0) + 1

    def add(self, words: str, count: int) -> None:
        """Add `count` items to those worded as “{} of this kind”."""
        if count:
            self.besides[words] = self.besides.get(words, 0) + count

    def __str__(self) -> str:
        parts = [
            *self._news(),
            (self.overdue, "{} overdue"),
            (self.today, "{} due today"),
            (self.tomorrow, "{} due tomorrow"),
            *(
                (count, f"{{}} due {times.weekday_name(day)}")
                for day, count in sorted(self.later.items())
            ),
            *((count, words) for words, count in self.besides.items()),
        ]
        counted = [(count, words) for count, words in parts if count]
        told = counted if len(counted) <= _MOST_COUNTED else counted[: _MOST_COUNTED - 1]
        rest = sum(count for count, _ in counted[len(told) :])
        more = [f"{rest} more"] if rest else []
        return ", ".join([*(words.format(count) for count, words in told), *more])

    def _news(self) -> list[tuple[int, str]]:
        """Return the count of news, unless everything is new."""
        if self.is_all_new or self.given == self.new:
            return [(self.given, "{} new for you")]
        return [(self.new, "{} new"), (self.given, "{} assigned to you")]
