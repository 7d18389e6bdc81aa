"""`test`: run all tests; what follows is handed to pytest."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def add_options(parser: argparse.ArgumentParser) -> None:
    """Everything is pytest's."""
    parser.allow_abbrev = False


def run(options: argparse.Namespace) -> int:
    """Run pytest on both cores; its exit code is ours."""
    split = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    workers = [] if any(word.startswith("-n") for word in options.rest) else split
    command = [sys.executable, "-m", "pytest", *workers, *options.rest]
    return subprocess.run(command, cwd=ROOT, check=False).returncode
