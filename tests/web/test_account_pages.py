"""Accounts through the web client: sign-up to session, mailed links, passwords, languages, and what strangers try."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from eventsapp.db import db
from eventsapp.models import Account, OutboxMessage
from eventsapp.services import passwords, throttle
from tests import hostile, make
from tests.client import hidden_fields
from tests.conftest import NOW

EMAIL, PASSWORD = "ana@empresa.com", "una frase muy larga"
SIGN_UP = {"name": "Ana Ríos", "email": EMAIL, "password": PASSWORD, "next": "/cuenta"}


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def person(app: Flask, **values: Any) -> Account:
    with app.app_context():
        given = {"email": EMAIL, "password_hash": passwords.hashed(PASSWORD, memory_kib=64), **values}
        account = make.account(**given)
        db.session.commit()
        db.session.refresh(account)
        db.session.expunge(account)
    return account


def mailed(app: Flask, kind: str) -> list[dict[str, Any]]:
    with app.app_context():
        query = select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.created_at)
        return [row.fields for row in db.session.scalars(query)]


def count(app: Flask, table: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def signs_in(app: Flask, password: str = PASSWORD) -> bool:
    client = make.client(app)
    client.submit("/entrar", {"email": EMAIL, "password": password})
    return bool(client.get("/cuenta").status_code == 200)


# Sign-up ---------------------------------------------------------------------------------------------------------


def test_sign_up_confirm_and_be_in(app: Flask) -> None:
    client = make.client(app)
    assert client.submit("/cuenta/nueva", SIGN_UP).location == "/cuenta/correo"
    assert EMAIL in client.get("/cuenta/correo").text
    [fields] = mailed(app, "confirm_email")
    link = f"/cuenta/confirmar/{fields['token']}"
    assert client.get(link).status_code == 200
    assert client.get("/cuenta").status_code == 302
    answer = client.submit(f"{link}?next={fields['next']}")
    assert (answer.status_code, answer.location) == (303, "/cuenta")
    assert "Ana Ríos" in client.get("/cuenta").text
    assert make.client(app).get(link).status_code == 410


def test_a_second_click_makes_no_second_account_and_no_second_mail(app: Flask) -> None:
    client = make.client(app)
    hidden = hidden_fields(client.get("/cuenta/nueva").text)
    answers = [client.post("/cuenta/nueva", data={**hidden, **SIGN_UP}) for _ in range(2)]
    assert [answer.location for answer in answers] == ["/cuenta/correo", "/cuenta/correo"]
    assert (count(app, Account), count(app, OutboxMessage)) == (1, 1)


def test_the_answer_never_tells_whether_an_address_is_known(sqlite_app: Flask) -> None:
    person(sqlite_app)
    for page in ("/cuenta/nueva", "/cuenta/contrasena"):
        seen = []
        for email in (EMAIL, f"nadie{len(page)}@empresa.com"):
            client = make.client(sqlite_app)
            answer = client.submit(page, {**SIGN_UP, "email": email})
            body = client.get(answer.location or "").text.replace(email, "")
            seen.append((answer.status_code, answer.location, re.sub(r'value="[^"]*"|nonce-[^\']*', "", body)))
        assert seen[0] == seen[1]
    assert len(mailed(sqlite_app, "account_exists")) == 1
    assert len(mailed(sqlite_app, "reset_password")) == 1


def test_another_browser_needs_the_password_to_confirm(sqlite_app: Flask) -> None:
    make.client(sqlite_app).submit("/cuenta/nueva", SIGN_UP)
    link = f"/cuenta/confirmar/{mailed(sqlite_app, 'confirm_email')[0]['token']}"
    other = make.client(sqlite_app)
    assert 'type="password"' in other.get(link).text
    assert other.submit(link).status_code == 422
    assert other.submit(link, {"password": "otra frase muy larga"}).status_code == 422
    assert other.get("/cuenta").status_code == 302
    assert other.submit(link, {"password": PASSWORD}).location == "/mis-eventos"
    assert other.get("/cuenta").status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "Complete este dato"),
        ("email", "", "Complete este dato"),
        ("email", "ana", "Escriba un correo como"),
        ("password", "", "Escriba la contraseña"),
        ("password", "corta", "10 caracteres"),
        ("password", "1234567890", "Muchas personas"),
        ("password", "x" * 129, "128 caracteres"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(sqlite_app: Flask, field: str, value: str, words: str) -> None:
    answer = make.client(sqlite_app).submit("/cuenta/nueva", {**SIGN_UP, field: value})
    assert answer.status_code == 422
    assert words in answer.text
    assert "<title>Error:" in answer.text
    kept = {name: typed for name, typed in SIGN_UP.items() if name in {"name", "email"} - {field}}
    assert all(f'value="{typed}"' in answer.text for typed in kept.values())
    assert PASSWORD not in answer.text
    assert count(sqlite_app, Account) == 0


# Sign-in ---------------------------------------------------------------------------------------------------------


def test_password_session_and_sign_out(app: Flask) -> None:
    person(app)
    client = make.client(app)
    answer = client.submit("/entrar", {"email": " ANA@empresa.com ", "password": PASSWORD, "next": "/cuenta"})
    assert (answer.status_code, answer.location) == (303, "/cuenta")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert client.get("/salir").status_code == 405
    assert client.submit("/salir", page="/cuenta").location == "/"
    assert client.get("/cuenta").status_code == 302


@pytest.mark.parametrize(
    ("email", "password"), [(EMAIL, "otra frase"), ("nadie@empresa.com", PASSWORD), (EMAIL, PASSWORD + " ")]
)
def test_wrong_pairs_get_one_answer(sqlite_app: Flask, email: str, password: str) -> None:
    person(sqlite_app)
    answer = make.client(sqlite_app).submit("/entrar", {"email": email, "password": password})
    assert answer.status_code == 422
    assert "El correo y la contraseña no coinciden" in answer.text


def test_an_unconfirmed_account_does_not_enter(sqlite_app: Flask) -> None:
    person(sqlite_app, email_confirmed_at=None)
    answer = make.client(sqlite_app).submit("/entrar", {"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 422
    assert "Falta confirmar su correo" in answer.text


def test_after_ten_tries_the_eleventh_waits_even_with_the_right_password(sqlite_app: Flask) -> None:
    person(sqlite_app)
    client = make.client(sqlite_app)
    for _ in range(throttle.PASSWORD_BY_PAIR.most):
        assert client.submit("/entrar", {"email": EMAIL, "password": "otra frase"}).status_code == 422
    answer = client.submit("/entrar", {"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 429
    assert "Demasiados intentos" in answer.text


def test_six_mails_an_hour_are_too_many(sqlite_app: Flask) -> None:
    person(sqlite_app)
    client = make.client(sqlite_app)
    for _ in range(5):
        assert client.submit("/entrar/enlace", {"email": EMAIL}, page="/entrar").status_code == 303
    assert client.submit("/entrar/enlace", {"email": EMAIL}, page="/entrar").status_code == 429
    assert client.submit("/cuenta/contrasena", {"email": EMAIL}).status_code == 429
    assert len(mailed(sqlite_app, "sign_in_link")) == 5


def test_a_mailed_link_signs_in_by_its_button_only(app: Flask) -> None:
    person(app)
    client = make.client(app)
    client.submit("/entrar/enlace", {"email": EMAIL, "next": "/cuenta"}, page="/entrar")
    [fields] = mailed(app, "sign_in_link")
    link = f"/entrar/{fields['token']}?next={fields['next']}"
    for _ in range(2):
        assert client.get(link).status_code == 200
    assert client.get("/cuenta").status_code == 302
    assert client.submit(link).location == "/cuenta"
    assert client.get("/cuenta").status_code == 200
    assert make.client(app).get(link).status_code == 410


def test_a_new_password_by_mail_ends_other_sessions(app: Flask) -> None:
    account = person(app)
    elsewhere = make.client(app, account)
    assert elsewhere.get("/cuenta").status_code == 200
    client = make.client(app)
    client.submit("/cuenta/contrasena", {"email": EMAIL})
    link = f"/cuenta/contrasena/{mailed(app, 'reset_password')[0]['token']}"
    assert client.submit(link, {"password": "corta"}).status_code == 422
    assert client.submit(link, {"password": "otra frase muy larga"}).location == "/mis-eventos"
    assert client.get("/cuenta").status_code == 200
    assert elsewhere.get("/cuenta").status_code == 302
    assert not signs_in(app)
    assert signs_in(app, "otra frase muy larga")


@pytest.mark.parametrize("page", ["/entrar/", "/cuenta/confirmar/", "/cuenta/contrasena/"])
def test_what_is_no_link_says_so(sqlite_app: Flask, page: str) -> None:
    client = make.client(sqlite_app)
    for secret in ("x", "x" * 43, "ñ", "x" * 2000):
        assert client.get(page + secret).status_code == 410
        assert client.submit(page + secret, page="/entrar").status_code == 410


# One's own account -----------------------------------------------------------------------------------------------


def test_name_and_language(app: Flask) -> None:
    client = make.client(app, person(app))
    assert client.submit("/cuenta", {"name": "Ana R. Mendoza", "locale": "en"}).location == "/cuenta"
    page = client.get("/cuenta")
    assert "Ana R. Mendoza" in page.text
    assert '<html lang="en">' in page.text
    assert client.submit("/cuenta", {"name": "", "locale": "xx"}).status_code == 422


def test_a_changed_password_keeps_this_session_and_ends_the_others(sqlite_app: Flask) -> None:
    account = person(sqlite_app)
    here, elsewhere = make.client(sqlite_app, account), make.client(sqlite_app, account)
    change = {"current": PASSWORD, "password": "otra frase muy larga"}
    wrong = here.submit("/cuenta/cambiar-contrasena", {**change, "current": "no es"}, page="/cuenta")
    assert wrong.status_code == 422
    assert here.submit("/cuenta/cambiar-contrasena", change, page="/cuenta").location == "/cuenta"
    assert here.get("/cuenta").status_code == 200
    assert elsewhere.get("/cuenta").status_code == 302


def test_who_has_no_password_chooses_a_first_one(sqlite_app: Flask) -> None:
    client = make.client(sqlite_app, person(sqlite_app, password_hash=None))
    assert 'name="current"' not in client.get("/cuenta").text
    client.submit("/cuenta/cambiar-contrasena", {"password": PASSWORD}, page="/cuenta")
    assert signs_in(sqlite_app)
    assert mailed(sqlite_app, "password_changed") == []


def test_language_of_a_visitor(sqlite_app: Flask) -> None:
    client = make.client(sqlite_app)
    assert client.submit("/idioma", {"locale": "en", "next": "/ayuda"}, page="/ayuda").location == "/ayuda"
    assert '<html lang="en">' in client.get("/ayuda").text
    client.submit("/idioma", {"locale": "xx", "next": "/ayuda"}, page="/ayuda")
    assert '<html lang="en">' in client.get("/ayuda").text


# What strangers try ----------------------------------------------------------------------------------------------

FOREIGN = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    "http:evil.example",
    "",
    "x" * 600,
    "/ok\x00",
]


@pytest.mark.parametrize("path", FOREIGN)
def test_next_leads_to_own_pages_only(sqlite_app: Flask, path: str) -> None:
    person(sqlite_app)
    client = make.client(sqlite_app)
    answer = client.submit("/entrar", {"email": EMAIL, "password": PASSWORD, "next": path})
    assert answer.location == "/mis-eventos"
    answer = client.submit("/idioma", {"locale": "en", "next": path}, page="/ayuda")
    assert answer.location == "/"


def test_hostile_text_in_every_field(app: Flask) -> None:
    account = person(app)
    signed_in, visitor = hostile.sender(app, account), hostile.sender(app)
    forms = [
        (visitor, "/cuenta/nueva", SIGN_UP),
        (visitor, "/entrar", {"email": EMAIL, "password": PASSWORD, "next": "/"}),
        (visitor, "/entrar/enlace", {"email": EMAIL, "next": "/"}),
        (visitor, "/cuenta/contrasena", {"email": EMAIL}),
        (visitor, "/idioma", {"locale": "en", "next": "/"}),
        (signed_in, "/cuenta", {"name": "Ana", "locale": "es_MX"}),
        (signed_in, "/cuenta/cambiar-contrasena", {"current": PASSWORD, "password": PASSWORD + "!"}),
    ]
    assert hostile.faults(app, forms) == []
