"""Starts both sides the way they run for real: ours by `formwright up`, the twin by gunicorn."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.client import Client
from bench.package import package
from tests.support.postgres import Postgres, free_port

ROOT = Path(__file__).parent.parent


@dataclass
class Side:
    """A running server: where it answers, its process, the seconds until its first answer."""

    base: str
    process: "subprocess.Popen[str]"
    started: float
    home: Path
    environ: dict[str, str]

    def stop(self) -> None:
        """End it and everything it started."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    @contextmanager
    def standing_still(self, name: str) -> Iterator[None]:
        """Hold one of its processes, so that work piles up."""
        found = [
            pid for pid in tree(self.process.pid) if Path(f"/proc/{pid}/comm").read_text().strip() == name
        ]
        assert found, f"no process {name}"
        for pid in found:
            os.kill(pid, signal.SIGSTOP)
        yield
        for pid in found:
            os.kill(pid, signal.SIGCONT)

    def memory(self) -> float:
        """MB of the whole process tree, shared pages counted once (PSS)."""
        return sum(_pss(pid) for pid in tree(self.process.pid)) / 1024


def tree(pid: int) -> list[int]:
    """The ids of a process and of all that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid] + [grandchild for child in children for grandchild in tree(int(child))]


def _pss(pid: int) -> int:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+)", text, re.M).group(1))  # type: ignore[union-attr]


def _wait(url: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"{url} does not answer")


def ours(database_url: str, **settings: str) -> Side:
    """Formwright with the bench app installed."""
    home = Path(tempfile.mkdtemp(prefix="formwright-bench-"))
    port = free_port()
    environ = {
        **os.environ,
        "FORMWRIGHT_HOME": str(home),
        "FORMWRIGHT_PORT": str(port),
        "DATABASE_URL": database_url or f"sqlite:///{home / 'bench.db'}",
        **settings,
    }
    command = [sys.executable, "-m", "app"]
    subprocess.run([*command, "init"], env=environ, check=True, capture_output=True, cwd=ROOT)
    (home / "package.json").write_text(json.dumps(package()))
    subprocess.run(
        [*command, "packages", "install", str(home / "package.json")], env=environ, check=True, cwd=ROOT
    )
    return start(environ, home, port)


def start(environ: dict[str, str], home: Path, port: int) -> Side:
    """`formwright up` on a prepared data folder."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "up"], env=environ, cwd=ROOT, text=True,
        stdout=subprocess.DEVNULL, stderr=(home / "log").open("a"),
    )  # fmt: skip
    base = f"http://127.0.0.1:{port}"
    _wait(f"{base}/login")
    return Side(base, process, time.perf_counter() - began, home, environ)


def twin(database_url: str) -> Side:
    """The hand-coded app behind the same web server with the same workers and threads."""
    home = Path(tempfile.mkdtemp(prefix="twin-bench-"))
    port = free_port()
    environ = {**os.environ, "TWIN_DATABASE": database_url or f"sqlite:///{home / 'bench.db'}"}
    prepare = (
        "from bench.twin import *\napp=create_app()\n"
        "with app.app_context():\n db.create_all(); db.session.add(Person(name='Rose')); db.session.commit()"
    )
    subprocess.run([sys.executable, "-c", prepare], env=environ, check=True, cwd=ROOT)
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "bench.twin:create_app()", "-b", f"127.0.0.1:{port}",
         "-k", "gthread", "-w", str(min(os.cpu_count() or 1, 4)), "--threads", "8", "--keep-alive", "15",
         "--no-control-socket", "--log-level", "warning"],
        env=environ, cwd=ROOT, text=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    base = f"http://127.0.0.1:{port}"
    _wait(f"{base}/login")
    return Side(base, process, time.perf_counter() - began, home, environ)


@contextmanager
def postgres() -> Iterator[tuple[str, str]]:
    """The addresses of two databases, ours and the twin's, on a server of their own."""
    server = Postgres()
    try:
        for name in ("ours", "twin"):
            server.execute(f"CREATE DATABASE {name}")
        yield server.url("ours"), server.url("twin").replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.stop()


def sign_in(side: Side, number: int, *rights: str) -> list[Client]:
    """Signed-in clients of our side, all the same person with these rights; each has its CSRF token."""
    command = [sys.executable, "-m", "app", "users", "add", "--name", "Rose", *rights]
    email = f"rose{time.monotonic_ns()}@example.com"
    done = subprocess.run(
        [*command, "--email", email], env=side.environ, check=True, capture_output=True, text=True, cwd=ROOT
    )
    path = re.sub(r"^https?://[^/]+", "", done.stdout.strip())
    first = Client(side.base)
    first.get(path)
    first.post(path, {"password": "a long enough one"})
    first.get("/apps/bench/forms/work/new")
    clients = []
    for _ in range(number):
        client = Client(side.base)
        client.cookies, client.csrf, client.keeps = dict(first.cookies), first.csrf, False
        clients.append(client)
    return clients


def sign_in_twin(side: Side, number: int) -> list[Client]:
    """Signed-in clients of the twin."""
    clients = []
    for _ in range(number):
        client = Client(side.base)
        client.get("/login")
        client.get("/work/new")
        client.keeps = False
        clients.append(client)
    return clients
