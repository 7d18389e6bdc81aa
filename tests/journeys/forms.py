"""What a browser would send: the values that a form shows, with what a person changed."""

from __future__ import annotations

import warnings
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Browsing:
    """A person at the web client: goes to pages, fills their forms, follows where they lead."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page = client.get("/")

    def go(self, path: str) -> str:
        """Open a page and give its text."""
        self.page = self.client.get(path, follow_redirects=True)
        assert self.page.status_code == 200, (path, self.page.status_code)
        return self.text

    def send(self, changes: dict[str, Any] | None = None, *, to: str = "", button: str = "") -> TestResponse:
        """Send a form of this page (the one whose address ends with `to`, else the first in main) and follow."""
        form = self._form(to)
        action = self._action(form)
        values = {**shown(form), **(changes or {})}
        if button:
            values[button] = "1"
        self.page = self.client.post(action, data=values, follow_redirects=True)
        assert self.page.status_code == 200, (action, self.page.status_code, self.errors)
        return self.page

    @property
    def text(self) -> str:
        """The page as it came."""
        return self.page.get_data(as_text=True)

    @property
    def errors(self) -> list[str]:
        """What the error summary says."""
        summaries = [element for element in parsed(self.text).iter() if "error-summary" in (element.get("class") or "")]
        return [" ".join(" ".join(summary.itertext()).split()) for summary in summaries]

    def _form(self, to: str) -> Element:
        main = parsed(self.text).find(".//main")
        assert main is not None
        forms = [form for form in main.iter("form") if (form.get("method") or "").lower() == "post"]
        chosen = [form for form in forms if urlsplit(self._action(form)).path.endswith(to)]
        assert chosen, (to, [self._action(form) for form in forms])
        return chosen[0]

    def _action(self, form: Element) -> str:
        return form.get("action") or self.page.request.full_path.rstrip("?")


def parsed(html: str) -> Element:
    """The page as a tree."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        builder = html5lib.getTreeBuilder("etree")
        return html5lib.HTMLParser(tree=builder, namespaceHTMLElements=False).parse(html)


def shown(form: Element) -> dict[str, Any]:
    """The values that a form shows."""
    values: dict[str, Any] = {}
    for field in form.iter():
        name = field.get("name")
        if not name:
            continue
        if field.tag == "textarea":
            values[name] = field.text or ""
        elif field.tag == "select":
            options = list(field.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            values[name] = chosen[0].get("value", "") if chosen else ""
        elif field.tag == "input":
            kind = field.get("type", "text")
            if kind in {"checkbox", "radio"}:
                if field.get("checked") is not None:
                    values.setdefault(name, []).append(field.get("value", "on"))
            elif kind not in {"submit", "button"}:
                values[name] = field.get("value", "")
    return values
