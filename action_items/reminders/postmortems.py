"""Waiting postmortems and their recipients: untouched drafts, pending reviews."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import Role, Team, User
from action_items.reminders import visibility
from action_items.reminders.policy import Policy, PostmortemFacts
from incidents.models import Incident, PostmortemStatus

_A_DAY = timedelta(days=1)  # time zones: a person's day may have begun this much earlier


class PendingPostmortem(NamedTuple):
    """A postmortem that waits for a person, with the facts that the policy needs."""

    incident: int
    facts: PostmortemFacts


class _Row(NamedTuple):
    pk: int
    owner_id: int | None
    created_by_id: int | None
    since: datetime


def pending_postmortems(
    people: Iterable[User], *, policy: Policy, now: datetime
) -> dict[int, list[PendingPostmortem]]:
    """Return, by user key, the postmortems that wait for these active people and that they may see.

    A draft waits for the postmortem's owner, or for its creator if there is none. A review waits
    for the same person and for the reviewers in the owner's teams, or else for all reviewers.
    Published, archived and not required postmortems wait for nobody.
    """
    asked = list(people)
    keys = {person.pk for person in asked}
    found: dict[int, list[PendingPostmortem]] = defaultdict(list)
    for incident, is_in_review, since, persons in (
        *_drafts(keys, policy, now),
        *_reviews(keys, policy, now),
    ):
        for person in persons:
            facts = PostmortemFacts(is_in_review=is_in_review, since=since)
            found[person].append(PendingPostmortem(incident, facts))
    seen = visibility.visible_incidents(
        asked, {key: {each.incident for each in own} for key, own in found.items()}
    )
    return {key: [w for w in own if w.incident in seen[key]] for key, own in found.items()}


_Found = tuple[int, bool, date, Iterable[int]]


def _rows(incidents: QuerySet[Incident], since: object, before: datetime) -> list[_Row]:
    alive = incidents.filter(archived_at=None).annotate(since=since)
    waiting = alive.filter(since__lte=before).order_by()
    return [_Row(*row) for row in waiting.values_list("pk", "owner", "created_by", "since")]


def _drafts(keys: set[int], policy: Policy, now: datetime) -> Iterator[_Found]:
    if policy.draft_after is None:
        return
    drafts = Incident.objects.filter(_kept_by(keys), status=PostmortemStatus.DRAFT)
    before = now - timedelta(days=policy.draft_after) + _A_DAY
    for row in _rows(drafts, Coalesce("updated_at", "created_at"), before):
        yield row.pk, False, row.since.date(), _keeper(row, keys)


def _kept_by(keys: set[int]) -> Q:
    no_owner = Q(owner=None) | Q(owner__is_active=False)
    return Q(owner__in=keys) | no_owner & Q(created_by__in=keys)


def _keeper(row: _Row, keys: set[int]) -> set[int]:
    """Return the keeper of this postmortem if it is one of these active people."""
    keeper = row.owner_id if row.owner_id in keys else row.created_by_id
    return {keeper} & keys if keeper else set()


def _reviews(keys: set[int], policy: Policy, now: datetime) -> Iterator[_Found]:
    if policy.review_after is None:
        return
    handed_in = Incident.objects.filter(status=PostmortemStatus.IN_REVIEW)
    before = now - timedelta(days=policy.review_after) + _A_DAY
    rows = _rows(handed_in, Coalesce("review_asked_at", "updated_at"), before)
    if not rows:
        return
    active = set(
        User.objects.filter(
            pk__in={row.owner_id for row in rows if row.owner_id}, is_active=True
        ).values_list("pk", flat=True)
    )
    reviewers = _Reviewers({row.owner_id or row.created_by_id for row in rows})
    for row in rows:
        keeper = row.owner_id if row.owner_id in active else row.created_by_id
        told = reviewers.of(row.owner_id or row.created_by_id) | ({keeper} if keeper else set())
        yield row.pk, True, row.since.date(), told & keys


class _Reviewers:
    """Reviewers for the postmortems of some authors, found in two queries."""

    def __init__(self, authors: set[int | None]) -> None:
        everybody = User.objects.filter(is_active=True)
        reviewers = everybody.filter(role=Role.REVIEWER).order_by()
        self._all = set(reviewers.values_list("pk", flat=True)) or set(
            everybody.filter(role=Role.ADMINISTRATOR).order_by().values_list("pk", flat=True)
        )
        members = Team.members.through.objects.filter(user__in=self._all | (authors - {None}))
        self._teams: dict[int, set[int]] = defaultdict(set)
        for person, team in members.values_list("user_id", "team_id"):
            self._teams[person].add(team)

    def of(self, author: int | None) -> set[int]:
        """Return reviewers who share a team with `author`, or else all; never the author."""
        others = self._all - {author}
        teams = self._teams[author] if author else set()
        return {other for other in others if self._teams[other] & teams} or others
