"""Images uploaded into a postmortem."""

from __future__ import annotations

import uuid

from django.db import models
from django.urls import reverse

from accounts.models import User
from incidents.models.incident import Incident


def _storage_name(attachment: Attachment, filename: str) -> str:
    return f"{attachment.pk.hex[:2]}/{attachment.pk.hex}"


class Attachment(models.Model):
    """An image that belongs to one incident: who may not see the incident may not see it either."""

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

    class Meta:
        ordering = ["uploaded_at"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("attachment_file", args=[self.pk, self.name])
