"""The sentence of a rule agrees with its number and has its values, in both languages."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale

from eventsapp.domain.errors import DomainError
from eventsapp.web.sentences import sentence

SAID = {
    ("es_MX", 1): "Ya tiene 1 solicitud abierta, el máximo. Retírela para pedir otra.",
    ("es_MX", 2): "Ya tiene 2 solicitudes abiertas, el máximo. Retire una para pedir otra.",
    ("en", 1): "You already have 1 open request, the maximum. Withdraw it to make another.",
    ("en", 2): "You already have 2 open requests, the maximum. Withdraw one to make another.",
}


@pytest.mark.parametrize(("locale", "quota"), SAID)
def test_a_number_and_its_word_agree(sqlite_app: Flask, locale: str, quota: int) -> None:
    with sqlite_app.test_request_context(), force_locale(locale):
        assert sentence(DomainError("quota_reached", quota=quota)) == SAID[locale, quota]


def test_an_unknown_code_is_never_shown(sqlite_app: Flask) -> None:
    with sqlite_app.test_request_context():
        assert sentence(DomainError("odd_code")) == "No se pudo hacer. Revise los datos e intente de nuevo."
