"""What surrounds every company page: the five places, and how many requests wait for an answer."""

from __future__ import annotations

from typing import Any

from flask import render_template

from eventsapp.models import Registration
from eventsapp.services import requests
from eventsapp.web.navigation import company_nav
from eventsapp.web.public.events import event_line


def company_page(template: str, registration: Registration, active: str, **values: Any) -> str:
    """Render a page of a company at an event; `active` names the place that is marked."""
    event = registration.event
    return render_template(
        template,
        event=event,
        event_line=event_line(event),
        registration=registration,
        nav=company_nav(event, active, to_answer=requests.count_to_answer(registration)),
        **values,
    )
