"""What may be kept as a file: found in the bytes, never in the name; pictures are written anew."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from eventsapp.domain.errors import DomainError
from eventsapp.services.files import (
    EVIDENCE_SIDE,
    JPEG,
    LOGO_SIDE,
    MAX_EVIDENCE,
    MAX_LOGO,
    PDF,
    PNG,
    Upload,
    checked_evidence,
    checked_logo,
)

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
SMALL_PDF = b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n"


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **options: object) -> bytes:
    out = BytesIO()
    Image.new(mode, size, 120 if mode in {"L", "P"} else None).save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that promises a picture of this size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def refused(check: object, name: str, content: bytes) -> str:
    with pytest.raises(DomainError) as caught:
        check(Upload(name, content))  # type: ignore[operator]
    return caught.value.code


def test_a_logo_becomes_a_small_png() -> None:
    checked = checked_logo(Upload("Mi logo.JPG", picture("JPEG", (2000, 1000))))
    image = Image.open(BytesIO(checked.content))
    assert (checked.name, checked.media_type, image.format, image.size) == ("Mi logo.png", PNG, "PNG", (512, 256))


def test_a_small_logo_is_not_blown_up_and_keeps_its_transparency() -> None:
    checked = checked_logo(Upload("l.png", picture("PNG", (10, 10), "RGBA")))
    image = Image.open(BytesIO(checked.content))
    assert (image.size, image.mode) == ((10, 10), "RGBA")
    assert LOGO_SIDE == 512


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_comes_through(mode: str) -> None:
    assert checked_logo(Upload("x.png", picture("PNG", (30, 30), mode))).media_type == PNG


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_kind_of_jpeg_comes_through(mode: str) -> None:
    assert checked_evidence(Upload("x.jpg", picture("JPEG", (30, 30), mode))).media_type == JPEG


def test_what_hides_in_a_picture_is_gone() -> None:
    hidden = PngImagePlugin.PngInfo()
    hidden.add_text("Comment", "<script>alert(1)</script>")
    content = picture("PNG", pnginfo=hidden) + b"PK\x03\x04 an archive behind the picture"
    exif = Image.Exif()
    exif[0x010E] = "secret words"
    photo = picture("JPEG", exif=exif)
    assert b"script" in content
    assert b"secret words" in photo
    assert b"script" not in checked_logo(Upload("x.png", content)).content
    assert b"PK" not in checked_evidence(Upload("x.png", content)).content
    assert b"secret words" not in checked_evidence(Upload("x.jpg", photo)).content


def test_a_document_stays_as_it_came() -> None:
    checked = checked_evidence(Upload("../../Certificado ISO.PDF.exe", SMALL_PDF))
    assert (checked.name, checked.media_type, checked.content) == ("Certificado ISO.PDF.exe.pdf", PDF, SMALL_PDF)


def test_a_large_photo_of_a_document_is_made_smaller() -> None:
    checked = checked_evidence(Upload("foto.jpg", picture("JPEG", (4000, 3000))))
    assert max(Image.open(BytesIO(checked.content)).size) == EVIDENCE_SIDE


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("logo.png", SVG, "file_kind"),
        ("logo.png", HTML, "file_kind"),
        ("logo.jpg", b"GIF89a" + b"\0" * 50, "file_kind"),
        ("logo.png", SMALL_PDF, "file_kind"),
        ("logo.png", b"MZ" + b"\0" * 100, "file_kind"),
        ("logo.png", b"", "file_empty"),
        ("logo.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "file_broken"),
        ("logo.png", picture()[:40], "file_broken"),
        ("logo.jpg", b"\xff\xd8\xff" + b"\0" * 50, "file_broken"),
        ("logo.jpg", picture("JPEG")[:200], "file_broken"),
        ("logo.png", b"\x89PNG\r\n\x1a\n" + b"x" * MAX_LOGO, "file_too_large"),
        ("logo.png", bomb(100, 100), "file_broken"),
        ("logo.png", bomb(10_000, 10_000), "image_too_large"),
        ("logo.png", bomb(60_000, 60_000), "image_too_large"),
    ],
)
def test_what_is_no_logo(name: str, content: bytes, code: str) -> None:
    assert refused(checked_logo, name, content) == code


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("c.pdf", HTML, "file_kind"),
        ("c.pdf", b"PK\x03\x04" + b"\0" * 100, "file_kind"),
        ("c.pdf", b"\n\n%PDF-1.4 %%EOF", "file_kind"),
        ("c.pdf", b"%PDF-1.4 cut off", "file_broken"),
        ("c.pdf", b"", "file_empty"),
        ("c.pdf", b"%PDF-1.4" + b" " * MAX_EVIDENCE + b"%%EOF", "file_too_large"),
        ("c.png", bomb(30_000, 30_000), "image_too_large"),
        ("c.svg", SVG, "file_kind"),
    ],
)
def test_what_is_no_document(name: str, content: bytes, code: str) -> None:
    assert refused(checked_evidence, name, content) == code


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        ("", "archivo.pdf"),
        (".pdf", "archivo.pdf"),
        ("..\\..\\windows\\system.pdf", "system.pdf"),
        ("/etc/passwd", "passwd.pdf"),
        ("a\x00b\r\nSet-Cookie: x.pdf", "abSet-Cookie: x.pdf"),
        ("x" * 500 + ".pdf", "x" * 120 + ".pdf"),
        ("Certificación año 2027.pdf", "Certificación año 2027.pdf"),
    ],
)
def test_names_are_only_wishes(wish: str, name: str) -> None:
    assert checked_evidence(Upload(wish, SMALL_PDF)).name == name
