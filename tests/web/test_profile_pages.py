"""The profile, the certificates and the people of a company through the web client: errors, files, roles, strangers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from eventsapp.db import db
from eventsapp.domain.values import RegistrationStatus, Role, Side, SizeClass, Verification
from eventsapp.models import Account, Certificate, Company, Delegate, OutboxMessage, Site, StoredFile
from tests import hostile, make
from tests.client import Client, hidden_fields
from tests.conftest import NOW
from tests.statements import counted

PDF = b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\n%%EOF\n"
CERTIFICATE = {
    "certification_code": "ISO-9001",
    "stage": "held",
    "issuer": "SGS",
    "number": "A-1",
    "issued_on": "2025-01-01",
    "expires_on": "2028-01-01",
}
PERSON = {"name": "Luis Peña", "job_title": "Ventas", "email": "luis@empresa.com", "phone": "477 123 4567"}


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@dataclass
class Firm:
    """A company at an event, with who administers it, who attends, a reviewer and a stranger."""

    app: Flask
    code: str
    company_id: UUID
    admin: FlaskClient
    attends: FlaskClient
    reviewer: FlaskClient
    stranger: FlaskClient

    def path(self, rest: str = "perfil") -> str:
        return f"/e/{self.code}/{rest}"

    def company(self) -> Company:
        """The company as it is stored now."""
        db.session.rollback()
        found = db.session.get(Company, self.company_id)
        assert found is not None
        return found

    def send(self, rest: str, data: dict[str, Any] | None = None, client: FlaskClient | None = None, **kw: Any) -> Any:
        """Fetch the form and send it as a browser does."""
        who = client or self.admin
        found = re.search(r'name="seen"[^>]*value="([^"]*)"', who.get(self.path(rest)).text)
        seen = {"seen": found.group(1)} if found else {}
        return who.submit(self.path(rest), {**seen, **(data or {})}, **kw)


class Apart(Client):
    """A client whose requests share nothing with the test's own context, neither who is signed in nor what was read."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Fetch in a context of its own; what the test reads afterwards is read anew."""
        data = kwargs.get("data")
        if isinstance(data, dict) and any(isinstance(value, tuple) for value in data.values()):
            files = {name: FileStorage(*value) for name, value in data.items() if isinstance(value, tuple)}
            # In memory: the file in which the client puts a large body itself stays open.
            boundary, body = encode_multipart({**data, **files})
            kwargs |= {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}
        db.session.rollback()
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture
def firm(sqlite_app: Flask) -> Iterator[Firm]:
    sqlite_app.test_client_class = Apart
    with sqlite_app.app_context():
        yield founded(sqlite_app)


def founded(app: Flask) -> Firm:
    registration = make.registration(make.event(), Side.BUYER, desks=2)
    org = registration.event.organization
    stranger = make.registration(make.event(make.organization())).delegates[0].account
    people = [registration.delegates[0].account, registration.delegates[1].account]
    clients = [make.client(app, person) for person in (*people, make.organizer(org, Role.REVIEWER), stranger)]
    db.session.commit()
    return Firm(app, registration.event.code, registration.company_id, *clients)


def uploaded(content: bytes, name: str) -> tuple[BytesIO, str]:
    return BytesIO(content), name


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size).save(out, kind)
    return out.getvalue()


# The profile -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "data", "kind"),
    [
        ("perfil/sitios/nuevo", {"name": "Silao", "country": "MX", "state": "Guanajuato", "city": "Silao"}, Site),
        ("perfil/certificados/nuevo", {**CERTIFICATE, "site_id": ""}, Certificate),
        ("personas/nueva", {**PERSON, "role": "delegate"}, Delegate),
    ],
)
def test_a_second_click_adds_nothing(firm: Firm, path: str, data: dict[str, Any], kind: type[Any]) -> None:
    def stored() -> int:
        db.session.rollback()
        return db.session.scalar(select(func.count()).select_from(kind)) or 0

    before = stored()
    hidden = hidden_fields(firm.admin.get(firm.path(path)).text)
    answers = [firm.admin.post(firm.path(path), data={**hidden, **data}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303] * 3
    assert len({answer.location for answer in answers}) == 1
    assert stored() == before + 1


def test_the_profile_says_what_is_missing_until_it_is_there(firm: Firm) -> None:
    page = firm.admin.get(firm.path()).text
    assert "Faltan 4 respuestas" in page
    answers = {
        "descripcion": {"description": "Estampamos acero."},
        "actividad": {"scian_code": "336370"},
        "cadena": {"tier": "tier2"},
        "tamano": {"size_sector": "industry", "workers": "24", "annual_sales_mxn": "14.1"},
        "idiomas": {"languages": ["es", "en"], "export_markets": ["US"]},
        "otras-actividades": {"scian_secondary": ["332710"]},
        "clusteres": {"cluster_codes": ["GTO-AUT", "GTO-LOG"]},
        "origen": {"founded_year": "1994", "ownership": "mexican", "is_women_led": "yes", "group_name": "Grupo Uno"},
    }
    for slug, data in answers.items():
        assert firm.send(f"perfil/{slug}", data).location == firm.path(), slug
    page = firm.admin.get(firm.path()).text
    for words in (
        "Lo necesario está completo",
        "Fabricación de piezas metálicas troqueladas para vehículos automotrices (336370)",
        "Tier 2: entrega a un Tier 1",
        "Pequeña empresa",
        "14.1",
        "Español, Inglés",
        "Clúster Automotriz",
        "1994",
    ):
        assert words in page, words
    company = firm.company()
    assert (company.size_class, company.annual_sales_mxn, company.is_women_led) == (SizeClass.SMALL, 14_100_000, True)
    assert (company.cluster_codes, company.scian_secondary) == (["GTO-AUT", "GTO-LOG"], ["332710"])


def test_workers_unlike_the_class_are_pointed_out(firm: Firm) -> None:
    answer = firm.send("perfil/tamano", {"size_sector": "industry", "workers": "300", "annual_sales_mxn": "20"})
    assert "Con 300 personas y sus ventas, la fórmula da: Pequeña empresa" in firm.admin.get(answer.location).text
    assert firm.company().size_class is SizeClass.SMALL


def test_the_search_works_without_a_script(firm: Firm) -> None:
    found = firm.send("perfil/actividad", {"words": "galvanizado", "search": "1"})
    assert found.status_code == 200
    assert "Recubrimientos y terminados metálicos (332810)" in found.text
    assert firm.company().scian_code is None
    kept = firm.send("perfil/actividad", {"words": "zapatos", "search": "1", "scian_code": "332810"})
    assert re.search(r'value="332810" checked', kept.text)
    assert "Nada coincide" in firm.send("perfil/actividad", {"words": "xyzzy", "search": "1"}).text
    assert "332810" in firm.admin.get(firm.path("perfil/actividad?words=zincado")).text


@pytest.mark.parametrize(
    ("slug", "data", "words"),
    [
        ("actividad", {"words": "x"}, "Busque y elija su actividad"),
        ("actividad", {"scian_code": "123456"}, "Elija una actividad de la lista"),
        ("cadena", {}, "Elija una opción"),
        ("cadena", {"tier": "tier9"}, "Elija una opción de la lista"),
        ("tamano", {"size_sector": "industry", "workers": "-1"}, "Escriba un número entero"),
        ("tamano", {"size_sector": "industry", "workers": "5", "annual_sales_mxn": "mucho"}, "millones de pesos"),
        ("tamano", {"size_sector": "industry", "workers": "5", "annual_sales_mxn": "1e9"}, "millones de pesos"),
        ("origen", {"founded_year": "2028"}, "Escriba un año que ya pasó"),
        ("origen", {"is_women_led": "maybe"}, "Elija una opción de la lista"),
        ("idiomas", {"languages": ["xx"]}, "Elija opciones de la lista"),
        ("clusteres", {"cluster_codes": ["X"]}, "Elija opciones de la lista"),
        ("otras-actividades", {"scian_secondary": ["000000"]}, "Elija una actividad de la lista"),
        ("descripcion", {"description": "x" * 2001}, "2000 caracteres"),
    ],
)
def test_errors_stand_beside_the_field(firm: Firm, slug: str, data: dict[str, Any], words: str) -> None:
    answer = firm.send(f"perfil/{slug}", data)
    assert answer.status_code == 422
    assert "Hay un problema" in answer.text
    assert words in answer.text


def test_two_people_at_one_page_see_both_values(firm: Firm) -> None:
    page = firm.admin.get(firm.path("perfil/origen")).text
    old = re.search(r'name="seen"[^>]*value="([^"]*)"', page)
    assert old is not None
    firm.send("perfil/origen", {"founded_year": "1990", "group_name": "Grupo Uno"})
    mine = {"founded_year": "1991", "group_name": "Grupo Uno", "seen": old.group(1)}
    answer = firm.admin.submit(firm.path("perfil/origen"), mine)
    assert answer.status_code == 409
    assert 'value="1991"' in answer.text
    assert "<dt>Año de fundación</dt><dd>1990</dd>" in answer.text
    assert "<dt>Grupo empresarial</dt>" not in answer.text  # both typed the same
    renewed = re.search(r'name="seen"[^>]*value="([^"]*)"', answer.text)
    assert renewed is not None
    assert firm.admin.submit(firm.path("perfil/origen"), {**mine, "seen": renewed.group(1)}).status_code == 303
    assert firm.company().founded_year == 1991


def test_sites_are_added_changed_and_closed(firm: Firm) -> None:
    site = {"name": "Planta Silao", "country": "MX", "postal_code": "36100", "city": "Silao", "shifts": "2"}
    assert firm.send("perfil/sitios/nuevo", {**site, "postal_code": "361"}).status_code == 422
    assert firm.send("perfil/sitios/nuevo", {**site, "country": "ZZ"}).status_code == 422
    assert firm.send("perfil/sitios/nuevo", site).status_code == 303
    made = db.session.scalars(select(Site)).one()
    assert (made.state, made.shifts, made.is_meeting_host) == ("Guanajuato", 2, False)
    assert firm.send(f"perfil/sitios/{made.id}", {**site, "shifts": "3", "state": "Guanajuato"}).status_code == 303
    db.session.rollback()
    assert db.session.scalars(select(Site.shifts)).one() == 3
    firm.admin.submit(firm.path(f"perfil/sitios/{made.id}/quitar"), page=firm.path())
    assert "Planta Silao" not in firm.admin.get(firm.path()).text


def test_a_position_is_pasted_checked_and_shown_to_the_organizer(firm: Firm) -> None:
    answer = firm.send("perfil/ubicacion", {"position": "21.1236, 101.68"})
    assert answer.status_code == 422
    assert "Ese punto no está en México" in answer.text
    assert 'value="21.12360, 101.68000"' in answer.text
    assert 'href="#position"' in answer.text
    assert firm.send("perfil/ubicacion", {"position": "https://maps.example/@21.1236,-101.68,15z"}).status_code == 303
    assert firm.company().position == "21.12360, -101.68000"
    assert "mlat=21.1236&amp;mlon=-101.68" in firm.admin.get(firm.path("perfil/ubicacion")).text
    assert "21.12360, -101.68000" in firm.admin.get(firm.path()).text
    site = {"name": "Sede", "country": "MX", "state": "Guanajuato", "city": "León", "position": "48.78, 9.18"}
    assert "Ese punto no está en México" in firm.send("perfil/sitios/nuevo", site).text
    assert firm.send("perfil/sitios/nuevo", {**site, "country": "DE", "region": "Hessen"}).status_code == 303
    assert db.session.scalars(select(Site)).one().position == "48.78000, 9.18000"
    registration = firm.company().registrations[0]
    seen = firm.reviewer.get(f"/o/{firm.code}/empresas/{registration.id}").text
    assert "21.12360, -101.68000" in seen


def test_the_organizer_reads_what_people_need_and_where_the_sites_are(firm: Firm) -> None:
    site = {"name": "Planta <Silao>", "country": "MX", "state": "Guanajuato", "city": "Silao", "is_meeting_host": "y"}
    assert firm.send("perfil/sitios/nuevo", site).status_code == 303
    person = firm.company().delegates[0]
    needs = {"accessibility_needs": "Acceso sin <b>escalones</b>", "department": "quality", "languages": ["en"]}
    assert firm.send(f"personas/{person.id}", {**PERSON, "email": person.email, **needs}).status_code == 303
    registration = firm.company().registrations[0]
    page = firm.reviewer.get(f"/o/{firm.code}/empresas/{registration.id}").text
    assert "<dt>Necesidades de accesibilidad</dt>" in page
    assert "Acceso sin &lt;b&gt;escalones&lt;/b&gt;" in page
    assert "<h3>Planta &lt;Silao&gt;</h3>" in page
    assert "Puede recibir visitas de otras empresas" in page
    card = firm.admin.get(firm.path(f"empresas/{registration.id}")).text
    assert "Planta &lt;Silao&gt;" in card
    assert "Recibe visitas" in card
    assert "escalones" not in card


def test_the_search_keeps_what_is_chosen(firm: Firm) -> None:
    def checked(query: str) -> list[str]:
        page = firm.admin.get(firm.path(f"perfil/{query}")).text
        boxes = [box for box in re.findall(r"<input[^>]*>", page) if " checked" in box]
        return [code for box in boxes for code in re.findall(r'value="(\d{6})"', box)]

    assert checked("actividad?words=zapatos&scian_code=332810") == ["332810"]
    assert checked("otras-actividades?words=3362&scian_secondary=332810&scian_secondary=999999") == ["332810"]
    assert checked("otras-actividades?words=3362&scian_secondary=") == []


def test_a_locked_step_shows_what_was_answered(firm: Firm) -> None:
    page = firm.admin.get(firm.path("registro/empresa")).text
    assert "Esta parte ya no se puede cambiar" in page
    assert firm.company().name in page
    assert "<form" not in page[page.index('id="main"') : page.index("</main>")]


# Files -----------------------------------------------------------------------------------------------------------


def test_a_logo_is_shown_and_removed(firm: Firm) -> None:
    answer = firm.send("perfil/logotipo", {"logo": uploaded(picture("JPEG", (900, 900)), "l.jpg")})
    assert answer.status_code == 303
    stored = db.session.scalars(select(StoredFile)).one()
    assert (stored.media_type, stored.name, firm.company().logo_id) == ("image/png", "l.png", stored.id)
    shown = firm.attends.get(firm.path(f"perfil/archivos/{stored.id}"))
    assert (shown.mimetype, shown.headers["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert "attachment" not in shown.headers["Content-Disposition"]
    assert Image.open(BytesIO(shown.data)).size == (512, 512)
    firm.admin.submit(firm.path("perfil/logotipo/quitar"), page=firm.path("perfil/logotipo"))
    assert firm.company().logo_id is None


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "", "Elija un archivo"),
        (b"<svg onload=alert(1)>", "l.png", "no es de un tipo permitido"),
        (picture() + b"x" * (2 * 1024 * 1024), "l.png", "pesa más de 2 MB"),
        (picture()[:50], "l.png", "incompleto o dañado"),
    ],
)
def test_what_is_no_logo_is_refused_beside_the_field(firm: Firm, content: bytes, name: str, words: str) -> None:
    answer = firm.send("perfil/logotipo", {"logo": uploaded(content, name)})
    assert (answer.status_code, words in answer.text) == (422, True)
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 0


def test_a_body_beyond_all_bounds_is_refused_as_a_whole(firm: Firm) -> None:
    answer = firm.send("perfil/logotipo", {"logo": uploaded(b"x" * (13 * 1024 * 1024), "l.png")})
    assert answer.status_code == 413


# Certificates ----------------------------------------------------------------------------------------------------


def test_a_certificate_from_the_company_to_the_organizer_and_back(firm: Firm) -> None:
    new = "perfil/certificados/nuevo"
    answer = firm.send(new, {**CERTIFICATE, "evidence": uploaded(PDF, "iso.pdf")})
    assert answer.location.startswith(firm.path())
    certificate = db.session.scalars(select(Certificate)).one()
    listed = firm.reviewer.get(f"/o/{firm.code}/certificados")
    assert "ISO 9001" in listed.text
    one = f"/o/{firm.code}/certificados/{certificate.id}"
    document = firm.reviewer.get(f"{one}/documento")
    assert document.data == PDF
    assert document.headers["Content-Disposition"] == "attachment; filename=iso.pdf"
    assert (document.mimetype, document.headers["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    seen = re.search(r'name="seen" value="([^"]+)"', firm.reviewer.get(one).text)
    assert seen is not None
    decided = {"seen": seen.group(1), "how": "document_checked"}
    assert firm.reviewer.submit(f"{one}/comprobar", decided, page=one).location == one
    assert "Documento revisado" in firm.admin.get(firm.path()).text
    blank = firm.reviewer.submit(f"{one}/rechazar", {"seen": seen.group(1), "reason": " "}, page=one)
    assert blank.status_code == 422
    firm.reviewer.submit(f"{one}/rechazar", {"seen": seen.group(1), "reason": "Otra razón social"}, page=one)
    page = firm.admin.get(firm.path(f"perfil/certificados/{certificate.id}")).text
    assert "Otra razón social" in page
    firm.send(f"perfil/certificados/{certificate.id}", {**CERTIFICATE, "number": "A-2"})
    db.session.rollback()
    stored = db.session.scalars(select(Certificate)).one()
    assert (stored.verification, stored.number, stored.file_id is not None) == (Verification.DECLARED, "A-2", True)
    stale = firm.reviewer.submit(f"{one}/rechazar", {"seen": seen.group(1), "reason": "x"}, page=one)
    assert (stale.status_code, "mientras usted lo revisaba" in stale.text) == (409, True)
    firm.admin.submit(firm.path(f"perfil/certificados/{stored.id}/quitar"), page=firm.path())
    assert firm.reviewer.get(one).status_code == 404
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"certification_code": ""}, "Elija un certificado"),
        ({"certification_code": "NADA"}, "Elija un certificado de la lista"),
        ({"certification_code": "OTHER"}, "Escriba el nombre del certificado"),
        ({"expires_on": ""}, "escriba hasta cuándo vale"),
        ({"expires_on": "2024-01-01"}, "vence antes de su fecha de emisión"),
        ({"expires_on": "mañana"}, "Escriba una fecha que exista"),
        ({"stage": "soon"}, "Elija una opción de la lista"),
        ({"site_id": "not-a-site"}, "Elija un sitio de la lista"),
        ({"evidence": (b"<html>", "iso.pdf")}, "no es de un tipo permitido"),
        ({"evidence": (b"%PDF-1.4" + b" " * (5 * 1024 * 1024) + b"%%EOF", "iso.pdf")}, "pesa más de 5 MB"),
    ],
)
def test_what_is_wrong_with_a_certificate_stands_beside_the_field(
    firm: Firm, changes: dict[str, Any], words: str
) -> None:
    data: dict[str, Any] = {**CERTIFICATE, **changes}
    if "evidence" in data:
        data["evidence"] = uploaded(*data["evidence"])
    answer = firm.send("perfil/certificados/nuevo", data)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert 'value="A-1"' in answer.text
    assert db.session.scalar(select(func.count()).select_from(Certificate)) == 0


def test_files_and_certificates_are_absent_for_strangers(firm: Firm) -> None:
    firm.send("perfil/certificados/nuevo", {**CERTIFICATE, "evidence": uploaded(PDF, "iso.pdf")})
    certificate = db.session.scalars(select(Certificate)).one()
    paths = (
        firm.path(),
        firm.path(f"perfil/archivos/{certificate.file_id}"),
        firm.path(f"perfil/certificados/{certificate.id}"),
        firm.path("personas"),
        f"/o/{firm.code}/certificados/{certificate.id}/documento",
    )
    assert {(path, firm.stranger.get(path).status_code) for path in paths} == {(path, 404) for path in paths}
    nobody = firm.app.test_client()
    assert {nobody.get(path).status_code for path in paths} == {302}
    assert firm.admin.get(paths[-1]).status_code == 404


# Roles and people ------------------------------------------------------------------------------------------------


def test_who_only_attends_reads_all_and_changes_only_what_is_theirs(firm: Firm) -> None:
    firm.send("perfil/certificados/nuevo", CERTIFICATE)
    certificate = db.session.scalars(select(Certificate)).one()
    person = db.session.scalars(select(Delegate).where(Delegate.company_id == firm.company_id)).first()
    assert person is not None
    read = ("perfil", "perfil/tamano", f"perfil/certificados/{certificate.id}", "personas", "personas/yo", "registro")
    assert {rest: firm.attends.get(firm.path(rest)).status_code for rest in read} == dict.fromkeys(read, 200)
    assert "Solo quien administra" in firm.attends.get(firm.path("perfil/tamano")).text
    steps = {
        step: firm.attends.get(firm.path(f"registro/{step}")).text for step in ("empresa", "delegados", "procesos")
    }
    assert all("Solo quien administra su empresa" in text for text in steps.values())
    hidden = ("perfil/certificados/nuevo", "perfil/sitios/nuevo", "personas/nueva", f"personas/{person.id}")
    assert {rest: firm.attends.get(firm.path(rest)).status_code for rest in hidden} == dict.fromkeys(hidden, 404)
    firm.app.config["WTF_CSRF_ENABLED"] = False
    closed = (
        "perfil/tamano", "perfil/logotipo", "perfil/logotipo/quitar", "perfil/certificados/nuevo",
        f"perfil/certificados/{certificate.id}", f"perfil/certificados/{certificate.id}/quitar", "perfil/sitios/nuevo",
        "personas/nueva", f"personas/{person.id}", f"personas/{person.id}/invitar", f"personas/{person.id}/retirar",
        f"personas/{person.id}/administra", f"personas/{person.id}/asiste", f"personas/{person.id}/quitar",
        "registro/retirar", "registro/revisar", "registro/delegados/nueva",
    )  # fmt: skip
    answers = {rest: firm.attends.post(firm.path(rest), data={}).status_code for rest in closed}
    assert {rest: code for rest, code in answers.items() if code not in {403, 404}} == {}
    assert firm.attends.post(firm.path("registro/empresa"), data={}).status_code in {403, 404}


def test_who_only_attends_paints_the_own_rounds(firm: Firm) -> None:
    page = firm.attends.get(firm.path("registro/disponibilidad")).text
    fields = set(re.findall(r'name="(desk_\d)"', page))
    assert fields == {"desk_2"}
    ids = re.findall(r'name="desk_2" value="([^"]+)"', page)
    answer = firm.send("registro/disponibilidad", {"desk_2": ids[:2], "desk_1": ids[:1]}, client=firm.attends)
    assert answer.status_code == 303
    desks = {desk.number: len(desk.absences) for desk in firm.company().registrations[0].desks}
    assert desks == {1: 0, 2: 1}


def test_an_invitation_by_mail(firm: Firm) -> None:
    again = {**PERSON, "role": "admin", "department": "sales", "decision_power": "decides", "languages": ["es", "de"]}
    assert firm.send("personas/nueva", again).location == firm.path("personas")
    assert "Invitación enviada" in firm.admin.get(firm.path("personas")).text
    mail = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "company_invitation")).one()
    link = f"/invitacion/{mail.fields['token']}"
    visitor = firm.app.test_client()
    assert "Aceptar invitación" in visitor.get(link).text
    assert db.session.scalar(select(func.count()).where(Account.email == PERSON["email"])) == 0  # seeing does nothing
    other = firm.attends.submit(link)
    assert other.status_code == 409
    accepted = visitor.submit(link)
    assert accepted.location == "/mis-eventos"
    assert "Ya forma parte de" in visitor.get("/mis-eventos").text
    assert visitor.get(firm.path("perfil/certificados/nuevo")).status_code == 200
    assert visitor.get(link).status_code == 410
    assert firm.app.test_client().post(link).status_code in {400, 410}


def test_an_invitation_to_somebody_with_an_account_does_not_sign_in(firm: Firm) -> None:
    make.account(email=PERSON["email"], password_hash="x")
    db.session.commit()
    firm.send("personas/nueva", {**PERSON, "role": "delegate"})
    mail = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "company_invitation")).one()
    visitor = firm.app.test_client()
    answer = visitor.submit(f"/invitacion/{mail.fields['token']}")
    assert answer.location == "/entrar?next=/mis-eventos"
    assert visitor.get("/mis-eventos").status_code == 302
    db.session.rollback()
    joined = db.session.scalars(select(Delegate).where(Delegate.email == PERSON["email"])).one()
    assert joined.account is not None


def test_an_invitation_is_sent_again_and_withdrawn(firm: Firm) -> None:
    firm.send("personas/nueva", {**PERSON, "role": "delegate"})
    person = db.session.scalars(select(Delegate).where(Delegate.email == PERSON["email"])).one()
    people = firm.path("personas")
    assert firm.admin.submit(f"{people}/{person.id}/invitar", page=people).location == people
    assert firm.admin.submit(f"{people}/{person.id}/retirar", page=people).location == people
    assert PERSON["email"] not in firm.admin.get(people).text
    for _ in range(3):
        firm.send("personas/nueva", {**PERSON, "role": "delegate"})
        firm.admin.submit(f"{people}/{person.id}/retirar", page=people)
    answer = firm.send("personas/nueva", {**PERSON, "role": "delegate"})
    assert (answer.status_code, "Demasiados intentos" in answer.text) == (429, True)


def test_roles_are_given_and_the_last_admin_stays(firm: Firm) -> None:
    people = firm.path("personas")
    listed = {p.is_company_admin: p.id for p in firm.company().delegates}
    refused = firm.admin.submit(f"{people}/{listed[True]}/asiste", page=people)
    assert refused.status_code in {303, 409}
    assert firm.admin.submit(f"{people}/{listed[False]}/administra", page=people).location == people
    assert firm.attends.get(firm.path("perfil/certificados/nuevo")).status_code == 200
    assert firm.admin.submit(f"{people}/{listed[True]}/asiste", page=people).location == people
    assert firm.admin.get(firm.path("perfil/certificados/nuevo")).status_code == 404


# Lists and hostile input -----------------------------------------------------------------------------------------


def test_lists_take_the_same_statements_for_one_and_three(firm: Firm) -> None:
    def statements() -> list[int]:
        numbers = []
        for client, path in (
            (firm.admin, firm.path()),
            (firm.admin, firm.path("personas")),
            (firm.reviewer, f"/o/{firm.code}/certificados?estado=all"),
        ):
            with counted(firm.app) as seen:
                assert client.get(path).status_code == 200
            numbers.append(len(seen))
        return numbers

    def grow(n: int) -> None:
        firm.send("perfil/certificados/nuevo", {**CERTIFICATE, "evidence": uploaded(PDF, "iso.pdf")})
        firm.send("perfil/sitios/nuevo", {"name": f"Planta {n}", "country": "MX", "state": "Jalisco", "city": "Lagos"})
        make.delegate(firm.company())
        db.session.commit()

    grow(1)
    once = statements()
    grow(2)
    grow(3)
    assert statements() == once


def test_hostile_text_in_every_field(app: Flask) -> None:
    with app.app_context():
        registration = make.registration(make.event(), status=RegistrationStatus.APPROVED)
        person = registration.delegates[0].account
        base = f"/e/{registration.event.code}"
        reviewer = make.organizer(registration.event.organization, Role.REVIEWER)
        db.session.commit()
        client = hostile.sender(app, person)
        staff = hostile.sender(app, reviewer)
        certificate = {**CERTIFICATE, "other_name": "x", "coverage": "x", "site_id": ""}
        client.post(f"{base}/perfil/certificados/nuevo", data=certificate)
        made = db.session.scalars(select(Certificate.id)).one()
        one = f"/o/{registration.event.code}/certificados/{made}"
        forms = [
            (client, f"{base}/perfil/descripcion", {"description": "x", "seen": ""}),
            (client, f"{base}/perfil/actividad", {"words": "x", "scian_code": "336370", "search": ""}),
            (client, f"{base}/perfil/actividad", {"words": "x", "search": "1"}),
            (client, f"{base}/perfil/otras-actividades", {"scian_secondary": "332710"}),
            (client, f"{base}/perfil/cadena", {"tier": "oem"}),
            (client, f"{base}/perfil/tamano", {"size_sector": "industry", "workers": "5", "annual_sales_mxn": "1"}),
            (client, f"{base}/perfil/ubicacion", {"position": "21.1, -101.6", "seen": ""}),
            (client, f"{base}/perfil/idiomas", {"languages": "es", "export_markets": "US"}),
            (client, f"{base}/perfil/clusteres", {"cluster_codes": "GTO-AUT"}),
            (client, f"{base}/perfil/origen", {"founded_year": "1990", "group_name": "x", "is_women_led": "yes"}),
            (client, f"{base}/perfil/logotipo", {"logo": "x"}),
            (
                client,
                f"{base}/perfil/sitios/nuevo",
                {"name": "x", "address": "x", "country": "MX", "postal_code": "36100", "city": "x", "shifts": "1"},
            ),
            (
                client,
                f"{base}/perfil/sitios/nuevo",
                {"name": "x", "country": "DE", "region": "x", "city": "x", "position": "48, 9", "plant_area_m2": "1"},
            ),
            (client, f"{base}/perfil/certificados/nuevo", certificate),
            (client, f"{base}/perfil/certificados/{made}", {**certificate, "seen": ""}),
            (client, f"{base}/personas/yo", {**PERSON, "accessibility_needs": "x", "time_zone": "", "languages": "es"}),
            (client, f"{base}/personas/nueva", {**PERSON, "role": "admin"}),
            (staff, f"{one}/comprobar", {"seen": "x", "how": "site_visited"}),
            (staff, f"{one}/rechazar", {"seen": "x", "reason": "x"}),
        ]
    assert hostile.faults(app, forms) == []
    assert client.get(f"{base}/perfil").status_code == 200
    assert client.get(f"{base}/personas").status_code == 200
    assert staff.get(f"/o/{base[3:]}/certificados?estado=all&q=%00%27").status_code == 200
    for text in hostile.TEXTS:
        for section, picked in (("actividad", "scian_code"), ("otras-actividades", "scian_secondary")):
            page = client.get(f"{base}/perfil/{section}", query_string={"words": text, picked: text})
            assert (page.status_code, "<script>alert(1)" in page.text) == (200, False)
