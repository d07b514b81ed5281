"""The history of an action item."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from incidents.models.action_item import ActionItem


class Changed(models.TextChoices):
    """The fact of an action item that changed."""

    STATUS = "status", "Status"
    OWNER = "owner", "Owner"
    DUE = "due", "Due date"
    SNOOZE = "snooze", "Snoozed until"
    RE_REVIEW = "re_review", "Re-review date"
    PARENT = "parent", "Part of"
    WAIT = "wait", "Waits for"


class Via(models.TextChoices):
    """The channel through which a change was made."""

    APP = "app", "in the app"
    MAIL = "mail", "from a mail"
    CHAT = "chat", "from a chat"
    SYSTEM = "system", "by an import"


class ActionItemChange(models.Model):
    """One change to one fact of an action item. Rows are never updated.

    `before` and `after` are the old and the new value: a status as stored, a day as YYYY-MM-DD, an
    owner's name at that time, the key of an item that is waited for; empty for none. They never
    name another incident.
    """

    item = models.ForeignKey(ActionItem, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    what = models.CharField(max_length=12, choices=Changed)
    before = models.CharField(max_length=300, blank=True)
    after = models.CharField(max_length=300, blank=True)
    note = models.TextField(blank=True, help_text="Markdown")
    via = models.CharField(max_length=8, choices=Via, default=Via.APP)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["item", "at"], name="action_item_change_by_item"),
            models.Index(
                fields=["at"],
                condition=Q(what__in=["snooze", "due"]),
                name="action_item_put_off",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(what__in=Changed.values), name="action_item_change_is_known"
            ),
            models.CheckConstraint(
                condition=Q(via__in=Via.values), name="action_item_change_via_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} of “{self.item}”: {self.before} → {self.after}"
