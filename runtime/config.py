"""Settings from the environment, read and checked once at start; each `NAME` may come as a file, `NAME_FILE`."""

import os
import secrets
import shlex
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

MOST_DAYS = 3650
ROOT = str(Path(__file__).resolve().parent.parent)  # where templates/, static/ and schemas/ stand


class SettingError(ValueError):
    """A setting that cannot be used; the text is one line for the person at the terminal."""


@dataclass(frozen=True)
class S3:
    """The bucket in which files are kept. `endpoint` empty means Amazon's own."""

    bucket: str
    folder: str
    endpoint: str
    region: str
    key: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Settings:
    """What the environment decides. `redis_url` empty means: `up` starts an embedded server."""

    home: Path
    host: str
    port: int
    public_url: str
    secret_key: str
    database_url: str
    redis_url: str
    smtp_url: str
    trash_days: int
    proxies: int = 0
    """How many proxies stand in front of us, each of which writes whom it serves into `X-Forwarded-For`."""
    s3: S3 | None = None
    """Where files are kept; below `home` when there is none."""
    scanner: tuple[str, ...] = ()
    """A command that reads a file from its standard input and ends with 1 when it found a virus in it."""

    webhook_hosts: tuple[str, ...] = ()
    """The hosts, `name` or `name:port`, to which automations may send requests; none when empty."""

    @property
    def secure(self) -> bool:
        """Whether people reach us by https, so cookies may be marked Secure."""
        return self.public_url.startswith("https://")


def read(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process; makes the data folder and a secret key when there is none."""
    home = Path(_value(environ, "FORMWRIGHT_HOME") or "data").expanduser().resolve()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    host = _value(environ, "FORMWRIGHT_HOST") or "127.0.0.1"
    port = _port(_value(environ, "FORMWRIGHT_PORT") or "8000")
    public_url = _value(environ, "FORMWRIGHT_PUBLIC_URL") or f"http://{_reachable(host)}:{port}"
    if urlsplit(public_url).scheme not in ("http", "https"):
        raise SettingError("FORMWRIGHT_PUBLIC_URL must start with http:// or https://")
    return Settings(
        home=home,
        host=host,
        port=port,
        public_url=public_url.rstrip("/"),
        secret_key=_secret_key(environ, home),
        database_url=_database(_value(environ, "DATABASE_URL") or f"sqlite:///{home / 'formwright.db'}"),
        redis_url=_value(environ, "REDIS_URL"),
        smtp_url=_smtp(_value(environ, "SMTP_URL")),
        trash_days=_days(_value(environ, "FORMWRIGHT_TRASH_DAYS") or "30"),
        proxies=_proxies(_value(environ, "FORMWRIGHT_PROXIES") or "0"),
        s3=_s3(environ),
        scanner=_scanner(_value(environ, "FORMWRIGHT_SCANNER")),
        webhook_hosts=_hosts(_value(environ, "FORMWRIGHT_WEBHOOK_HOSTS")),
    )


def _value(environ: Mapping[str, str], name: str) -> str:
    path = environ.get(f"{name}_FILE", "")
    if not path:
        return environ.get(name, "").strip()
    if environ.get(name):
        raise SettingError(f"set {name} or {name}_FILE, not both")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingError(f"{name}_FILE: {error.strerror}: {path}") from error
    except UnicodeDecodeError as error:
        raise SettingError(f"{name}_FILE: not a text in UTF-8: {path}") from error


def _s3(environ: Mapping[str, str]) -> S3 | None:
    bucket, _slash, folder = _value(environ, "FORMWRIGHT_S3_BUCKET").partition("/")
    if not bucket:
        return None
    endpoint = _value(environ, "FORMWRIGHT_S3_ENDPOINT")
    if endpoint and urlsplit(endpoint).scheme not in ("http", "https"):
        raise SettingError("FORMWRIGHT_S3_ENDPOINT must start with http:// or https://")
    key, secret = _value(environ, "FORMWRIGHT_S3_KEY"), _value(environ, "FORMWRIGHT_S3_SECRET")
    if not (key and secret):
        raise SettingError("FORMWRIGHT_S3_BUCKET needs FORMWRIGHT_S3_KEY and FORMWRIGHT_S3_SECRET")
    region = _value(environ, "FORMWRIGHT_S3_REGION") or "us-east-1"
    return S3(bucket, f"{folder.strip('/')}/" if folder.strip("/") else "", endpoint, region, key, secret)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SettingError(f"FORMWRIGHT_PORT must be a port number, not {text!r}")
    return int(text)


def _reachable(host: str) -> str:
    everywhere = ("0.0.0.0", "::", "127.0.0.1")  # noqa: S104  (compared with, not bound to)
    return "localhost" if host in everywhere else host


def _days(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text[:9]) <= MOST_DAYS:
        raise SettingError(f"FORMWRIGHT_TRASH_DAYS must be 1 to {MOST_DAYS} days, not {text!r}")
    return int(text)


def _proxies(text: str) -> int:
    if text not in ("0", "1", "2", "3"):
        raise SettingError(f"FORMWRIGHT_PROXIES must be 0 to 3, not {text!r}")
    return int(text)


def _scanner(text: str) -> tuple[str, ...]:
    try:
        command = tuple(shlex.split(text))
    except ValueError as error:
        raise SettingError(f"FORMWRIGHT_SCANNER is no command: {error}") from error
    if command and not shutil.which(command[0]):
        raise SettingError(f"FORMWRIGHT_SCANNER: there is no program {command[0]!r}")
    return command


def _hosts(text: str) -> tuple[str, ...]:
    hosts = tuple(each.strip().lower().removesuffix(":443") for each in text.split(",") if each.strip())
    wrong = next((each for each in hosts if "/" in each or "*" in each or "@" in each), "")
    if wrong:
        raise SettingError(
            f"FORMWRIGHT_WEBHOOK_HOSTS lists names of hosts, with a port or without, not {wrong!r}"
        )
    return hosts


def _secret_key(environ: Mapping[str, str], home: Path) -> str:
    given = _value(environ, "FORMWRIGHT_SECRET_KEY")
    if given:
        if len(given) < 16:
            raise SettingError("FORMWRIGHT_SECRET_KEY needs at least 16 characters")
        return given
    path = home / "secret_key"
    if not path.exists():
        _make_secret_key(path)
    found = path.read_text(encoding="utf-8").strip()
    if len(found) < 16:
        raise SettingError(
            f"the secret key is lost: put it back into {path}, or remove this file for a new one"
        )
    return found


def _make_secret_key(path: Path) -> None:
    """Have a key there, whole or not at all: web, worker and clock may start together, and one key must win."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(part, path)
    finally:
        part.unlink(missing_ok=True)


def _database(url: str) -> str:
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingError("DATABASE_URL must start with sqlite:/// or postgresql://")
    return url


def _smtp(url: str) -> str:
    if url and urlsplit(url).scheme not in ("smtp", "smtps", "smtp+starttls"):
        raise SettingError("SMTP_URL must start with smtp://, smtps:// or smtp+starttls://")
    return url
