"""The incidents that a reader's figures cover; hidden incidents do not affect them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self, TypeVar

from django.db.models import Q, QuerySet

from accounts.models import User
from incidents.models import ActionItem, Incident, PatternLink, Visibility
from incidents.models.action_item import ActionItemQuerySet
from incidents.models.incident import IncidentQuerySet

_Rows = TypeVar("_Rows", bound=QuerySet[Any])


@dataclass(frozen=True)
class Reach:
    """The incidents with `services` that `reader` may see, or everybody if it is None, and their
    action items owned by `people` and `teams`.

    Empty fields do not narrow.
    """

    reader: User | None
    services: tuple[int, ...] = ()
    teams: tuple[int, ...] = ()
    people: tuple[int, ...] = ()
    only: tuple[int, ...] | None = None  # primary keys of incidents; None for all

    @classmethod
    def of(cls, reader: User | None, services: tuple[int, ...], teams: tuple[int, ...]) -> Self:
        members = User.objects.filter(teams__in=teams).order_by("pk").distinct() if teams else None
        people = tuple(members.values_list("pk", flat=True)) if members is not None else ()
        return cls(reader, services, teams, people)

    @property
    def shared(self) -> Self:
        """The same reach for everyone who sees as much: administrators, or everybody."""
        sees_all = self.reader is not None and self.reader.is_administrator
        return self if sees_all else replace(self, reader=None)

    @property
    def besides(self) -> Self | None:
        """The part that `reader` sees beyond `shared`: restricted incidents open to them; or
        None.
        """
        if self.reader is None or self.shared is self:
            return None
        own = Incident.objects.visible_to(self.reader).filter(visibility=Visibility.RESTRICTED)
        keys = tuple(own.order_by("pk").values_list("pk", flat=True))
        return replace(self, only=keys) if keys else None

    @property
    def incidents(self) -> IncidentQuerySet:
        incidents = Incident.objects.order_by()
        if self.reader is None:
            return incidents.visible_to_everybody()
        return incidents.visible_to(self.reader)

    @property
    def items(self) -> ActionItemQuerySet:
        """The action items."""
        items = self.after_these(ActionItem.objects.order_by(), "incident")
        if not self.teams:
            return items
        return items.filter(Q(owner_team__in=self.teams) | Q(owner__in=self.people))

    @property
    def links(self) -> QuerySet[PatternLink]:
        """The pattern links."""
        return self.after_these(PatternLink.objects.order_by(), "incident")

    def after_these(self, rows: _Rows, incident: str) -> _Rows:
        """Return those of `rows` whose `incident` is in reach.

        Excludes hidden incidents, which are few, since the visible ones would be looked up row by
        row.
        """
        rows = rows.filter(~Q(**{f"{incident}__in": self._hidden()}))
        if self.only is not None:
            rows = rows.filter(**{f"{incident}__in": self.only})
        if self.services:
            hit = Incident.services.through.objects.filter(service__in=self.services)
            rows = rows.filter(**{f"{incident}__in": hit.values("incident")})
        return rows

    def _hidden(self) -> IncidentQuerySet:
        incidents = Incident.objects.order_by()
        if self.reader is None:
            return incidents.hidden_from_some()
        return incidents.hidden_from(self.reader)
