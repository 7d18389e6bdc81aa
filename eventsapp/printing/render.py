"""Draws a printout: the sheet of its kind in `templates/pdf` and its content as data, so that no text is markup."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import segno
import typst

FONTS = Path(__file__).parent / "fonts"


def pdf(kind: str, content: Mapping[str, Any], *, sheets: Path) -> bytes:
    """A printout as PDF; `sheets` is the folder of the Typst files, `content` what `services.printouts` gathers."""
    drawn = _drawn(kind, content, sheets)
    assert isinstance(drawn, bytes)
    return drawn


def pages(kind: str, content: Mapping[str, Any], *, sheets: Path, pixels_per_inch: float = 72.0) -> list[bytes]:
    """The pages of a printout as pictures (PNG), as they look on paper."""
    drawn = _drawn(kind, content, sheets, format="png", ppi=pixels_per_inch)
    return [drawn] if isinstance(drawn, bytes) else list(drawn or ())


def _drawn(kind: str, content: Mapping[str, Any], sheets: Path, **options: Any) -> bytes | list[bytes] | None:
    """Typst works without the interpreter's lock: the heart of the job beats on."""
    with TemporaryDirectory() as folder:
        for sheet in sheets.glob("*.typ"):
            shutil.copy(sheet, folder)
        (Path(folder) / "data.json").write_text(json.dumps(content), encoding="utf-8")
        drawn: bytes | list[bytes] | None = typst.compile(
            str(Path(folder) / f"{kind}.typ"), root=folder, font_paths=[str(FONTS)], **options
        )
    return drawn


def qr_code(text: str) -> str:
    """A QR code as SVG, without a quiet zone: the sheets leave room around it."""
    return str(segno.make(text, error="m", micro=False).svg_inline(border=0, omitsize=True))
