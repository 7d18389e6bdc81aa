"""A picture of a page as PNG: Typst draws the SVG with our fonts."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import typst

from eventsapp.printing.render import FONTS

SHEET = '#set page(width: auto, height: auto, margin: 12pt)\n#image("picture.svg")\n'
PIXELS_PER_INCH = 144.0


def png(svg: str) -> bytes:
    """An SVG as PNG, on white with a margin."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "picture.svg").write_text(svg, encoding="utf-8")
        (Path(folder) / "picture.typ").write_text(SHEET, encoding="utf-8")
        drawn = typst.compile(
            str(Path(folder) / "picture.typ"), root=folder, font_paths=[str(FONTS)], format="png", ppi=PIXELS_PER_INCH
        )
    assert isinstance(drawn, bytes)
    return drawn
