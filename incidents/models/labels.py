"""Labels that group incidents: services and tags."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Team


class LabelQuerySet(models.QuerySet[Any]):
    """Services and tags.

    They are created for the incidents that need them, so their names reveal something about those:
    limit them to the incidents that a person may see.
    """

    def carried_by(self, incidents: QuerySet[Any]) -> Self:
        """Return the labels on at least one of `incidents`."""
        return self.filter(self._among(incidents))

    def offered_beside(self, incidents: QuerySet[Any]) -> Self:
        """Return the labels on `incidents` and those offered to everybody."""
        return self.filter(Q(is_offered=True) | Q(self._among(incidents)))

    def _among(self, incidents: QuerySet[Any]) -> Exists:
        carried = f"{self.model._meta.model_name}s"
        return Exists(incidents.order_by().filter(**{carried: OuterRef("pk")}))


class Label(models.Model):
    """A name attached to incidents. `is_offered` says that everybody may see the name.

    A label created for an incident is not offered to everybody, even when no incident carries it
    any more: its name would reveal the subject of a restricted incident.
    """

    is_offered = models.BooleanField(
        "offered to everybody",
        default=True,
        help_text="Also to people who may see no incident that carries it.",
    )

    class Meta:
        abstract = True


class Service(Label):
    """Something that people depend on and that can fail."""

    name = models.CharField(max_length=100, unique=True)
    slug = models.SlugField(max_length=100, unique=True)
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="services"
    )

    objects = LabelQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Tag(Label):
    """A free label."""

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=60, unique=True)

    objects = LabelQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
