"""The WSGI entry point: `gunicorn -k gthread wsgi:app`."""

import gc

import config
from eventsapp.app import create_app

app = create_app(config.choose())
gc.freeze()  # what the start made stays: no collection during an answer looks through it again
