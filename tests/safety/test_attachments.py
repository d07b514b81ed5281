"""Uploads: images and nothing but images, for those who may see the incident."""

from __future__ import annotations

import zlib
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from core.images import NotAnImage
from incidents.models import Attachment
from incidents.operations.attachments import attach
from incidents.operations.incidents import archive
from tests.factories import NOON, IncidentFactory, SectionFactory

pytestmark = pytest.mark.django_db


def image(kind="PNG", size=(8, 6), mode="RGB", **options) -> bytes:
    written = BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else 1).save(written, format=kind, **options)
    return written.getvalue()


def upload(content: bytes, name="graph.png", declared="image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=declared)


def stored(settings) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("kind", "content_type", "suffix"),
    [
        ("PNG", "image/png", ".png"),
        ("JPEG", "image/jpeg", ".jpg"),
        ("GIF", "image/gif", ".gif"),
        ("WEBP", "image/webp", ".webp"),
    ],
)
def test_images_are_kept_as_what_they_are_whatever_their_name_says(ana, kind, content_type, suffix):
    attachment = attach(
        IncidentFactory(), upload=upload(image(kind), name="graph.html"), by=ana, at=NOON
    )

    assert (attachment.content_type, attachment.name) == (content_type, f"graph{suffix}")
    with Image.open(attachment.file) as kept:
        assert (kept.format, kept.size) == (kind, (8, 6))


HOSTILE = {
    "not an image": b"hello, I am text",
    "nothing": b"",
    "html": b"<html><script>alert(1)</script></html>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>',
    "svg with a declaration": b'<?xml version="1.0"?><svg onload="alert(1)"/>',
    "only the first bytes of a PNG": b"\x89PNG\r\n\x1a\n<script>alert(1)</script>",
    "half a PNG": image(size=(300, 300))[:100],
    "half a JPEG": image("JPEG", size=(300, 300))[:200],
    "a GIF header over script": b"GIF89a/*<script>alert(1)</script>*/=0;",
    "a PDF": b"%PDF-1.4 1 0 obj<</Type/Catalog>>endobj",
    "a TIFF": image("TIFF"),
    "a BMP": image("BMP"),
    "an icon": image("ICO", size=(16, 16)),
    "an EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n(ls) system\n",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_anything_else_is_refused_and_nothing_is_stored(ana, settings, content):
    with pytest.raises(NotAnImage):
        attach(IncidentFactory(), upload=upload(content), by=ana, at=NOON)

    assert stored(settings) == []
    assert not Attachment.objects.exists()


def test_bytes_hidden_behind_or_inside_an_image_are_gone(ana):
    hidden = b"<script>alert(1)</script>PK\x03\x04"
    exif = Image.Exif()
    exif[0x010E] = "<script>alert(1)</script>"
    polyglot = image("JPEG", exif=exif, comment=hidden) + hidden

    attachment = attach(IncidentFactory(), upload=upload(polyglot), by=ana, at=NOON)

    assert b"script" in polyglot
    assert b"script" not in attachment.file.open().read()


def test_where_a_photograph_was_taken_is_not_kept_and_it_stays_upright(ana):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif.get_ifd(0x8825)[1] = "N"

    attachment = attach(
        IncidentFactory(), upload=upload(image("JPEG", size=(8, 6), exif=exif)), by=ana, at=NOON
    )

    with Image.open(attachment.file) as kept:
        assert not kept.getexif()
        assert kept.size == (6, 8)


def test_an_animation_keeps_moving(ana):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "green", "blue")]
    written = BytesIO()
    frames[0].save(written, format="GIF", save_all=True, append_images=frames[1:], duration=50)

    attachment = attach(IncidentFactory(), upload=upload(written.getvalue()), by=ana, at=NOON)

    with Image.open(attachment.file) as kept:
        assert kept.n_frames == 3


def test_a_transparent_image_stays_transparent(ana):
    attachment = attach(IncidentFactory(), upload=upload(image(mode="LA")), by=ana, at=NOON)

    with Image.open(attachment.file) as kept:
        assert kept.mode == "LA"


def test_a_file_over_the_limit_is_refused(ana, settings):
    settings.UPLOAD_MAX_BYTES = 1024

    with pytest.raises(NotAnImage, match="larger than"):
        attach(IncidentFactory(), upload=upload(image() + b"0" * 1024), by=ana, at=NOON)


def test_an_image_that_unpacks_to_gigabytes_is_refused_without_unpacking_it(ana):
    def chunk(name: bytes, content: bytes) -> bytes:
        crc = zlib.crc32(name + content).to_bytes(4, "big")
        return len(content).to_bytes(4, "big") + name + content + crc

    header = (30_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    bomb += chunk(b"IDAT", zlib.compress(b"\x00" * 1_000_000)) + chunk(b"IEND", b"")

    with pytest.raises(NotAnImage, match="too many pixels"):
        attach(IncidentFactory(), upload=upload(bomb), by=ana, at=NOON)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("..\\..\\boot.png", "boot.png"),
        ('x"onerror="alert(1).png', "x-onerror-alert-1.png"),
        ("]( javascript:alert(1)).png", "javascript-alert-1.png"),
        ("Größe der Warteschlange.png", "Gr-e-der-Warteschlange.png"),
        ("\u202egnp.exe.png", "gnp-exe.png"),
        ("....png", "image.png"),
        ("a" * 300 + ".png", "a" * 80 + ".png"),
    ],
)
def test_names_are_made_harmless(ana, given, kept):
    file = upload(image())
    file._name = given  # as a client could send it, past what the form cleans

    assert attach(IncidentFactory(), upload=file, by=ana, at=NOON).name == kept


def test_the_editor_gets_the_markdown_that_shows_the_image(ana, signed_in):
    incident = IncidentFactory()

    answer = signed_in(ana).post(
        f"/incidents/{incident.reference}/attachments/",
        {"image": upload(image(), name="queue depth.png")},
        headers={"X-Requested-With": "XMLHttpRequest"},
    )

    attachment = Attachment.objects.get()
    assert answer.json() == {
        "image_code": f"![queue depth](/uploads/{attachment.pk}/queue-depth.png)"
    }
    assert attachment.uploaded_by == ana


def test_the_editor_is_told_what_is_wrong(ana, signed_in):
    incident = IncidentFactory()

    answer = signed_in(ana).post(
        f"/incidents/{incident.reference}/attachments/",
        {"image": upload(b"<svg onload=alert(1)>", name="a.svg")},
        headers={"X-Requested-With": "XMLHttpRequest"},
    )

    assert answer.status_code == 400
    assert "not a PNG" in answer.json()["image"][0]


def test_a_plain_form_works_too(ana, signed_in):
    incident = IncidentFactory()
    path = f"/incidents/{incident.reference}/attachments/"

    answer = signed_in(ana).post(path, {"image": upload(image())})
    nothing = signed_in(ana).post(path, {})

    assert answer.url == nothing.url == f"/incidents/{incident.reference}/"
    assert Attachment.objects.count() == 1


def test_a_viewer_may_not_upload(vera, signed_in):
    incident = IncidentFactory()

    answer = signed_in(vera).post(
        f"/incidents/{incident.reference}/attachments/", {"image": upload(image())}
    )

    assert answer.status_code == 403
    assert not Attachment.objects.exists()


def test_the_image_is_served_as_an_image_and_can_do_nothing(ana, vera, signed_in):
    attachment = attach(IncidentFactory(), upload=upload(image()), by=ana, at=NOON)

    answer = signed_in(vera).get(attachment.get_absolute_url())

    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == 'inline; filename="graph.png"'
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "private" in answer["Cache-Control"]
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")


def test_whoever_may_not_see_the_incident_cannot_tell_that_there_is_an_image(
    ana, vera, signed_in, client
):
    incident = IncidentFactory(visibility="restricted", owner=ana)
    attachment = attach(incident, upload=upload(image()), by=ana, at=NOON)
    address = attachment.get_absolute_url()

    assert signed_in(ana).get(address).status_code == 200
    assert signed_in(vera).get(address).status_code == 404
    assert client.get(address).url.startswith("/accounts/login/")
    assert (
        signed_in(vera)
        .post(f"/incidents/{incident.reference}/attachments/", {"image": upload(image())})
        .status_code
        == 404
    )


def test_another_name_for_the_same_image_is_not_found(ana, signed_in):
    attachment = attach(IncidentFactory(), upload=upload(image()), by=ana, at=NOON)

    assert signed_in(ana).get(f"/uploads/{attachment.pk}/evil.html").status_code == 404


def test_the_preview_shows_what_the_page_will_show(ana, signed_in):
    answer = signed_in(ana).post(
        "/markdown/preview/", {"content": "**Bold** <script>alert(1)</script>"}
    )

    shown = answer.content.decode().strip()
    assert shown == "<p><strong>Bold</strong> &lt;script&gt;alert(1)&lt;/script&gt;</p>"


def test_a_preview_of_too_much_is_refused(ana, signed_in):
    answer = signed_in(ana).post("/markdown/preview/", {"content": "x" * 1_000_001})

    assert answer.status_code == 413


def test_images_of_an_archived_incident_stay_where_others_show_them(ana, vera, omar, signed_in):
    incident = IncidentFactory(owner=ana)
    attachment = attach(incident, upload=upload(image()), by=ana, at=NOON)
    other = IncidentFactory()
    SectionFactory(incident=other, body=f"![graph]({attachment.get_absolute_url()})")

    asked = signed_in(ana).get(reverse("incident_archive", args=[incident.reference]))
    archive(incident, by=ana, at=NOON)

    assert "Its images stay visible in other incidents that show them." in asked.content.decode()
    for person in (ana, vera, omar):
        assert signed_in(person).get(attachment.get_absolute_url()).status_code == 200
        assert signed_in(person).get(incident.get_absolute_url()).status_code == 404


def test_archiving_shows_an_image_to_nobody_who_could_not_see_it(ana, vera, client, signed_in):
    incident = IncidentFactory(visibility="restricted", owner=ana)
    attachment = attach(incident, upload=upload(image()), by=ana, at=NOON)
    archive(incident, by=ana, at=NOON)

    assert signed_in(vera).get(attachment.get_absolute_url()).status_code == 404
    assert client.get(attachment.get_absolute_url()).url.startswith("/accounts/login/")
    vera.is_active = False
    vera.save()
    assert not Attachment.objects.visible_to(vera).exists()
