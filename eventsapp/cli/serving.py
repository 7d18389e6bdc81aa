"""What `up` and `demo` share: a migrated database, one worker beside the web server, and a clean end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import waitress
from flask import Flask
from flask_migrate import upgrade

from eventsapp.app import create_app, settle
from eventsapp.settings import Settings

THREADS = 16
STOP_SECONDS = 10


class PortTaken(Exception):
    """Another program listens on the address."""


def prepared(settings: Settings) -> Flask:
    """The application on a database that has every migration."""
    app = create_app(settings)
    with app.app_context():
        upgrade()
    return app


def require_free(host: str, port: int) -> None:
    """Raise `PortTaken` before any work is done for nothing."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(f"{host}:{port} is taken by another program; choose another with --port") from error


def serve(app: Flask, settings: Settings, *, host: str, port: int) -> None:
    """Serve until SIGTERM or Ctrl+C, with a worker process beside."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    settle()
    with _worker(settings):
        waitress.serve(app, host=host, port=port, threads=THREADS, ident=None, clear_untrusted_proxy_headers=True)


@contextmanager
def _worker(settings: Settings) -> Iterator[None]:
    environment = {**os.environ, "DATA_DIR": str(settings.data_dir), "BASE_URL": settings.base_url}
    worker = subprocess.Popen([sys.executable, "-m", "eventsapp", "worker"], env=environment)
    try:
        yield
    finally:
        worker.terminate()
        try:
            worker.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
