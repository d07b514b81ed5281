"""Images uploaded into a postmortem."""

from __future__ import annotations

import uuid
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from incidents.models.incident import Incident


def _storage_name(attachment: Attachment, filename: str) -> str:
    return f"{attachment.pk.hex[:2]}/{attachment.pk.hex}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the images of the incidents that `user` may read.

        Images of an archived incident stay readable for the people who could read it before,
        because other incidents may show them. Nobody else finds them: their addresses cannot be
        guessed.
        """
        visible = Incident.objects.visible_to(user)
        archived = Incident.objects.archived_readable_by(user)
        return self.filter(Q(incident__in=visible) | Q(incident__in=archived))


class Attachment(models.Model):
    """An image that belongs to one incident and is visible to the same people."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="attachments")
    file = models.FileField(upload_to=_storage_name)
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField(help_text="bytes")
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["uploaded_at"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("attachment_file", args=[self.pk, self.name])
