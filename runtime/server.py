"""The web server: gunicorn with threads, which survived every kill it was tried with."""

import os
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from runtime import registry
from runtime.config import Settings

THREADS = 8


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured by our settings instead of its own files and flags."""

    def __init__(self, app: Flask) -> None:
        self.flask = app
        super().__init__()

    def load_config(self) -> None:
        """Our options; the limits of a request line and its headers are checked by gunicorn itself."""
        settings: Settings = self.flask.config["SETTINGS"]
        options: dict[str, Any] = {
            "bind": f"{settings.host}:{settings.port}",
            "worker_class": "runtime.patience.PatientWorker",
            "workers": min(os.cpu_count() or 1, 4),
            "threads": THREADS,
            "graceful_timeout": 30,
            "timeout": 60,
            "keepalive": 15,
            "control_socket_disable": True,
            "preload_app": True,
            "limit_request_line": 8190,
            "loglevel": "warning",
            "proc_name": "formwright web",
        }
        for key, value in options.items():
            self.cfg.set(key, value)

    def load(self) -> Flask:
        """The application, made before the workers are forked."""
        return self.flask


def serve(app: Flask) -> None:
    """Serve until SIGTERM."""
    from runtime.db import db

    registry.load_all()
    db.engine.dispose()  # no connection may be shared over the fork
    Server(app).run()
