"""Whoever changes something leaves a line in the log: every route that writes reaches it, every act has its words.

The code itself is read: a route reaches the log when its view names a function that names a function … that records.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

import eventsapp
from eventsapp.web.organizer.acts import ACTS

ROOT = Path(eventsapp.__file__).parent
LOG = "eventsapp.services.audit.record"

WITHOUT_A_LINE = {
    "account.forgot_now": "a link is mailed to whoever the address belongs to; nothing changes until it is used",
    "account.send_link": "the same",
    "account.sign_in_now": "a session, not a change",
    "account.sign_out": "a session, not a change",
    "attendee.change_notices": "a mailbox, not an account, says what it wants by a signed link",
    "organizer.apply_import": "the worker writes the line, with the counts, in the transaction that stores the rows",
    "organizer.match_import": "which column is which, of a file of which nothing is stored yet",
    "public.language": "the language of a browser",
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the product by its name."""
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        yield ".".join(parts).removesuffix(".__init__"), ast.parse(path.read_text())


def imported(name: str, tree: ast.Module) -> dict[str, str]:
    """What each imported name of a module stands for."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("eventsapp")
        for alias in node.names
    }


def names_in(node: ast.AST, known: dict[str, str]) -> set[str]:
    """The full names that a piece of code mentions: `module.name`, or a name of its own module."""
    found = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id in known:
            found.add(known[part.id])
        elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id in known:
            found.add(f"{known[part.value.id]}.{part.attr}")
    return found


def mentions() -> dict[str, set[str]]:
    """For every function, class and table of the product the names that it mentions."""
    found: dict[str, set[str]] = {}
    for module, tree in modules():
        own: dict[str, ast.stmt] = {}
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                own[node.name] = node
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                own.update({target.id: node for target in targets if isinstance(target, ast.Name)})
        known = {**imported(module, tree), **{name: f"{module}.{name}" for name in own}}
        for name, node in own.items():
            found[f"{module}.{name}"] = names_in(node, known)
    return found


def reaches(start: str, target: str, graph: dict[str, set[str]]) -> bool:
    """Does one name lead to another?"""
    seen, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name == target:
            return True
        if name not in seen:
            seen.add(name)
            waiting.extend(graph.get(name, ()))
    return False


def test_every_route_that_writes_leaves_a_line(sqlite_app: Flask) -> None:
    graph = mentions()
    silent = set()
    for rule in sqlite_app.url_map.iter_rules():
        if "POST" in (rule.methods or ()):
            view = inspect.unwrap(sqlite_app.view_functions[rule.endpoint])
            if not reaches(f"{view.__module__}.{view.__name__}", LOG, graph):
                silent.add(rule.endpoint)
    assert silent == set(WITHOUT_A_LINE)


def recorded() -> Iterator[str]:
    """A pattern for every act that the code records by name."""
    for _module, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and len(node.args) > 1 and ast.unparse(node.func).endswith("record"):
                action = node.args[1]
                if isinstance(action, ast.Constant) and isinstance(action.value, str):
                    yield re.escape(action.value)
                elif isinstance(action, ast.JoinedStr):
                    known = (isinstance(part, ast.Constant) and re.escape(str(part.value)) for part in action.values)
                    yield "".join(part or "[a-z_]+" for part in known)


def test_every_act_has_words() -> None:
    patterns = set(recorded())
    assert len(patterns) > 80
    assert [one for one in patterns if not any(re.fullmatch(one, act) for act in ACTS)] == []
