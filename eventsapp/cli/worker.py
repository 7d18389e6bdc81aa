"""`worker`: carry out jobs and send mail until stopped."""

from __future__ import annotations

import argparse
import logging

from eventsapp.app import create_app
from eventsapp.settings import choose
from eventsapp.worker import runner


def add_options(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose: the settings say it all."""
    del parser


def run(options: argparse.Namespace) -> int:
    """Work until SIGTERM."""
    del options
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    runner.run(create_app(choose()))
    return 0
