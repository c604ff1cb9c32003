"""Clients that send slowly take no thread from anybody, and are given up after a while."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runtime.patience import KEPT, Arriving
from tests.support.postgres import free_port
from tests.support.system import ROOT, wait_for

IMPATIENT = (
    "from runtime import patience; patience.PATIENCE = 4.0; patience.SLOWEST = 10**6; import app; app.main()"
)
HEAD = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
MANY = 200


@given(st.binary(max_size=40), st.lists(st.integers(0, 160)))
@example(b"", [])
def test_a_request_is_whole_with_its_last_byte_however_it_is_cut(body: bytes, cuts: list[int]) -> None:
    sent = HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body
    arriving = Arriving(0)
    places = sorted({0, *(cut for cut in cuts if cut < len(sent)), len(sent)})

    for begin, end in pairwise(places):
        assert not arriving.is_whole
        arriving.take(sent[begin:end])

    assert (arriving.is_whole, arriving.is_large) == (True, False)


@pytest.mark.parametrize(
    "head",
    [b"Content-Length: %d\r\n" % (KEPT + 1), b"Transfer-Encoding: chunked\r\n", b"Expect: 100-continue\r\n"],
)
def test_what_cannot_be_collected_goes_to_a_thread_with_its_head(head: bytes) -> None:
    arriving = Arriving(0)

    arriving.take(HEAD + head)
    assert not arriving.is_whole
    arriving.take(b"\r\n")

    assert arriving.is_large


def test_a_head_without_an_end_goes_to_the_parser_that_refuses_it() -> None:
    arriving = Arriving(0)

    arriving.take(HEAD + b"X: " + b"a" * KEPT)

    assert arriving.is_whole


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The web server alone, with less patience."""
    port = free_port()
    own = {
        "FORMWRIGHT_HOME": str(tmp_path_factory.mktemp("home")),
        "FORMWRIGHT_PORT": str(port),
        "DATABASE_URL": "",
        "REDIS_URL": "",
    }
    command = [sys.executable, "-c", IMPATIENT, "web"]
    subprocess.run(
        [sys.executable, "-m", "app", "init"],
        env={**os.environ, **own},
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    with subprocess.Popen(command, env={**os.environ, **own}, cwd=ROOT) as server:
        wait_for(lambda: _answers(port), what="a page")
        yield port
        server.terminate()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=10) as answer:
            return int(answer.status) == 200
    except OSError:
        return False


@pytest.mark.slow
def test_given_many_slow_clients_others_are_answered_and_the_slow_ones_given_up(port: int) -> None:
    begun = (HEAD, HEAD + b"Content-Length: 9000\r\n\r\nname=", HEAD + b"Content-Length: 900000\r\n\r\nname=")
    slow = []
    for number in range(MANY):
        one = socket.create_connection(("127.0.0.1", port), timeout=30)
        one.sendall(begun[number % 3])
        slow.append(one)

    assert _answers(port)
    ends = [one.recv(100) for one in slow[:2]]

    assert ends == [b"", b""]
    assert _answers(port)
    for one in slow:
        one.close()


MANY_COOKIES = "; ".join(f"cookie{number}=v" for number in range(500))
LARGE = {
    "an address of 100 kB": ("/" + "x" * 100_000, {}),
    "a header of 64 kB": ("/login", {"X-Long": "z" * 64_000}),
    "64 kB of headers": ("/login", {f"X-{number}": "z" * 640 for number in range(101)}),
    "500 cookies of 200 bytes": ("/login", {"Cookie": MANY_COOKIES.replace("=v", "=" + "v" * 200)}),
}


@pytest.mark.slow
@pytest.mark.parametrize(("path", "headers"), LARGE.values(), ids=LARGE.keys())
def test_a_request_that_is_too_large_is_refused_at_the_door_and_others_are_answered(
    port: int, path: str, headers: dict[str, str]
) -> None:
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as browser:
        browser.request("GET", path, headers=headers)
        assert 400 <= browser.getresponse().status < 500
    assert _answers(port)


@pytest.mark.slow
def test_500_small_cookies_stop_nobody(port: int) -> None:
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as browser:
        browser.request("GET", "/login", headers={"Cookie": MANY_COOKIES})
        assert browser.getresponse().status == 200
