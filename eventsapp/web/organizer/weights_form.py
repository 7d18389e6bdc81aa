"""The weights in a form: each part of what a meeting is worth with a few named steps."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from eventsapp.domain.errors import DomainError
from eventsapp.domain.worth import PARTS, STEPS, Weights
from eventsapp.web.forms import Form
from eventsapp.web.organizer import weight_words


class WeightsForm(Form):
    """How much each part counts."""

    @property
    def weights(self) -> Weights:
        """The points of the steps chosen."""
        return Weights(**{part: int(self[field_name(part)].data) for part in PARTS})

    def check_weights(self) -> bool:
        """Can these be chosen together? Says so beside the field when not."""
        try:
            self.weights.check()
        except DomainError as error:
            self.refuse(field_name("both_asked"), error)
        return not self.errors


def field_name(part: str) -> str:
    """What the field of a part is called."""
    return f"weight_{part}"


for name in PARTS:
    setattr(
        WeightsForm,
        field_name(name),
        SelectField(weight_words.PARTS[name], invalid_choice_message=_l("Elija de la lista")),
    )


def offer_steps(form: WeightsForm) -> None:
    """Give each part its steps."""
    for part, steps in STEPS.items():
        form[field_name(part)].choices = [
            (str(points), weight_words.step_words(part, step)) for step, points in steps.items()
        ]


def steps_of(weights: Weights) -> dict[str, str]:
    """What the form holds for these weights."""
    return {field_name(part): str(STEPS[part][weights.step(part)]) for part in PARTS}


def weight_groups(form: WeightsForm) -> list[dict[str, Any]]:
    """The fields in the order and under the heads in which the page shows them."""
    groups = (
        (_("Quién la pidió"), ("both_asked", "buyer_asked", "supplier_asked")),
        (_("Qué tan necesaria es"), ("buyer_must", "supplier_must")),
        (_("Qué tan bien encajan y quiénes son"), ("affinity", "priority")),
        (_("El orden de sus listas"), ("buyer_rank", "supplier_rank")),
    )
    return [{"name": title, "fields": [form[field_name(part)] for part in parts]} for title, parts in groups]
