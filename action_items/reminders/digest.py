"""The contents of a digest, computed at the moment of sending."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.conf import settings
from django.urls import reverse

from accounts.models import DigestFrequency, User
from action_items.reminders import links, policy_store, recipients
from action_items.reminders.calendars import Morning
from action_items.reminders.candidates import candidates_of
from action_items.reminders.content import Contents, Section
from action_items.reminders.digest_lines import DigestItem, ItemTexts, postmortem_lines
from action_items.reminders.lines import Counts
from action_items.reminders.policy import (
    Due,
    Part,
    Policy,
    due_postmortem_step,
    due_steps,
    is_announced,
)
from action_items.reminders.postmortems import PendingPostmortem, pending_postmortems
from action_items.steps import DECISION, ORPHANED
from core.templatetags import ui
from messaging.models import Message

MOST_LINES = 50  # mail programs cut off mails longer than 100 kB

# In the order of the digest.
DECIDE, OVERDUE, TODAY, SOON, GIVEN, LEFT, NOBODYS, DECLINED, LATE, POSTMORTEMS = range(10)
_OWN = (DECIDE, OVERDUE, TODAY, SOON)  # counted by due date in the subject
_TITLES = {
    DECIDE: "Decision needed",
    OVERDUE: "Overdue",
    TODAY: "Due today",
    SOON: "Due soon",
    GIVEN: "New for you",
    LEFT: "Owner deactivated",
    NOBODYS: "Unassigned",
    DECLINED: "Re-review due",
    LATE: "Overdue in your team",
    POSTMORTEMS: "Pending postmortems",
}
_WORDS = {
    DECIDE: "Set a new date, split it, reassign it, or choose Won’t do. You will not be asked "
    "again.",
    LEFT: "Their owner is deactivated. They now belong to your team.",
    NOBODYS: "Nobody owns these. Assign each to a person or a team.",
    DECLINED: "Is the risk still acceptable?",
    LATE: "Is anything blocking them?",
}
_IN_THE_SUBJECT = {
    LEFT: "{} of a deactivated owner",
    NOBODYS: "{} unassigned",
    DECLINED: "{} to re-review",
    LATE: "{} overdue in your team",
    POSTMORTEMS: "{} to write or review",
}


@dataclass(frozen=True)
class _Found:
    """The items and postmortems of a digest, before they are put into words."""

    new: dict[int, list[DigestItem]]  # by section
    postmortems: list[PendingPostmortem]
    before: list[DigestItem]
    undecided: list[DigestItem]

    def __bool__(self) -> bool:
        return bool(self.new or self.postmortems)


def compose(message: Message, *, now: datetime, is_immediate: bool = False) -> Contents | None:
    """Return the contents of the digest `message` as of `now`; None if there is nothing left to
    say.

    With `is_immediate` only the news that the message was written for. State, owners, permissions
    and preferences are checked again: items that were finished, re-dated, reassigned, snoozed or
    hidden are left out.
    """
    person = message.recipient
    if person is None or not person.is_active:
        return None
    if person.digest == DigestFrequency.OFF and message.sent_at is None:
        return None
    policy = policy_store.current()
    calendar = recipients.calendars_of([person], policy=policy, now=now)[person.pk]
    morning = calendar.morning_of(calendar.local_day(now))
    found = _find(message, person, morning, policy, now)
    if not found:
        return None
    if is_immediate:
        found = replace(found, before=[], undecided=[])
    return _contents(message, person, found, morning, policy, is_immediate=is_immediate)


def _find(
    message: Message, person: User, morning: Morning, policy: Policy, now: datetime
) -> _Found:
    until = morning.horizon(policy.due_soon)
    candidates = candidates_of([person], until=until, now=now).get(person.pk, [])
    announced = _announced(message)
    named = (
        DigestItem(
            candidate,
            due_steps(candidate.facts, candidate.part, morning, policy=policy, taken={}),
            announced.get(candidate.item, set()),
        )
        for candidate in candidates
    )
    new: dict[int, list[DigestItem]] = {}
    rest = []
    for each in sorted(named, key=lambda each: each.order):
        if any(is_announced(due, each.announced) for due in each.reached):
            new.setdefault(_section(each, morning.day), []).append(each)
        elif (
            each.candidate.part in (Part.OWNER, Part.HEIR) and not each.candidate.facts.is_declined
        ):
            rest.append(each)
    return _Found(
        new=new,
        postmortems=_find_postmortems(message, person, morning, policy, now),
        before=[each for each in rest if _is_worth_repeating(each)],
        undecided=[each for each in rest if each.has(DECISION)],
    )


def _announced(message: Message) -> dict[int, set[Due]]:
    """Return, by item, the steps for which this digest was written."""
    announced: dict[int, set[Due]] = defaultdict(set)
    entries = message.original.entries.values_list("action_item_id", "step", "due_on")
    for item, step, since in entries:
        announced[item].add(Due(step, since))
    return announced


def _section(each: DigestItem, today: date) -> int:
    candidate = each.candidate
    if candidate.facts.is_declined:
        return DECLINED
    if candidate.part in (Part.LEAD, Part.KEEPER):
        return LATE if candidate.part == Part.LEAD else NOBODYS
    due_on = candidate.facts.due_on
    if any(due.step == ORPHANED for due in each.announced):
        return LEFT
    if due_on is None or not each.is_due:
        return GIVEN
    if each.has(DECISION):
        return DECIDE
    return OVERDUE if due_on < today else TODAY if due_on == today else SOON


def _is_worth_repeating(each: DigestItem) -> bool:
    """Return True if the item is due and not silenced by a request for a decision."""
    return each.is_due and not each.has(DECISION)


def _find_postmortems(
    message: Message, person: User, morning: Morning, policy: Policy, now: datetime
) -> list[PendingPostmortem]:
    announced = set(message.original.postmortems.values_list("incident_id", "since_on"))
    if not announced:
        return []
    waiting = pending_postmortems([person], policy=policy, now=now).get(person.pk, [])
    return [
        each
        for each in waiting
        if (each.incident, each.facts.since) in announced
        and due_postmortem_step(each.facts, morning, policy=policy, taken={})
    ]


def _contents(
    message: Message,
    person: User,
    found: _Found,
    morning: Morning,
    policy: Policy,
    *,
    is_immediate: bool,
) -> Contents:
    shown = _shown(found)
    before = found.before[: max(MOST_LINES - sum(map(len, shown.values())), 0)]
    named = [*(each for part in shown.values() for each in part), *before]
    texts = ItemTexts(named, message, person, morning.day, policy)
    sections = {part: [texts.line(each) for each in named] for part, named in shown.items()}
    if found.postmortems:
        sections[POSTMORTEMS] = postmortem_lines(found.postmortems[:MOST_LINES])
    said = sum(map(len, sections.values())) + len(before)
    total = sum(map(len, found.new.values())) + len(found.postmortems) + len(found.before)
    return Contents(
        recipient=person,
        subject=_urgent(found, texts) if is_immediate else str(_counts(found, morning.day)),
        hours=morning.calendar.hours,
        sections=[
            Section(_TITLES[part], _WORDS.get(part, ""), sections[part])
            for part in sorted(sections)
        ],
        before=[texts.line(each) for each in before],
        more=total - said,
        undecided=len(found.undecided),
        answers_until=links.expires_on(message),
        list_url=f"{settings.SITE_URL}{reverse('action_item_list')}?scope={_scope(found)}",
        profile_url=f"{settings.SITE_URL}{reverse('profile')}",
        is_immediate=is_immediate,
    )


def _scope(found: _Found) -> str:
    """Return the list that contains all of these items: one's own, one's teams', or everybody's."""
    parts = (*found.new.values(), found.before, found.undecided)
    held_by = {each.candidate.scope for part in parts for each in part}
    return next((scope for scope in ("all", "teams") if scope in held_by), "mine")


def _shown(found: _Found) -> dict[int, list[DigestItem]]:
    """Return the first items of each section, up to the limit of lines."""
    room, shown = MOST_LINES, {}
    for part in sorted(found.new):
        if kept := found.new[part][:room]:
            shown[part] = kept
            room -= len(kept)
    return shown


def _urgent(found: _Found, texts: ItemTexts) -> str:
    """Return the subject of an urgent message."""
    new = [each for part in found.new.values() for each in part]
    priorities = ", ".join(sorted({texts.priority(each) for each in new}))
    return f"{priorities} for you: {ui.counted(len(new), 'action item')}"


def _counts(found: _Found, today: date) -> Counts:
    news = sum(map(len, found.new.values())) + len(found.postmortems)
    given = len(found.new.get(GIVEN, []))
    counts = Counts(new=news, given=given, is_all_new=not found.before)
    own = [each for part in _OWN for each in found.new.get(part, [])]
    for each in (*own, *found.before):
        if each.candidate.facts.due_on:
            counts.add_due(each.candidate.facts.due_on, today)
    for part, words in _IN_THE_SUBJECT.items():
        counts.add(words, len(found.new.get(part, [])))
    counts.add(_IN_THE_SUBJECT[POSTMORTEMS], len(found.postmortems))
    return counts
