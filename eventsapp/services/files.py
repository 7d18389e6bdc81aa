"""Stored files: what may come in, checked by its content and not by its name, and how it is kept.

Images are decoded under a ceiling of pixels and written anew, so that nothing hides behind them; SVG is none of them.
PDF is kept as it came and only ever handed out as an attachment.
"""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import PurePosixPath
from uuid import UUID

from PIL import Image, ImageOps
from sqlalchemy import select
from sqlalchemy.orm import undefer

from eventsapp.db import db
from eventsapp.domain.access import Actor
from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import FileKind
from eventsapp.models import Company, StoredFile

MAX_EVIDENCE = 5 * 1024 * 1024
MAX_LOGO = 2 * 1024 * 1024
MAX_PIXELS = 25_000_000
LOGO_SIDE = 512
EVIDENCE_SIDE = 3000
LONGEST_NAME = 120
TAIL = 2048
PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
ENDINGS = {PDF: ".pdf", PNG: ".png", JPEG: ".jpg"}
FORMATS = {"PNG": PNG, "JPEG": JPEG}


@dataclass(frozen=True)
class Upload:
    """A file as somebody sent it: its name is only a wish, its type is found in its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Checked:
    """A file that may be kept."""

    name: str
    media_type: str
    content: bytes


def checked_logo(upload: Upload) -> Checked:
    """A logo as PNG of at most 512 pixels a side; JPEG and PNG come in."""
    _require_size(upload, MAX_LOGO)
    image = _decoded(upload.content)
    image.thumbnail((LOGO_SIDE, LOGO_SIDE))
    return Checked(_name(upload.name, PNG), PNG, _written(image, PNG))


def checked_evidence(upload: Upload) -> Checked:
    """A document as PDF, or a picture of it as JPEG or PNG, of at most 5 MB."""
    _require_size(upload, MAX_EVIDENCE)
    if upload.content.startswith(b"%PDF-"):
        if b"%%EOF" not in upload.content[-TAIL:]:
            raise DomainError("file_broken")
        return Checked(_name(upload.name, PDF), PDF, upload.content)
    media_type = _image_type(upload.content)
    image = _decoded(upload.content)
    image.thumbnail((EVIDENCE_SIDE, EVIDENCE_SIDE))
    return Checked(_name(upload.name, media_type), media_type, _written(image, media_type))


def keep(checked: Checked, company: Company, kind: FileKind, *, actor: Actor, now: datetime) -> StoredFile:
    """Store a checked file of a company."""
    stored = StoredFile(
        organization=company.organization,
        company_id=company.id,
        kind=kind,
        name=checked.name,
        media_type=checked.media_type,
        size=len(checked.content),
        sha256=hashlib.sha256(checked.content).hexdigest(),
        content=checked.content,
        uploaded_by_id=actor.account_id,
        created_at=now,
    )
    db.session.add(stored)
    db.session.flush()
    return stored


def find_of(company_id: UUID, file_id: UUID) -> StoredFile | None:
    """A file of a company with its content."""
    query = (
        select(StoredFile)
        .where(StoredFile.company_id == company_id, StoredFile.id == file_id)
        .options(undefer(StoredFile.content))
    )
    return db.session.scalar(query)


def _require_size(upload: Upload, most: int) -> None:
    if not upload.content:
        raise DomainError("file_empty")
    if len(upload.content) > most:
        raise DomainError("file_too_large", megabytes=most // 1024 // 1024)


def _image_type(content: bytes) -> str:
    """PNG or JPEG by the first bytes; nothing else comes in."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    raise DomainError("file_kind")


def _decoded(content: bytes) -> Image.Image:
    """The picture itself, upright; its size is known before the first pixel is decoded."""
    media_type = _image_type(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own ceiling is lower
            image = Image.open(BytesIO(content), formats=["PNG" if media_type == PNG else "JPEG"])
        if image.width * image.height > MAX_PIXELS:
            raise DomainError("image_too_large", megapixels=MAX_PIXELS // 1_000_000)
        image.load()
        upright = ImageOps.exif_transpose(image)
    except Image.DecompressionBombError as error:
        raise DomainError("image_too_large", megapixels=MAX_PIXELS // 1_000_000) from error
    except (OSError, ValueError, SyntaxError, IndexError, KeyError, OverflowError) as error:
        raise DomainError("file_broken") from error
    has_alpha = "A" in upright.getbands() or "transparency" in upright.info
    return upright.convert("RGBA" if has_alpha and media_type == PNG else "RGB")


def _written(image: Image.Image, media_type: str) -> bytes:
    """The picture alone, without anything that came along with it."""
    image.info.clear()
    out = BytesIO()
    if media_type == JPEG:
        image.convert("RGB").save(out, "JPEG", quality=85, optimize=True)
    else:
        image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _name(wish: str, media_type: str) -> str:
    """A name to show and to save under: no path, no control characters, the ending of what it is."""
    plain = "".join(c for c in wish.replace("\\", "/") if c.isprintable())
    stem = PurePosixPath(plain).name
    for ending in (".pdf", ".png", ".jpg", ".jpeg"):
        stem = stem[: -len(ending)] if stem.lower().endswith(ending) else stem
    return (stem.strip(" .")[:LONGEST_NAME] or "archivo") + ENDINGS[media_type]
