"""Dependencies between action items."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from incidents.models.action_item import ActionItem
from incidents.models.incident import Incident


class ActionItemDependencyQuerySet(models.QuerySet["ActionItemDependency"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return dependencies of which `user` may see both incidents: each reveals the other."""
        visible = Incident.objects.visible_to(user)
        return self.filter(item__incident__in=visible, depends_on__incident__in=visible)


class ActionItemDependency(models.Model):
    """A statement that `item` waits for `depends_on`, which may belong to another incident."""

    item = models.ForeignKey(ActionItem, on_delete=models.CASCADE, related_name="dependencies")
    depends_on = models.ForeignKey(ActionItem, on_delete=models.CASCADE, related_name="dependents")

    objects = ActionItemDependencyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "action item dependencies"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "depends_on"], name="action_item_depends_on_another_once"
            ),
            models.CheckConstraint(
                condition=~Q(item=F("depends_on")), name="action_item_waits_not_for_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"“{self.item}” waits for “{self.depends_on}”"
