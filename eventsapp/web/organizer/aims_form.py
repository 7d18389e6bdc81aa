"""The aims in a form: each with its place in the order and what it may give up for those that follow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.validators import Optional

from eventsapp.domain.errors import DomainError
from eventsapp.scheduling.problem import Level
from eventsapp.services.run_options import LEVELS, TOLERANCES
from eventsapp.web.forms import Form
from eventsapp.web.forms import options as choices
from eventsapp.web.organizer import run_words

NOT_AT_ALL = "0"


class AimsForm(Form):
    """Each aim with its place and its tolerance."""

    @property
    def levels(self) -> tuple[Level, ...]:
        """The aims in the order chosen."""
        chosen = [
            (int(self[f"place_{name}"].data), name) for name in LEVELS if self[f"place_{name}"].data != NOT_AT_ALL
        ]
        return tuple(Level(name, float(self[f"tolerance_{name}"].data)) for _, name in sorted(chosen))

    def check_places(self) -> bool:
        """Are the places of the aims all different, and is there an aim? Says so beside the field when not."""
        seen: set[str] = set()
        for name in LEVELS:
            place = self[f"place_{name}"]
            if place.data != NOT_AT_ALL and place.data in seen:
                self.refuse(f"place_{name}", _("Otra meta ya tiene este lugar"))
            seen.add(place.data)
        if seen == {NOT_AT_ALL}:
            self.refuse(f"place_{LEVELS[0]}", DomainError("run_without_aim"))
        return not self.errors


for number, level in enumerate(LEVELS, 1):
    setattr(
        AimsForm,
        f"place_{level}",
        SelectField(
            _l("Lugar"), default=str(number), invalid_choice_message=_l("Elija un lugar de la lista"),
            validators=[Optional()],
        ),
    )  # fmt: skip
    setattr(
        AimsForm,
        f"tolerance_{level}",
        SelectField(
            _l("Se puede ceder"), default="0.0", choices=choices(run_words.TOLERANCES),
            invalid_choice_message=_l("Elija de la lista"),
        ),
    )  # fmt: skip


def offer_places(form: AimsForm) -> None:
    """Give each aim the places that it can have."""
    places = [(str(place), _("%(n)s.º", n=place)) for place in range(1, len(LEVELS) + 1)]
    for name in LEVELS:
        form[f"place_{name}"].choices = [*places, (NOT_AT_ALL, _("No cuenta"))]


def places_of(levels: Iterable[Level]) -> dict[str, str]:
    """What the form holds for these aims."""
    found = {f"place_{name}": NOT_AT_ALL for name in LEVELS}
    for place, level in enumerate(levels, 1):
        nearest = min(TOLERANCES, key=lambda share: abs(share - level.tolerance))
        found |= {f"place_{level.level}": str(place), f"tolerance_{level.level}": str(nearest)}
    return found


def aim_rows(form: AimsForm) -> list[dict[str, Any]]:
    """Each aim with its meaning and its two fields, as the page shows them."""
    return [
        {
            "name": run_words.LEVELS[name],
            "meaning": run_words.MEANINGS[name],
            "place": form[f"place_{name}"],
            "tolerance": form[f"tolerance_{name}"],
        }
        for name in LEVELS
    ]
