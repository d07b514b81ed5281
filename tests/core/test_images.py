"""Uploaded images: bounded time and memory whatever the file, and nothing kept but the picture."""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
import time
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core import images
from core.images import NotAnImage, redrawn

GIF_HEADER = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff"
MEGABYTE = 1024 * 1024


def gif_frame(centiseconds: int = 1) -> bytes:
    control = b"!\xf9\x04\x00" + centiseconds.to_bytes(2, "little") + b"\x00\x00"
    return control + b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00"


def gif(frames: int, centiseconds: int = 1) -> bytes:
    return GIF_HEADER + gif_frame(centiseconds) * frames + b";"


def drawn(kind: str, *colours: str, size=(8, 6), **options) -> bytes:
    written = BytesIO()
    first, *others = (Image.new("RGB", size, colour) for colour in colours)
    more = {"save_all": True, "append_images": others} if others else {}
    first.save(written, format=kind, **more, **options)
    return written.getvalue()


def test_six_hundred_thousand_frames_are_refused_after_the_first_thousand():
    began = time.process_time()

    with pytest.raises(NotAnImage, match="more than 1,000 frames"):
        redrawn(BytesIO(gif(600_000)))

    assert time.process_time() - began < 2


def test_as_many_frames_as_allowed_are_kept():
    frames = ("red", "blue") * (images.MAX_FRAMES // 2)

    _, content = redrawn(BytesIO(drawn("GIF", *frames, size=(2, 2))))

    assert Image.open(BytesIO(content)).n_frames == images.MAX_FRAMES


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_pixels_of_all_frames_count_together(kind, monkeypatch):
    monkeypatch.setattr(images, "MAX_PIXELS", 100)

    assert redrawn(BytesIO(drawn(kind, "red", "blue", size=(5, 10))))[0] == kind
    with pytest.raises(NotAnImage, match="too many pixels"):
        redrawn(BytesIO(drawn(kind, "red", "blue", "green", size=(5, 10))))


def test_an_animation_that_takes_too_long_to_read_is_refused(monkeypatch):
    monkeypatch.setattr(images, "MAX_SECONDS", -1)

    with pytest.raises(NotAnImage, match="takes too long"):
        redrawn(BytesIO(drawn("GIF", "red", "blue")))


@pytest.mark.parametrize("frames", [1, 2, 3, 500])
def test_frames_of_minutes_are_shortened_to_what_a_gif_can_say(frames):
    kind, content = redrawn(BytesIO(gif(frames, centiseconds=40_000)))

    assert kind == "GIF"
    assert Image.open(BytesIO(content)).size == (1, 1)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_keeps_its_frames_and_their_durations(kind):
    _, content = redrawn(BytesIO(drawn(kind, "red", "green", "blue", duration=[50, 400, 70])))

    kept = Image.open(BytesIO(content))
    durations = []
    for number in range(kept.n_frames):
        kept.seek(number)
        kept.load()
        durations.append(kept.info["duration"])
    assert durations == [50, 400, 70]


@pytest.mark.parametrize("colours", [["red"], ["red", "green"]], ids=["still", "animation"])
def test_a_comment_in_a_gif_is_gone(colours):
    content = drawn("GIF", *colours, comment=b"from the laptop of ana")
    assert b"laptop" in content

    assert b"laptop" not in redrawn(BytesIO(content))[1]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("field", ["exif", "icc_profile", "xmp"])
def test_no_field_beside_the_picture_is_kept(kind, field):
    exif = Image.Exif()
    exif[0x010E] = "laptop"
    content = drawn(kind, "red", **{field: exif if field == "exif" else b"laptop"})

    assert b"laptop" not in redrawn(BytesIO(content))[1]


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_largest_image_takes_bounded_memory(kind):
    """In a process of its own, which says how much more it needed at its peak, in MiB."""
    script = f"""
import resource
from io import BytesIO
from PIL import Image
from core.images import redrawn
Image.init()
strip = Image.new("RGB", (7_000, 7_000), "red")
written = BytesIO()
strip.save(written, format={kind!r})
del strip
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
redrawn(written)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    assert int(done.stdout) < 450


@given(seed=st.integers(0, 2**32), kind=st.sampled_from(images.FORMATS))
def test_a_damaged_image_is_refused_or_drawn_and_never_an_error(seed, kind):
    chance = random.Random(seed)
    colours = ["red", "blue"] if chance.random() < 0.5 and kind != "JPEG" else ["red"]
    content = bytearray(drawn(kind, *colours, size=(chance.randint(1, 40), chance.randint(1, 40))))
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(content))
        content[place : place + chance.choice([0, 1, 1, 4])] = chance.randbytes(
            chance.choice([0, 1, 4])
        )

    with contextlib.suppress(NotAnImage):
        redrawn(BytesIO(bytes(content)))
