"""A web client that inspects every page it gets: strict HTML5, title, unique ids, labels, one h1, CSP."""

from __future__ import annotations

import re
import warnings
from typing import Any

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

FORGIVEN = {"expected-doctype-but-got-start-tag"}


class Client(FlaskClient):
    """Flask's client; a page that breaks the house's rules fails the test that fetched it."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Fetch, then inspect what came."""
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.status_code not in {301, 302, 303, 307, 308}:
            inspect(response.get_data(as_text=True), response.headers.get("Content-Security-Policy", ""))
        return response

    def submit(
        self, path: str, data: dict[str, Any] | None = None, *, page: str | None = None, **kwargs: Any
    ) -> TestResponse:
        """Post a form as a browser does: its tokens come from the page that shows it (`page`, else the same path)."""
        shown = self.get(page or path)
        hidden = hidden_fields(shown.get_data(as_text=True))
        return self.post(path, data={**hidden, **(data or {})}, **kwargs)


def hidden_fields(html: str) -> dict[str, str]:
    """The CSRF token and the one-time key of the first form that has them."""
    found = {}
    for name in ("csrf_token", "form_key"):
        match = re.search(rf'name="{name}"[^>]*value="([^"]+)"', html)
        if match:
            found[name] = match.group(1)
    return found


def inspect(html: str, csp: str) -> None:
    """Raise AssertionError with every fault of a page."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
        document = parser.parse(html)
    faults = [f"{code} at {place}" for place, code, _ in parser.errors if code not in FORGIVEN]
    title = document.find("head/title")
    if title is None or not (title.text or "").strip():
        faults.append("no title")
    ids = [element.get("id") for element in document.iter() if isinstance(element.tag, str) and element.get("id")]
    faults += [f"id {name!r} twice" for name in sorted({name for name in ids if ids.count(name) > 1})]
    if len(list(document.iter("h1"))) != 1:
        faults.append(f"{len(list(document.iter('h1')))} h1")
    labelled = {label.get("for") for label in document.iter("label")}
    inside = {id(field) for label in document.iter("label") for field in label.iter()}
    for tag in ("input", "select", "textarea"):
        for field in document.iter(tag):
            if field.get("type") in {"hidden", "submit", "button"}:
                continue
            named = field.get("aria-label") or field.get("aria-labelledby") or field.get("id") in labelled
            if not named and id(field) not in inside:
                faults.append(f"{tag} {field.get('name')!r} without a label")
    for element in document.iter():
        if isinstance(element.tag, str):
            faults += [
                f"<{element.tag}> with {name}" for name in element.attrib if name == "style" or name.startswith("on")
            ]
    if "script-src 'self'" not in csp:
        faults.append("no Content-Security-Policy")
    assert not faults, "\n".join(faults[:20])
