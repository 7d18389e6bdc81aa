"""A dull invitation to vary, and the hostile texts that every artefact must survive."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from eventsapp.calendars.invite import Invitation, Person

MEXICO = ZoneInfo("America/Mexico_City")
ORGANIZER = Person("Clúster Automotriz", "agenda@encuentro.example")
ANA = Person("Ana Núñez", "ana@proveedora.example")


def invitation(**overrides: Any) -> Invitation:
    values: dict[str, Any] = {
        "uid": "m-0f1e2d3c4b5a69788796a5b4c3d2e1f0@encuentro.example",
        "sequence": 0,
        "dtstamp": datetime(2027, 2, 1, 18, 30, 5, tzinfo=UTC),
        "created": datetime(2027, 1, 30, 12, tzinfo=UTC),
        "last_modified": datetime(2027, 2, 1, 18, tzinfo=UTC),
        "start": datetime(2027, 3, 2, 9, 30, tzinfo=MEXICO),
        "end": datetime(2027, 3, 2, 9, 50, tzinfo=MEXICO),
        "zone": "America/Mexico_City",
        "summary": "Reunión con Nordwind Antriebe · Mesa 12",
        "description": "Nordwind Antriebe busca piezas troquelado; ver ficha.\nLlegue 5 minutos antes, por favor.",
        "location": "Salón Poniente, Mesa 12",
        "url": "https://encuentro.example/meetings/12",
        "organizer": ORGANIZER,
        "attendee": ANA,
    }
    return Invitation(**(values | overrides))


HOSTILE_TEXTS = (
    'Tornillos "El Águila", S.A.; de: C.V.',
    "línea uno\r\nATTENDEE:mailto:intruso@mal.example",
    "BEGIN:VEVENT\nEND:VCALENDAR",
    "campana\x07 nulo\x00 escape\x1b borrado\x7f",
    "separadores\u2028de línea\u2029y párrafo",
    "contra\\barra \\n \\, C:\\Nuevo ^n ^' ^^",
    "金" * 60,
    "ñ" * 40,
    "🏭👩🏽\u200d🔧" * 20,
    "e\u0301" * 50,
    "  blancos \t en \n\n\n los bordes  ",
    "direcciones \u202egpj.exe\u202c",
    "x" * 500,
    "suelto \ud800 sustituto",
    "%0D%0A &amp; <script>alert(1)</script> {{ 7*7 }}",
)

# Letters of every kind with the characters that have a meaning in calendar files strewn in.
hostile_text = st.text(
    st.one_of(st.characters(), st.sampled_from(";,:\\nN\"^'\n\r\t\0\x85\u2028\u2029\ufeff \u3000=?<>@")), max_size=120
)
