"""The WSGI entry point: `gunicorn -k gthread wsgi:app`."""

import config
from eventsapp.app import create_app, settle

app = create_app(config.choose())
settle()
