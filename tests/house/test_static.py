"""What the browser gets from us: vendored files unchanged, light, no inline code, colours from tokens, readable."""

from __future__ import annotations

import ast
import base64
import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "eventsapp" / "static"
VENDOR = STATIC / "vendor"
TEMPLATES = ROOT / "templates"

SHEETS = ("app", "board", "agenda", "charts")  # pictures stand alone and carry their colours themselves
BOARD = ["js/board.js", *sorted(f"js/board/{path.name}" for path in (STATIC / "js" / "board").glob("*.js"))]

# A mail reader knows no style sheet, and the page of our own fault must not need one.
OWN_STYLE = {"errors/500.html"}
HEX = re.compile(r"(?<![&\w/])#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})\b")


def pages() -> list[tuple[str, str]]:
    """Every template of a page, with its text; comments and mails left out."""
    found = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        name = path.relative_to(TEMPLATES).as_posix()
        if not name.startswith("mail/"):
            found.append((name, re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)))
    return found


def weight(*names: str) -> int:
    """Bytes that travel for these static files."""
    return sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in names)


def sheet(name: str) -> str:
    """The text of a style sheet."""
    return (STATIC / "css" / f"{name}.css").read_text()


def tokens() -> dict[str, str]:
    """The colours of the style sheet by name."""
    root = re.search(r":root \{(.*?)\n\}", (STATIC / "css" / "app.css").read_text(), re.S)
    assert root
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", root.group(1)))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2.2 defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_vendored_files_are_the_ones_of_the_manifest() -> None:
    packages = json.loads((VENDOR / "manifest.json").read_text())["packages"]
    stated = {name: digest for package in packages for name, digest in package["files"].items()}
    present = {
        path.relative_to(VENDOR).as_posix(): "sha384-"
        + base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert present == stated


def test_every_vendored_package_names_version_licence_and_source() -> None:
    packages = json.loads((VENDOR / "manifest.json").read_text())["packages"]
    incomplete = [
        package["name"]
        for package in packages
        if not all(package.get(key) for key in ("name", "version", "licence", "source", "changes"))
        or not any(name.endswith("/LICENSE") for name in package["files"])
    ]
    assert packages
    assert incomplete == []


@pytest.mark.parametrize(
    ("limit", "names"),
    [
        (15_000, ["css/app.css", "css/board.css"]),
        (15_000, ["css/app.css", "css/agenda.css"]),
        (15_000, ["css/app.css", "css/charts.css"]),
        (45_000, BOARD),
        (8_000, ["js/page.js", "js/choices.js", "js/availability.js"]),
        (30_000, ["js/page.js", "js/run.js"]),
        (4_800, ["vendor/tabler-icons/sprite.svg"]),
    ],
)
def test_what_travels_stays_within_its_budget(limit: int, names: list[str]) -> None:
    assert weight(*names) <= limit


def test_the_font_of_every_page_stays_within_its_budget() -> None:
    assert (VENDOR / "archivo" / "archivo-latin.woff2").stat().st_size <= 52 * 1024


def test_templates_carry_no_inline_code_or_style() -> None:
    faults = []
    for name, text in pages():
        inline = re.findall(r"<[^<>]*?\s(?:style|on[a-z]+)\s*=\s*[\"'{]", text)
        scripts = re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", text)
        styles = [] if name in OWN_STYLE else re.findall(r"<style[^>]*>", text)
        faults += [(name, fault) for fault in [*inline, *scripts, *styles, *re.findall(r"javascript:", text)]]
    assert faults == []


def test_the_style_of_our_own_fault_carries_the_nonce() -> None:
    text = (TEMPLATES / "errors" / "500.html").read_text()
    assert re.findall(r"<style[^\n]*", text) == [
        '<style{% if csp_nonce is defined %} nonce="{{ csp_nonce() }}"{% endif %}>'
    ]


def test_colours_come_from_tokens() -> None:
    in_templates = [(name, colour) for name, text in pages() if name not in OWN_STYLE for colour in HEX.findall(text)]
    sheets = re.sub(r":root \{.*?\n\}", "", "".join(map(sheet, SHEETS)), count=1, flags=re.S)
    assert in_templates == []
    assert HEX.findall(sheets) == []


@pytest.mark.parametrize("name", SHEETS)
def test_a_style_sheet_uses_only_tokens_that_exist(name: str) -> None:
    known = set(re.findall(r"--([\w-]+):", sheet("app") + sheet(name))) | {"part"}  # set by a script
    assert sorted(set(re.findall(r"var\(--([\w-]+)", sheet(name))) - known) == []


def test_nothing_is_fetched_from_elsewhere() -> None:
    sheet = (STATIC / "css" / "app.css").read_text()
    scripts = "".join(path.read_text() for path in (STATIC / "js").glob("*.js"))
    sources = [
        (name, source)
        for name, text in pages()
        for source in re.findall(
            r"<(?:script|link|img|iframe|source|video|audio)[^>]*(?:src|href)=[\"'](\w+:[^\"']*)", text
        )
    ]
    assert re.findall(r"url\(\s*[\"']?(?:\w+:|//)", sheet) == []
    assert re.findall(r"[\"'`](?:https?:)?//", scripts) == []
    assert sources == []


def test_scripts_build_no_code_and_no_markup_from_text() -> None:
    found = [
        (path.name, word)
        for path in sorted((STATIC / "js").rglob("*.js"))
        for word in re.findall(
            r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|setAttribute\(\"on",
            path.read_text(),
        )
    ]
    assert found == []


def test_every_icon_named_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (VENDOR / "tabler-icons" / "sprite.svg").read_text()))
    named = {
        name
        for _, text in pages()
        for name in re.findall(r"\bicon(?:_name)?\s*[=(]\s*\"([a-z][a-z0-9-]*)\"", text)
        + re.findall(r"sprite\.svg'\) \}\}#([a-z0-9-]+)", text)
    }
    tree = ast.parse((ROOT / "eventsapp" / "web" / "navigation.py").read_text())
    rows = [node.elts for node in ast.walk(tree) if isinstance(node, ast.Tuple) and len(node.elts) == 4]
    named |= {row[2].value for row in rows if isinstance(row[2], ast.Constant) and isinstance(row[2].value, str)}
    assert len(named) > 20
    assert sorted(named - sprite) == []


def test_every_static_file_named_exists() -> None:
    named = {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r"url_for\(\s*['\"]static['\"],\s*filename=['\"]([^'\"]+)['\"]", path.read_text())
    }
    named |= {
        (Path("css") / name).as_posix().replace("css/../", "")
        for name in re.findall(r"url\(\"([^\"]+)\"\)", (STATIC / "css" / "app.css").read_text())
    }
    assert sorted(name for name in named if not (STATIC / name).is_file()) == []


@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        ("ink", "surface", 7),
        ("ink", "bg", 7),
        ("ink", "accent", 7),
        ("soft", "surface", 7),
        ("soft", "sunken", 4.5),
        ("muted", "surface", 4.5),
        ("muted", "bg", 4.5),
        ("muted", "sunken", 4.5),
        ("control", "surface", 3),
        ("control", "bg", 3),
        ("surface", "primary", 7),
        ("surface", "primary-hover", 7),
        ("primary", "bg", 4.5),
        ("primary", "primary-tint", 4.5),
        ("primary", "sunken", 4.5),
        ("buyer", "buyer-tint", 4.5),
        ("supplier", "supplier-tint", 4.5),
        ("supplier", "surface", 4.5),
        ("ok", "ok-tint", 4.5),
        ("warn", "warn-tint", 4.5),
        ("bad", "bad-tint", 4.5),
        ("bad", "bg", 4.5),
        ("info", "info-tint", 4.5),
        ("surface", "bad", 4.5),
        ("surface", "ok", 4.5),
        ("ink", "a1", 7),
        ("ink", "a2", 7),
        ("ink", "a3", 7),
        ("ink", "a4", 7),
        ("surface", "a5", 4.5),
        ("accent", "ink", 7),
    ],
)
def test_text_can_be_read_on_its_ground(text: str, ground: str, least: float) -> None:
    colours = tokens()
    assert contrast(colours[text], colours[ground]) >= least


def test_affinity_falls_steadily_in_lightness() -> None:
    colours = tokens()
    against_white = [contrast(colours[f"a{level}"], colours["surface"]) for level in range(1, 6)]
    assert against_white == sorted(against_white)
