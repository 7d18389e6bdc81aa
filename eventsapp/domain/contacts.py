"""How people write addresses, telephones, web pages, postal codes and tax numbers: forgiving about blanks, strict
about the rest.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from stdnum.exceptions import ValidationError
from stdnum.mx import rfc

from eventsapp.domain.errors import DomainError

MAX_EMAIL = 254
MAX_PHONE = 40
MAX_TAX_ID = 30
MAX_POSTAL_CODE = 12
MEXICAN_POSTAL_CODE = 5
GENERIC_RFC = frozenset({"XAXX010101000", "XEXX010101000"})
"""For sales to the public and to foreigners: they carry no check digit."""


def email_address(text: str) -> str:
    """The address in lower case, or `bad_email`. Nobody is asked whether it exists; the mailed link shows that."""
    if len(text) > MAX_EMAIL:
        raise DomainError("bad_email")
    try:
        found = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise DomainError("bad_email") from error
    return found.normalized.lower()


def phone_number(text: str) -> str:
    """The number as it is dialled from abroad (+52 477 123 4567), or `bad_phone`; without a country it is Mexican."""
    try:
        number = phonenumbers.parse(text[:MAX_PHONE], "MX")
    except phonenumbers.NumberParseException as error:
        raise DomainError("bad_phone") from error
    if not phonenumbers.is_possible_number(number):
        raise DomainError("bad_phone")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def tax_id(text: str, country: str) -> str:
    """The tax number: in Mexico a valid RFC of 12 or 13 characters (or a generic one), abroad as it is written."""
    plain = " ".join(text.split()).upper()
    if country != "MX" or not plain:
        return plain[:MAX_TAX_ID]
    plain = plain.replace(" ", "").replace("-", "")
    if len(plain) not in {12, 13}:
        raise DomainError("bad_rfc_length")
    if plain in GENERIC_RFC:
        return plain
    try:
        return str(rfc.validate(plain))
    except ValidationError as error:
        raise DomainError("bad_rfc") from error


def postal_code(text: str, country: str) -> str:
    """The postal code: five digits in Mexico, or `bad_postal_code`; abroad as it is written."""
    plain = " ".join(text.split()).upper()
    if country == "MX" and plain and (len(plain) != MEXICAN_POSTAL_CODE or not (plain.isascii() and plain.isdigit())):
        raise DomainError("bad_postal_code")
    return plain[:MAX_POSTAL_CODE]


def web_page(text: str) -> str:
    """A web address with its scheme, or `bad_website`; nothing else than http and https."""
    plain = "".join(text.split())
    if not plain:
        return ""
    if "://" not in plain:
        plain = f"https://{plain}"
    try:
        parts = urlsplit(plain)
        host = parts.hostname or ""
    except ValueError as error:
        raise DomainError("bad_website") from error
    if parts.scheme not in {"http", "https"} or "." not in host.strip(".") or parts.username is not None:
        raise DomainError("bad_website")
    return plain
