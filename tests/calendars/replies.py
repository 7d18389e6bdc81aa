"""Replies as the big programs write them, to vary: Outlook with Exchange, Google, Apple, Thunderbird."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime

UID = "m-0f1e2d3c4b5a69788796a5b4c3d2e1f0@encuentro.example"
ANA = "ana@proveedora.example"
AGENDA = "agenda@encuentro.example"


def ics(
    *lines: str,
    method: str = "REPLY",
    uid: str = UID,
    attendee: str = ANA,
    partstat: str = "ACCEPTED",
    sequence: int | str | None = 0,
    dtstamp: str = "20270205T100000Z",
    organizer: str = AGENDA,
    head: tuple[str, ...] = (),
) -> str:
    """The calendar of a reply; empty values leave their line out."""
    written = [
        "BEGIN:VCALENDAR",
        "PRODID:-//Probe//Reply//EN",
        "VERSION:2.0",
        f"METHOD:{method}",
        *head,
        "BEGIN:VEVENT",
        f"UID:{uid}" if uid else "",
        f"DTSTAMP:{dtstamp}" if dtstamp else "",
        f"SEQUENCE:{sequence}" if sequence is not None else "",
        f"ORGANIZER:mailto:{organizer}" if organizer else "",
        f'ATTENDEE;PARTSTAT={partstat};CN="Ana Núñez":mailto:{attendee}' if attendee else "",
        *lines,
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(line for line in written[:-1] if line) + "\r\n"


def mail(
    *calendars: str | bytes,
    sender: str = ANA,
    message_id: str = "<reply-1@proveedora.example>",
    charset: str = "utf-8",
    kind: str = "text/calendar; method=REPLY",
    headers: tuple[str, ...] = (),
    date: str = "Fri, 05 Feb 2027 10:00:03 +0000",
) -> bytes:
    """A mail with these calendars, in base64, beside a text."""
    head = [
        f"From: Ana <{sender}>" if sender else "",
        f"To: <{AGENDA}>",
        "Subject: =?utf-8?Q?Aceptada:_Reuni=C3=B3n?=",
        f"Message-ID: {message_id}" if message_id else "",
        f"Date: {date}" if date else "",
        *headers,
        "MIME-Version: 1.0",
        'Content-Type: multipart/alternative; boundary="=_probe"',
    ]
    parts = ["--=_probe", "Content-Type: text/plain; charset=utf-8", "", "Ana acepta.", ""]
    for calendar in calendars:
        content = calendar if isinstance(calendar, bytes) else calendar.encode()
        encoded = b64encode(content).decode()
        parts += [
            "--=_probe",
            f"Content-Type: {kind}; charset={charset}",
            "Content-Transfer-Encoding: base64",
            "",
            *(encoded[place : place + 76] for place in range(0, len(encoded), 76)),
        ]
    parts += ["--=_probe--", ""]
    return "\r\n".join([line for line in head if line] + [""] + parts).encode()


def stamp(moment: datetime) -> str:
    """An instant as DTSTAMP says it."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


EXCHANGE = b"""From: =?utf-8?B?QW5hIE7DusOxZXo=?= <Ana@Proveedora.example>\r
To: "agenda@encuentro.example" <agenda@encuentro.example>\r
Subject: Accepted: =?utf-8?Q?Reuni=C3=B3n?=\r
Message-ID: <AM0PR04MB1234@AM0PR04MB1234.eurprd04.prod.outlook.com>\r
Date: Fri, 5 Feb 2027 10:00:00 +0000\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary="_000_AM0_"\r
\r
--_000_AM0_\r
Content-Type: text/plain; charset="iso-8859-1"\r
Content-Transfer-Encoding: quoted-printable\r
\r
\r
--_000_AM0_\r
Content-Type: text/calendar; charset="utf-8"; method=REPLY\r
Content-Transfer-Encoding: quoted-printable\r
\r
BEGIN:VCALENDAR\r
METHOD:REPLY\r
PRODID:Microsoft Exchange Server 2010\r
VERSION:2.0\r
BEGIN:VTIMEZONE\r
TZID:Central Standard Time (Mexico)\r
BEGIN:STANDARD\r
DTSTART:16010101T000000\r
TZOFFSETFROM:-0600\r
TZOFFSETTO:-0600\r
END:STANDARD\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
ATTENDEE;PARTSTAT=3DACCEPTED;CN=3DAna N=C3=BA=C3=B1ez:MAILTO:Ana@Proveedora=\r
.example\r
COMMENT;LANGUAGE=3Des-MX:Nos vemos\\n\r
UID:m-0f1e2d3c4b5a69788796a5b4c3d2e1f0@encuentro.example\r
SUMMARY;LANGUAGE=3Des-MX:Accepted: Reuni=C3=B3n\r
DTSTART;TZID=3DCentral Standard Time (Mexico):20270302T093000\r
DTEND;TZID=3DCentral Standard Time (Mexico):20270302T095000\r
CLASS:PUBLIC\r
PRIORITY:5\r
DTSTAMP:20270205T100000Z\r
TRANSP:OPAQUE\r
STATUS:CONFIRMED\r
SEQUENCE:0\r
X-MICROSOFT-CDO-APPT-SEQUENCE:0\r
X-MICROSOFT-CDO-BUSYSTATUS:BUSY\r
END:VEVENT\r
END:VCALENDAR\r
\r
--_000_AM0_--\r
"""

BOUNCE = """From: MAILER-DAEMON@mx.proveedora.example\r
To: agenda@encuentro.example\r
Subject: Undelivered Mail Returned to Sender\r
Message-ID: <dsn-1@mx.proveedora.example>\r
Auto-Submitted: auto-replied\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary="=_dsn"\r
\r
--=_dsn\r
Content-Type: text/plain\r
\r
I'm sorry.\r
--=_dsn\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.proveedora.example\r
\r
Final-Recipient: rfc822; {to}\r
Action: {action}\r
Status: {status}\r
Diagnostic-Code: smtp; 550 5.1.1 User unknown\r
\r
--=_dsn\r
Content-Type: {original}\r
\r
From: agenda@encuentro.example\r
To: {to}\r
Message-ID: <{message_id}@localhost>\r
Subject: Reuni\r
\r
--=_dsn--\r
"""


def bounce(
    message_id: str,
    *,
    to: str = ANA,
    action: str = "failed",
    status: str = "5.1.1",
    original: str = "text/rfc822-headers",
) -> bytes:
    """A delivery report about one of our mails."""
    return BOUNCE.format(to=to, action=action, status=status, original=original, message_id=message_id).encode()
