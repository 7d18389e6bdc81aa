"""Mail headers byte for byte, where Python's own folding changes a name or the recipients."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage

import pytest

from eventsapp.calendars.headers import MAIL


def written(name: str, value: str | Address | tuple[Address, ...]) -> str:
    message = EmailMessage(policy=MAIL)
    message[name] = value
    return message.as_bytes().decode("ascii").removesuffix("\r\n\r\n")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Subject", "Su agenda: 8 reuniones", "Subject: Su agenda: 8 reuniones"),
        ("Subject", "Reunión", "Subject: =?utf-8?q?Reuni=C3=B3n?="),
        ("Subject", "=?utf-8?q?a=2C=0D=0ABcc:_x?=", "Subject: =?utf-8?q?a=2C?=\r\n =?utf-8?q?_Bcc=3A_x?="),
        (
            "To",
            Address("=?utf-8?q?x=2C?=", addr_spec="ana@x.mx"),
            "To: =?utf-8?b?PT91dGYtOD9xP3g9MkM/PQ==?= <ana@x.mx>",
        ),
        ("To", Address("Ana Lopez", addr_spec="ana@x.mx"), "To: Ana Lopez <ana@x.mx>"),
        ("To", Address("", addr_spec="ana@x.mx"), "To: ana@x.mx"),
        ("To", Address("Lopez, Ana", addr_spec="ana@x.mx"), "To: =?utf-8?q?Lopez=2C_Ana?= <ana@x.mx>"),
        ("Reply-To", "ana@x.mx, Luis <luis@x.mx>", "Reply-To: ana@x.mx,\r\n Luis <luis@x.mx>"),
        ("Cc", (Address("A", addr_spec="a@x.mx"), Address("B", addr_spec="b@x.mx")), "Cc: A <a@x.mx>,\r\n B <b@x.mx>"),
        (
            "To",
            Address("Compañía Ñandú de Autopartes y Troquelados Águila", addr_spec="a@x.mx"),
            "To: =?utf-8?b?Q29tcGHDscOtYSDDkWFuZMO6IGRlIEF1dG9wYXJ0ZXMgeSBUcm9xdWVsYWRv?=\r\n"
            " =?utf-8?b?cyDDgWd1aWxh?= <a@x.mx>",
        ),
        ("X-Other", "Reunión", "X-Other: =?utf-8?q?Reuni=C3=B3n?="),
    ],
)
def test_header(name: str, value: str | Address | tuple[Address, ...], expected: str) -> None:
    assert written(name, value) == expected


def test_a_long_name_is_one_recipient() -> None:
    """Python 3.11's own writing (`policy.SMTP`) makes five of it, one of them elsewhere."""
    message = EmailMessage(policy=MAIL)
    message["To"] = Address("Lopez, Ana <x@mal.example> " * 4, addr_spec="ana@x.mx")
    back = message_from_bytes(message.as_bytes(), policy=policy.default)["To"].addresses
    assert [address.addr_spec for address in back] == ["ana@x.mx"]
