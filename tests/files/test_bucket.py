"""Files in a bucket of a server that speaks S3, a process of its own."""

import io
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import obstore
import pytest
from obstore.store import MemoryStore

from runtime.config import ROOT, S3
from runtime.files.bucket import Bucket
from runtime.files.storage import StorageError
from runtime.times import now
from tests.files.desk import PAGES, PDF, code, kept, send, sent
from tests.support.postgres import free_port
from tests.support.system import wait_for
from tests.support.world import World

SERVER = Path(ROOT, ".venv", "s3", "bin", "moto_server")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of the server, which has a bucket called `papers`."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    words = [str(SERVER), "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: _made(f"{address}/papers"), what="the S3 server")
        yield address
    finally:
        process.terminate()
        process.wait(20)


def _made(address: str) -> bool:
    try:
        urllib.request.urlopen(urllib.request.Request(address, method="PUT"), timeout=2).close()
    except (urllib.error.URLError, OSError):
        return False
    return True


def bucket(endpoint: str) -> Bucket:
    return Bucket(S3("papers", "forms/", endpoint, "us-east-1", "us", "a secret"))


@pytest.mark.parametrize("size", [1, 3_000_000, 12_000_000])
def test_what_is_put_is_what_is_opened_until_it_is_deleted(endpoint: str, size: int) -> None:
    # given
    storage, content = bucket(endpoint), bytes(range(251)) * (size // 251 + 1)

    # when
    storage.put("ab1", io.BytesIO(content))

    # then
    with storage.open("ab1") as found:
        assert found.read(100) == content[:100] and found.read() == content[100:]
    storage.delete("ab1")
    storage.delete("ab1")
    with pytest.raises(StorageError):
        storage.open("ab1")


def test_what_lies_in_the_bucket_is_listed_by_its_age(endpoint: str) -> None:
    storage = bucket(endpoint)
    storage.put("cd2", io.BytesIO(b"x"))
    storage.put("cd2-small", io.BytesIO(b"x"))
    assert {"cd2", "cd2-small"} <= set(storage.names(now() + timedelta(minutes=5)))
    assert "cd2" not in set(storage.names(now() - timedelta(minutes=5)))


def test_what_others_put_into_the_bucket_is_not_listed() -> None:
    storage, place = (
        Bucket(S3("papers", "", "http://127.0.0.1:1", "us-east-1", "us", "a secret")),
        MemoryStore(),
    )
    storage._store = place  # type: ignore[assignment]  # no server is needed for names
    storage.put("ab3", io.BytesIO(b"x"))
    for path in ("staging/ab/ab4", "notes.txt", "ab/ab/ab5"):
        obstore.put(place, path, b"x")
    assert list(storage.names(now() + timedelta(minutes=5))) == ["ab3"]


def test_what_is_put_is_the_rest_of_a_file_that_was_begun_to_be_read(endpoint: str) -> None:
    storage, content = bucket(endpoint), io.BytesIO(b"0123456789")
    content.read(4)
    storage.put("ab2", content)
    with storage.open("ab2") as found:
        assert found.read() == b"456789"


def test_a_file_that_is_not_in_the_bucket_is_told_without_a_word_about_the_bucket(
    world: World, endpoint: str
) -> None:
    world.app.extensions["files"] = bucket(endpoint)
    try:
        key = sent(world, "bob", "papers", "a.pdf", PDF)
        bucket(endpoint).delete(key)
        answer = world.browsers["bob"].get(f"{PAGES}/uploads/papers/{key}")
    finally:
        del world.app.extensions["files"]
    assert answer.status_code == 503 and "This file cannot be read now." in answer.text
    assert "127.0.0.1" not in answer.text and key not in answer.text


def test_a_file_of_a_form_lies_in_the_bucket_and_is_got_through_us(world: World, endpoint: str) -> None:
    world.app.extensions["files"] = bucket(endpoint)
    try:
        key = sent(world, "bob", "papers", "a.pdf", PDF)
        answer = world.browsers["bob"].get(f"{PAGES}/uploads/papers/{key}", buffered=True)
        assert answer.data == PDF
        assert answer.headers["Content-Disposition"].startswith("attachment")
        with bucket(endpoint).open(key) as found:
            assert found.read() == PDF
    finally:
        del world.app.extensions["files"]


def test_a_bucket_that_cannot_be_reached_is_told_and_nothing_is_half_stored(world: World) -> None:
    # given
    before = kept(world)
    world.app.extensions["files"] = bucket(f"http://127.0.0.1:{free_port()}")

    # when
    try:
        assert code(send(world, "bob", "papers", "a.pdf", PDF)) == "file_storage"
    finally:
        del world.app.extensions["files"]

    # then
    world.work()
    assert kept(world) == before
