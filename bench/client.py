"""A small closed-loop load generator: N clients, each with one kept-alive connection and its own cookies."""

import http.client
import re
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

Job = Callable[["Client", int], None]


class Client:
    """One browser: a connection, its cookies, the CSRF token of the last page.

    `keeps` is off while it is measured: a browser would fetch the page that follows, which shows the message
    "Saved." and takes it out of the cookie; this one does not, and its cookie would grow with every send.
    """

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.csrf = ""
        self.keeps = True

    def get(self, path: str, expect: int = 200) -> str:
        """The body of a page; AssertionError for another status."""
        return self._send("GET", path, None, {}, expect)

    def post(self, path: str, values: dict[str, str], expect: int = 303, **headers: str) -> str:
        """Send a form; the answer's body, or its Location when it redirects."""
        body = urlencode({"csrf_token": self.csrf, **values})
        headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return self._send("POST", path, body, headers, expect)

    def upload(self, path: str, name: str, content: bytes, expect: int) -> str:
        """Send a file as `file`; what `post` gives."""
        edge = "----bench"
        parts = (("csrf_token", self.csrf.encode()), (f'file"; filename="{name}', content))
        body = b"".join(
            f'--{edge}\r\nContent-Disposition: form-data; name="{about}"\r\n\r\n'.encode() + value + b"\r\n"
            for about, value in parts
        )
        headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        return self._send("POST", path, body + f"--{edge}--\r\n".encode(), headers, expect)

    def _send(
        self, method: str, path: str, body: str | bytes | None, headers: dict[str, str], expect: int
    ) -> str:
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        text = response.read().decode()
        for name, value in response.getheaders():
            if self.keeps and name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        assert response.status == expect, f"{method} {path}: {response.status} {text[:300]}"
        if token := re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text):
            self.csrf = token.group(1)
        return response.getheader("Location") or text


@dataclass
class Result:
    """Seconds of each request, and how many were done per second."""

    seconds: list[float] = field(default_factory=list)
    rate: float = 0.0

    def ms(self, quantile: float) -> float:
        """A quantile in milliseconds."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(int(len(ordered) * quantile), len(ordered) - 1)]


def load(clients: list[Client], job: Job, duration: float) -> Result:
    """Every client repeats the job until the time is up; errors of a client are raised here."""
    results: list[list[float]] = [[] for _ in clients]
    errors: list[BaseException] = []
    for client in clients:
        client.connection.close()  # the server may have given up an idle one; the next request opens it again
    start = time.perf_counter()

    def repeat(number: int) -> None:
        try:
            turn = 0
            while time.perf_counter() - start < duration:
                began = time.perf_counter()
                job(clients[number], turn)
                results[number].append(time.perf_counter() - began)
                turn += 1
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=repeat, args=(n,)) for n in range(len(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    seconds = [s for part in results for s in part]
    return Result(seconds, len(seconds) / (time.perf_counter() - start))


def median(results: list[Result]) -> Result:
    """The run whose rate is the median."""
    wanted = statistics.median_low([r.rate for r in results])
    return next(r for r in results if r.rate == wanted)
