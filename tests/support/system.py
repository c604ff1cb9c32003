"""The whole product as its users start it: `formwright up` in a process tree of its own, seen from outside."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from flask import Flask

from app import create_app
from builder import cli
from runtime.db import db
from tests.support.postgres import free_port

ROOT = Path(__file__).parent.parent.parent


def wait_for(condition: Callable[[], Any], seconds: float = 60, what: str = "") -> Any:
    """The first true value of `condition`; an AssertionError that says what was waited for."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.05)  # between two looks, never instead of one
    raise AssertionError(f"waited {seconds} s for {what or condition}")


class System:
    """One installation: data folder, port, environment."""

    def __init__(self, home: Path, database_url: str = "", **settings: str) -> None:
        self.port = free_port()
        self.home = home
        self.environ = {
            **os.environ,
            "FORMWRIGHT_HOME": str(home),
            "FORMWRIGHT_PORT": str(self.port),
            "DATABASE_URL": database_url,
            "REDIS_URL": "",
            **settings,
        }
        self.base = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *words: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """Run a `formwright` command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "app", *words],
            env=self.environ, cwd=ROOT, text=True, capture_output=True, check=check, timeout=120,
        )  # fmt: skip

    def run(self, *words: str) -> str:
        """What a `formwright` command prints; run in this process, which has loaded everything already."""
        made: list[Flask] = []

        def make() -> Flask:
            made.append(create_app())
            return made[-1]

        done = CliRunner().invoke(cli.formwright, words, obj=make, env=self.environ, catch_exceptions=False)
        for app in made:
            with app.app_context():
                db.engine.dispose()  # a process would close its connections by ending
        assert done.exit_code == 0, done.output
        return done.output

    def start(self, without: str = "") -> None:
        """`formwright up`; returns when every part is healthy, but for one that is not there."""
        with (self.home / "up.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app", "up"], env=self.environ, cwd=ROOT, stdout=log, stderr=log
            )
        wait_for(lambda: self._is_well(without), seconds=240, what="a healthy system")

    def _is_well(self, without: str) -> bool:
        status, body = self.health()
        ill = {name for name, word in body.items() if name != "status" and word != "ok"}
        return status != 0 and ill == ({without} if without else set())

    def stop(self) -> None:
        """SIGTERM, as a person or systemd would."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(60)

    def children(self) -> dict[str, int]:
        """Process ids by role: web, worker, clock, redis."""
        assert self.process is not None
        pid = self.process.pid
        found = {}
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            name = Path(f"/proc/{child}/comm").read_text().strip().removeprefix("fw-")
            found[name if name in ("web", "worker", "clock") else "redis"] = int(child)
        return found

    def kill(self, role: str) -> None:
        """kill -9 one part; the supervisor starts it again."""
        pid = wait_for(lambda: self.children().get(role), what=f"{role} to be running")
        os.kill(pid, signal.SIGKILL)

    def health(self) -> tuple[int, dict[str, Any]]:
        """Status and body of /healthz; (0, {}) while nobody answers."""
        try:
            status, body, _ = self.request("GET", "/healthz")
        except (OSError, http.client.HTTPException):
            return 0, {}
        return status, body

    def request(
        self, method: str, path: str, body: Any = None, token: str = "", **headers: str
    ) -> tuple[int, Any, dict[str, str]]:
        """One request on a connection of its own: status, JSON body (or None), headers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            if token:
                headers["Authorization"] = f"Bearer {token}"
            if body is not None:
                headers["Content-Type"] = "application/json"
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, None if body is None else json.dumps(body), names)
            response = connection.getresponse()
            text = response.read()
            is_json = (response.getheader("Content-Type") or "").startswith("application/json")
            return (
                response.status,
                json.loads(text) if is_json and text else None,
                dict(response.getheaders()),
            )
        finally:
            connection.close()

    def add_user(self, name: str, *options: str) -> str:
        """A person who never signs in by browser; returns an API token."""
        email = f"{name.lower()}@example.com"
        self.run("users", "add", "--name", name, "--email", email, *options)
        return self.run("tokens", "add", "--email", email).strip()

    def check(self) -> dict[str, Any]:
        """What `formwright check` says."""
        found: dict[str, Any] = json.loads(self.command("check", check=False).stdout)
        return found
