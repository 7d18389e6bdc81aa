"""Every text has its English, every rule its sentence, every mail its three parts, every setting its line."""

from __future__ import annotations

import ast
from argparse import Namespace
from pathlib import Path

import pytest

from eventsapp.cli import texts
from eventsapp.settings import documented
from eventsapp.web.sentences import SENTENCES

ROOT = Path(__file__).resolve().parents[2]


def test_every_text_has_english() -> None:
    assert texts.missing(texts.updated()) == []


def test_the_compiled_catalogue_is_the_written_one() -> None:
    with texts.CATALOGUE.open("rb") as file:
        written = texts.read_po(file, locale="en")
    assert texts.CATALOGUE.with_suffix(".mo").read_bytes() == texts.compiled(written)


def test_collecting_again_changes_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "messages.po"
    copy.write_bytes(texts.CATALOGUE.read_bytes())
    monkeypatch.setattr(texts, "CATALOGUE", copy)
    texts.run(Namespace(check=False))
    once = (copy.read_bytes(), copy.with_suffix(".mo").read_bytes())
    with copy.open("rb") as file:
        written = texts.read_po(file, locale="en")
    assert (texts.updated().creation_date, texts.updated().revision_date) == (
        written.creation_date,
        written.revision_date,
    )
    texts.run(Namespace(check=False))
    assert (copy.read_bytes(), copy.with_suffix(".mo").read_bytes()) == once


def test_every_refusal_has_a_sentence() -> None:
    raised = set()
    for path in (ROOT / "eventsapp").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                first = node.args[0]
                if node.func.id in {"DomainError", "Conflict", "Forbidden"} and isinstance(first, ast.Constant):
                    raised.add(first.value)
    assert raised - set(SENTENCES) == set()


def test_every_mail_has_subject_text_and_html() -> None:
    folder = ROOT / "templates" / "mail"
    kinds = {path.name.split(".")[0] for path in folder.glob("*.subject.txt")}
    incomplete = [kind for kind in kinds for end in ("txt", "html") if not (folder / f"{kind}.{end}").exists()]
    assert kinds
    assert incomplete == []


def test_every_mail_template_is_sent_by_somebody() -> None:
    code = "".join(path.read_text() for path in (ROOT / "eventsapp" / "services").glob("*.py"))
    kinds = {path.name.split(".")[0] for path in (ROOT / "templates" / "mail").glob("*.subject.txt")}
    assert [kind for kind in kinds if f'"{kind}"' not in code] == []


def test_every_setting_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [name for name, _, _ in documented() if f"`{name}`" not in readme] == []
