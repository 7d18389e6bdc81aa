"""`up`: migrate the database, start the worker and the web server."""

from __future__ import annotations

import argparse
import os
import sys

from eventsapp.cli import serving
from eventsapp.settings import choose


def add_options(parser: argparse.ArgumentParser) -> None:
    """Where to listen."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default %(default)s)")


def run(options: argparse.Namespace) -> int:
    """Serve until stopped."""
    settings = choose({"BASE_URL": f"http://{options.host}:{options.port}", **os.environ})
    try:
        serving.require_free(options.host, options.port)
    except serving.PortTaken as error:
        print(error, file=sys.stderr)
        return 1
    app = serving.prepared(settings)
    print(f"Encuentro: {settings.base_url}", flush=True)
    serving.serve(app, settings, host=options.host, port=options.port)
    return 0
