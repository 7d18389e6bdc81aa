"""Every option of the application: its name in the environment, its default and its meaning.

`from_environment` reads all of them and reports all problems at once. Nothing else reads the environment.
`development`, `testing` and `production` are the three ways to run.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

MINIMUM_SECRET_LENGTH = 32


class SettingsError(ValueError):
    """The settings cannot be used; the message lists every problem on a line of its own."""


def option(default: object, *, env: str, text: str) -> object:
    """Declare a setting: its default, its environment variable and what it means (shown in the documentation)."""
    return field(default=default, metadata={"env": env, "text": text})


@dataclass(frozen=True)
class Settings:
    """All settings of one process."""

    mode: str = "development"
    secret_key: str = option(  # type: ignore[assignment]
        "", env="SECRET_KEY", text="Secret of at least 32 characters that signs sessions and links."
    )
    database_url: str = option(  # type: ignore[assignment]
        "",
        env="DATABASE_URL",
        text="SQLAlchemy address of the database; empty means SQLite in the data folder.",
    )
    data_dir: Path = option(  # type: ignore[assignment]  # noqa: RUF009 - a field, as in all lines here
        Path("instance"), env="DATA_DIR", text="Folder for the embedded database, the job queue and mail files."
    )
    base_url: str = option(  # type: ignore[assignment]
        "http://127.0.0.1:8000", env="BASE_URL", text="Public address; links are built from it and other hosts refused."
    )
    mail_url: str = option(  # type: ignore[assignment]
        "",
        env="MAIL_URL",
        text="smtp://user:password@host:587?tls=starttls (or tls=tls, tls=none), or folder:PATH to write .eml files; "
        "empty means the folder `mail` in the data folder.",
    )
    mail_from: str = option(  # type: ignore[assignment]
        "agenda@encuentro.example",
        env="MAIL_FROM",
        text="Mailbox that sends mail and is the ORGANIZER of invitations.",
    )
    mail_per_minute: int = option(  # type: ignore[assignment]
        300, env="MAIL_PER_MINUTE", text="Most mails in a minute to one domain by SMTP; 0 means no limit."
    )
    imap_url: str = option(  # type: ignore[assignment]
        "",
        env="IMAP_URL",
        text="imap://user:password@host:993/INBOX?tls=tls (or tls=starttls, tls=none): the mailbox of MAIL_FROM, from "
        "which answers to invitations are read; empty means that nobody reads it.",
    )
    imap_seconds: int = option(  # type: ignore[assignment]
        60, env="IMAP_SECONDS", text="Seconds between two looks at that mailbox."
    )
    trusted_proxies: int = option(  # type: ignore[assignment]
        0,
        env="TRUSTED_PROXIES",
        text="How many reverse proxies stand in front; their X-Forwarded headers are believed.",
    )
    default_time_zone: str = option(  # type: ignore[assignment]
        "America/Mexico_City", env="DEFAULT_TIME_ZONE", text="IANA time zone offered for a new event."
    )
    solve_seconds: int = option(  # type: ignore[assignment]
        60, env="SOLVE_SECONDS", text="Longest time in seconds that a run may take when the organizer sets none."
    )
    solve_workers: int = option(  # type: ignore[assignment]
        2, env="SOLVE_WORKERS", text="Threads that a run may use."
    )
    password_memory_kib: int = option(  # type: ignore[assignment]
        19456, env="PASSWORD_MEMORY_KIB", text="Memory of one argon2id hash in KiB."
    )

    @property
    def host(self) -> str:
        """The host name in the base address, without a port."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def is_https(self) -> bool:
        """Is the public address served over TLS?"""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def sqlalchemy_url(self) -> str:
        """The database address with the driver that we use."""
        url = self.database_url or f"sqlite:///{(self.data_dir / 'encuentro.sqlite3').resolve()}"
        for old in ("postgres://", "postgresql://"):
            if url.startswith(old):
                return "postgresql+psycopg://" + url.removeprefix(old)
        return url

    @property
    def mail_target(self) -> str:
        """Where mail goes: an smtp address or a folder."""
        return self.mail_url or f"folder:{self.data_dir / 'mail'}"

    def with_(self, **changes: object) -> Settings:
        """A copy with other values, checked again."""
        return checked(replace(self, **changes))  # type: ignore[arg-type]


def documented() -> list[tuple[str, str, str]]:
    """Name in the environment, default and meaning of every setting that the environment may change."""
    return [(f.metadata["env"], str(f.default), f.metadata["text"]) for f in fields(Settings) if f.metadata]


def checked(settings: Settings) -> Settings:
    """The same settings, or one error that lists every problem."""
    problems = []
    if len(settings.secret_key) < MINIMUM_SECRET_LENGTH:
        problems.append(f"SECRET_KEY needs at least {MINIMUM_SECRET_LENGTH} characters")
    base = urlsplit(settings.base_url)
    if base.scheme not in {"http", "https"} or not base.hostname or base.path not in {"", "/"}:
        problems.append("BASE_URL must look like https://host or http://host:port")
    if not settings.sqlalchemy_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        problems.append("DATABASE_URL must be a sqlite:/// or postgresql:// address")
    if not settings.mail_target.startswith(("smtp://", "folder:")):
        problems.append("MAIL_URL must start with smtp:// or folder:")
    if not 0 <= settings.mail_per_minute <= 100_000:
        problems.append("MAIL_PER_MINUTE must be between 0 and 100000")
    if settings.imap_url and not settings.imap_url.startswith("imap://"):
        problems.append("IMAP_URL must start with imap://")
    if not 5 <= settings.imap_seconds <= 3600:
        problems.append("IMAP_SECONDS must be between 5 and 3600")
    if settings.mail_from.count("@") != 1:
        problems.append("MAIL_FROM must be one mail address")
    if settings.default_time_zone not in available_timezones():
        problems.append(f"DEFAULT_TIME_ZONE {settings.default_time_zone!r} is not an IANA time zone")
    if not 0 <= settings.trusted_proxies <= 5:
        problems.append("TRUSTED_PROXIES must be between 0 and 5")
    if not 1 <= settings.solve_seconds <= 3600:
        problems.append("SOLVE_SECONDS must be between 1 and 3600")
    if not 1 <= settings.solve_workers <= 64:
        problems.append("SOLVE_WORKERS must be between 1 and 64")
    if not 64 <= settings.password_memory_kib <= 1_048_576:
        problems.append("PASSWORD_MEMORY_KIB must be between 64 and 1048576")
    if problems:
        raise SettingsError("\n".join(problems))
    return settings


def from_environment(environment: Mapping[str, str], **defaults: object) -> Settings:
    """Read every documented setting from `environment` over `defaults`; all problems are reported at once."""
    values: dict[str, object] = dict(defaults)
    problems = []
    for declared in fields(Settings):
        name = declared.metadata.get("env") if declared.metadata else None
        if name is None or name not in environment:
            continue
        text = environment[name]
        if isinstance(declared.default, int):
            if not text.strip().isdigit():
                problems.append(f"{name} must be a whole number")
                continue
            values[declared.name] = int(text)
        elif isinstance(declared.default, Path):
            values[declared.name] = Path(text)
        else:
            values[declared.name] = text
    try:
        settings = checked(Settings(**values))  # type: ignore[arg-type]
    except SettingsError as error:
        raise SettingsError("\n".join([*problems, str(error)])) from None
    if problems:
        raise SettingsError("\n".join(problems))
    return settings


def development(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings for one machine: the secret is made once and kept in the data folder."""
    data_dir = Path(environment.get("DATA_DIR", "instance"))
    return from_environment(environment, mode="development", data_dir=data_dir, secret_key=_kept_secret(data_dir))


def testing(data_dir: Path, **changes: object) -> Settings:
    """Settings for tests: nothing from the environment, cheap password hashes."""
    values: dict[str, object] = {
        "mode": "testing",
        "secret_key": "x" * 32,
        "data_dir": data_dir,
        "base_url": "http://localhost",
        "password_memory_kib": 64,
        **changes,
    }
    return checked(Settings(**values))  # type: ignore[arg-type]


def production(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings for a server: everything from the environment, the secret included."""
    return from_environment(environment, mode="production")


def choose(environment: Mapping[str, str] = os.environ) -> Settings:
    """Production when ENCUENTRO_MODE says so, development otherwise."""
    return production(environment) if environment.get("ENCUENTRO_MODE") == "production" else development(environment)


def _kept_secret(data_dir: Path) -> str:
    path = data_dir / "secret_key"
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
