"""The server of the tests ends cleanly, whatever is still open."""

from __future__ import annotations

import socket
from collections.abc import Iterator

from flask import Flask, Response

from tests.served import address_of


def endless() -> Iterator[str]:
    """A stream as the pages have them."""
    while True:
        yield ": beat\n\n"


def test_a_server_ends_while_streams_and_idle_connections_are_open() -> None:
    """An exception in its thread would be a warning, and warnings are errors."""
    app = Flask("streams")
    app.add_url_rule("/", "stream", lambda: Response(endless(), mimetype="text/event-stream"))
    for _ in range(25):
        with address_of(app) as address:
            host, port = address.removeprefix("http://").split(":")
            open_ = [socket.create_connection((host, int(port)), timeout=30) for _ in range(3)]
            open_[0].sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b"200 OK" in open_[0].recv(64)
        for one in open_:
            one.close()
