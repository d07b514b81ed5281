"""Images uploaded into a postmortem."""

from __future__ import annotations

import re
import warnings
from datetime import datetime
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import transaction
from PIL import Image, ImageOps, ImageSequence

from accounts.models import User
from core.errors import DomainError
from incidents.models import Attachment, Incident

CONTENT_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "GIF": "image/gif",
    "WEBP": "image/webp",
}
SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "GIF": ".gif", "WEBP": ".webp"}
MAX_PIXELS = 50_000_000  # all frames together; a larger one is an attack, or no screenshot


class NotAnImage(DomainError):
    """What was uploaded is not an image that we can show, or is too large."""


def attach(incident: Incident, *, upload: File, by: User, at: datetime) -> Attachment:
    """Keep an uploaded PNG, JPEG, GIF or WebP image as part of `incident`.

    What it is shows in its content; its name and declared type are not believed. It is drawn
    anew, so that nothing is kept but the picture: no place, no camera, no bytes hidden behind it.
    The postmortem's text is not changed, so there is no revision of it. Raises NotAnImage.
    """
    if (upload.size or 0) > settings.UPLOAD_MAX_BYTES:
        raise NotAnImage(f"The image is larger than {_megabytes(settings.UPLOAD_MAX_BYTES)}.")
    kind, content = _drawn_anew(upload)
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
    """The uploaded file's name in letters that are safe everywhere, with the suffix it deserves."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    words = re.sub(r"[^\w-]+", "-", stem, flags=re.ASCII).strip("-_")
    return f"{words[:80] or 'image'}{suffix}"


def _drawn_anew(upload: File | BinaryIO) -> tuple[str, bytes]:
    """The format of the uploaded image, and its picture as a new file of that format."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            upload.seek(0)
            with Image.open(upload, formats=tuple(CONTENT_TYPES)) as image:
                # Phones put several pictures into a JPEG, which Pillow calls MPO: the first counts.
                kind = "JPEG" if image.format == "MPO" else str(image.format)
                frames = 1 if kind == "JPEG" else getattr(image, "n_frames", 1)
                if image.width * image.height * frames > MAX_PIXELS:
                    raise NotAnImage("The image has too many pixels.")
                return kind, _encoded(image, kind, frames)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAnImage("The image has too many pixels.") from error
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError) as error:
        raise NotAnImage("This is not a PNG, JPEG, GIF or WebP image, or it is damaged.") from error


def _encoded(image: Image.Image, kind: str, frames: int) -> bytes:
    written = BytesIO()
    if frames > 1:
        drawn = [frame.copy() for frame in ImageSequence.Iterator(image)]
        durations = [frame.info.get("duration", 100) for frame in drawn]
        drawn[0].save(
            written,
            format=kind,
            save_all=True,
            append_images=drawn[1:],
            duration=durations,
            loop=image.info.get("loop", 0),
        )
        return written.getvalue()
    upright = ImageOps.exif_transpose(image)
    bare = Image.new(upright.mode, upright.size)
    bare.paste(upright)
    if upright.mode == "P" and (palette := upright.getpalette()):
        bare.putpalette(palette)
    if "transparency" in upright.info:
        bare.info["transparency"] = upright.info["transparency"]
    bare.save(written, format=kind, quality=90)
    return written.getvalue()
