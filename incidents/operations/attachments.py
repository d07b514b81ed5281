"""Images uploaded into a postmortem."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import transaction

from accounts.models import User
from core.images import NotAnImage, redrawn
from incidents.models import Attachment, Incident

CONTENT_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "GIF": "image/gif",
    "WEBP": "image/webp",
}
SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "GIF": ".gif", "WEBP": ".webp"}


def attach(incident: Incident, *, upload: File, by: User, at: datetime) -> Attachment:
    """Store an uploaded PNG, JPEG, GIF or WebP image as part of `incident`.

    The format is read from the content, not from the name or the declared type. The image is drawn
    anew, so that only the picture is kept: no location, no camera, no hidden bytes. The text of the
    postmortem does not change, so there is no revision. Raises NotAnImage.
    """
    if (upload.size or 0) > settings.UPLOAD_MAX_BYTES:
        raise NotAnImage(f"The image is larger than {_megabytes(settings.UPLOAD_MAX_BYTES)}.")
    kind, content = redrawn(upload)
    attachment = Attachment(
        incident=incident,
        name=_safe_name(upload.name or "", SUFFIXES[kind]),
        content_type=CONTENT_TYPES[kind],
        size=len(content),
        uploaded_at=at,
        uploaded_by=by,
    )
    try:
        with transaction.atomic():
            attachment.file.save(attachment.name, ContentFile(content), save=False)
            attachment.save(force_insert=True)
    except BaseException:
        attachment.file.delete(save=False)
        raise
    return attachment


def _megabytes(size: int) -> str:
    return f"{size // (1024 * 1024)} MB"


def _safe_name(name: str, suffix: str) -> str:
    """Return the file name in portable characters, with the suffix of its real format."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    words = re.sub(r"[^\w-]+", "-", stem, flags=re.ASCII).strip("-_")
    return f"{words[:80] or 'image'}{suffix}"
