"""Draw uploaded images anew, so that nothing of the file is kept but the picture."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from typing import BinaryIO

from django.core.files.base import File
from PIL import Image, ImageOps

from core.errors import DomainError

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MAX_PIXELS = 50_000_000  # all frames together; a larger one is an attack, or no screenshot
MAX_FRAMES = 1_000  # a minute of screen recording has about 600
MAX_SECONDS = 15  # to read and draw the frames of an animation
_LONGEST_MS = 655_350  # of a GIF: equal frames in a row are joined, and their time is 16 bits wide
_STANDARD_MS = 100
_OF_THE_PICTURE = ("transparency", "background", "disposal")
# Pillow raises any of these for a damaged file, depending on where the damage is.
_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, ArithmeticError)


class NotAnImage(DomainError):
    """The upload is not an image that we can show, or it is too large."""


def redrawn(upload: File | BinaryIO) -> tuple[str, bytes]:
    """Return the format of an uploaded image, one of FORMATS, and its picture as a new file.

    The content decides what it is. Neither place nor camera, comments, or bytes behind the picture
    are kept. Takes bounded time and memory whatever the file. Raises NotAnImage.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            upload.seek(0)
            with Image.open(upload, formats=FORMATS) as image:
                # Phones put several pictures into a JPEG, which Pillow calls MPO: the first counts.
                kind = "JPEG" if image.format == "MPO" else str(image.format)
                _require_pixels(image, 1)
                is_animated = kind != "JPEG" and getattr(image, "is_animated", False)
                return kind, _animation(image, kind) if is_animated else _still(image, kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAnImage("The image has too many pixels.") from error
    except _DAMAGED as error:
        raise NotAnImage("This is not a PNG, JPEG, GIF or WebP image, or it is damaged.") from error


def _require_pixels(image: Image.Image, frames: int) -> None:
    if image.width * image.height * frames > MAX_PIXELS:
        raise NotAnImage("The image has too many pixels.")


def _still(image: Image.Image, kind: str) -> bytes:
    ImageOps.exif_transpose(image, in_place=True)
    _strip(image)
    written = BytesIO()
    image.save(written, format=kind, quality=90)
    return written.getvalue()


def _strip(image: Image.Image) -> None:
    """Forget what the file says besides the picture: writers copy it from here."""
    image.load()
    image.info = {name: image.info[name] for name in _OF_THE_PICTURE if name in image.info}


def _animation(image: Image.Image, kind: str) -> bytes:
    durations = _durations(image)
    first = next(iter(_Frames(image)))
    written = BytesIO()
    first.save(
        written,
        format=kind,
        save_all=True,
        append_images=_Frames(image, start=1),
        duration=durations,
        loop=image.info.get("loop", 0),
    )
    return written.getvalue()


def _durations(image: Image.Image) -> list[int]:
    """Return for how many milliseconds each frame is shown; raise NotAnImage for too many frames.

    Frames are read one by one: to ask for their number would read all of them, however many.
    """
    found = []
    for seek_to in _frame_numbers(image):
        image.seek(seek_to)
        image.load()  # of WebP only a drawn frame knows how long it is shown
        found.append(image.info.get("duration", _STANDARD_MS))
    return [min(int(duration), _LONGEST_MS // len(found)) for duration in found]


def _frame_numbers(image: Image.Image) -> Iterator[int]:
    began = time.monotonic()
    for number in count():
        try:
            image.seek(number)
        except EOFError:
            return
        if number >= MAX_FRAMES:
            raise NotAnImage(f"The animation has more than {MAX_FRAMES:,} frames.")
        _require_pixels(image, number + 1)
        if time.monotonic() - began > MAX_SECONDS:
            raise NotAnImage("The animation takes too long to read.")
        yield number


@dataclass(frozen=True)
class _Frames:
    """The frames of an animation, each without what the file says besides the picture.

    They are read anew each time, because all of them at once may not fit into memory.
    """

    image: Image.Image
    start: int = 0

    def __iter__(self) -> Iterator[Image.Image]:
        for number in _frame_numbers(self.image):
            if number >= self.start:
                frame = self.image.copy()
                _strip(frame)
                yield frame
