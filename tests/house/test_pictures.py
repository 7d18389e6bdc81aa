"""The pictures of the documents: one script makes them all, each is shown somewhere, none is large."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "screenshots"
LARGEST = 150 * 1024


def test_every_picture_is_made_by_the_script_and_shown_in_a_document() -> None:
    made = {f"{name}.png" for name in runpy.run_path(str(ROOT / "docs" / "screenshots.py"))["NAMES"]}
    kept = {path.name for path in FOLDER.iterdir()}
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in documents)
    shown = set(re.findall(r"\]\((?:docs/)?screenshots/([\w.-]+)\)", text))
    assert made == kept == shown


def test_pictures_are_small_palette_images() -> None:
    sizes = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert {name: size for name, size in sizes.items() if size > LARGEST} == {}
