"""What incidents are grouped by: services and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Team

if TYPE_CHECKING:
    from incidents.models.incident import Incident


class LabelQuerySet(models.QuerySet[Any]):
    """Services and tags are created for the incidents that need them, so their names tell of these:
    ask for those of the incidents that a person may see."""

    def carried_by(self, incidents: QuerySet[Incident]) -> Self:
        """The labels that at least one of `incidents` carries."""
        return self.filter(self._among(incidents))

    def offered_beside(self, incidents: QuerySet[Incident]) -> Self:
        """Those, and the labels that everybody is offered."""
        return self.filter(Q(is_offered=True) | Q(self._among(incidents)))

    def _among(self, incidents: QuerySet[Incident]) -> Exists:
        carried = f"{self.model._meta.model_name}s"
        return Exists(incidents.order_by().filter(**{carried: OuterRef("pk")}))


class Label(models.Model):
    """A name that incidents carry. `is_offered` says that everybody may know of it.

    It is no more than that: a label that came with an incident is not offered to everybody once no
    incident carries it, or its name would tell what a restricted incident was about.
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
