"""The WSGI entry point: `gunicorn -k gthread wsgi:app`."""

import config
from eventsapp.app import create_app

app = create_app(config.choose())
