"""The base of all forms: what is typed is trimmed, bounded and never lost; rules speak next to the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectChoice, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from eventsapp.domain.errors import DomainError
from eventsapp.web.sentences import sentence


class Form(FlaskForm):  # type: ignore[misc]
    """A form that can also show what a rule said about one of its fields."""

    def refuse(self, field_name: str, error: DomainError | str) -> None:
        """Put the sentence of a rule next to a field."""
        text = error if isinstance(error, str) else sentence(error)
        field = self._fields[field_name]
        field.errors = [*field.errors, text]


def trimmed(value: str | None) -> str:
    """Without outer blanks and without control characters."""
    return "".join(c for c in (value or "") if c.isprintable() or c in "\n\t").strip()


def text(
    label: Any, *, most: int = 200, optional: bool = False, checks: tuple[Callable[..., None], ...] = (), **kw: Any
) -> Any:
    """A line of text of at most `most` characters."""
    return StringField(label, filters=[trimmed], validators=[*_presence(optional), _length(most), *checks], **kw)


def long_text(label: Any, *, most: int = 2000, optional: bool = False, **kw: Any) -> Any:
    """Several lines of text of at most `most` characters."""
    return TextAreaField(label, filters=[trimmed], validators=[*_presence(optional), _length(most)], **kw)


def options(words: Mapping[str, Any], group: Any = None) -> list[SelectChoice]:
    """The choices of a field: what is sent and the words for it, under the heading of a group."""
    return [SelectChoice(value, label, optgroup=group) for value, label in words.items()]


def required(message: Any = None) -> InputRequired:
    """The check that something was entered."""
    return InputRequired(message or _l("Complete este dato"))


def _presence(optional: bool) -> list[Callable[..., None]]:
    return [] if optional else [_not_blank]


def _not_blank(_form: Any, field: Any) -> None:
    if not field.data:
        raise ValidationError(_("Complete este dato"))


def _length(most: int) -> Length:
    return Length(max=most, message=_l("Use a lo más %(most)s caracteres", most=most))
