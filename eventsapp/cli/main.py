"""The commands and their options. Each command lives in a module of its own and is loaded when it is called."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from types import ModuleType

from eventsapp import __version__
from eventsapp.settings import SettingsError

COMMANDS = {
    "demo": "Set everything up with a believable example event and serve it on 127.0.0.1:8000.",
    "up": "Set everything up and serve it on 127.0.0.1:8000.",
    "worker": "Carry out jobs and send mail, without the web server.",
    "test": "Run all tests.",
    "texts": "Collect the texts of the screens and compile the English catalogue.",
    "check": "Format, lint, types, import contracts and the fast tests.",
    "inbox": "Read answers to invitations from files or the mailbox.",
    "doctor": "Check settings, database, mail and clock.",
    "create-organization": "Create an organization and make an account its administrator.",
    "platform-admin": "Let an account administer the platform: organizations and who works in them.",
    "import-b2bsp": "Turn a published benchmark event (.dzn) into an event here.",
    "solve": "Solve a problem file.",
    "verify": "Check a result file against its problem with the independent checker.",
    "explain": "Say why requests of a problem were left out of a result.",
    "repair": "Change a schedule as little as possible after cancellations.",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code; 2 is unusable input."""
    parser = argparse.ArgumentParser(
        prog="eventsapp", description="Encuentro: business meetings, from sign-up to an imported invitation."
    )
    parser.add_argument("--version", action="version", version=f"eventsapp {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    given = list(sys.argv[1:] if arguments is None else arguments)
    for name, meaning in COMMANDS.items():
        command = subparsers.add_parser(name, help=meaning, description=meaning, add_help=name != "test")
        if name in given[:1]:
            _module(name).add_options(command)
    options, rest = parser.parse_known_args(given)
    if rest and options.command != "test":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    options.rest = rest
    try:
        return int(_module(options.command).run(options))
    except SettingsError as error:
        print(f"The settings cannot be used:\n{error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _module(command: str) -> ModuleType:
    return importlib.import_module(f"eventsapp.cli.{command.replace('-', '_')}")
