"""Requests to other systems: what is sent, how often, and where none ever goes."""

import hashlib
import hmac
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
import trustme
from flask import Flask
from sqlalchemy import select

from runtime import config, http, jobs
from runtime.automations import webhooks
from runtime.automations.models import WebhookCall
from runtime.db import db, transaction
from runtime.errors import PermanentError
from runtime.notifications.models import Notice
from runtime.outbox import Outbox
from runtime.records.models import Trashed
from runtime.times import now
from tests.automations.conftest import TASK, Sales, publish, rule, saved
from tests.conftest import both_databases, make_user

HOST = "hooks.example.com"
PRIVATE = (
    *("127.0.0.1", "::1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "::ffff:127.0.0.1"),
    *("0.0.0.0", "100.64.0.1", "fe80::1%eth0", "fc00::1", "224.0.0.1", "2002:7f00:1::", "::"),
    *("::127.0.0.1", "fec0::1", "64:ff9b::10.0.0.1", "64:ff9b:1::1"),
)


class Sink:
    """Another system: what it got, and what it answers."""

    def __init__(self, home: Path) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.paths: list[str] = []
        self.answers = [200]
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sink.got.append((dict(self.headers), body))
                sink.paths.append(self.path)
                self.send_response(sink.answers.pop(0) if len(sink.answers) > 1 else sink.answers[0])
                self.send_header("Location", "https://127.0.0.1/")
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = certified(home, HOST).wrap_socket(self.server.socket, server_side=True)
        self.authority = home / "ca.pem"
        self.host = f"{HOST}:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()


AUTHORITY = trustme.CA()


def certified(home: Path, host: str) -> ssl.SSLContext:
    """What a server needs that is called so, with a certificate of an authority of our own (`ca.pem` in `home`)."""
    AUTHORITY.cert_pem.write_to_path(str(home / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(host).configure_cert(context)
    return context


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sink]:
    sink = Sink(tmp_path_factory.mktemp("tls"))
    yield sink
    sink.server.shutdown()
    sink.server.server_close()


@pytest.fixture
def sink(running: Sink, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Sink:
    running.got, running.paths, running.answers = [], [], [200]
    settings = replace(app.config["SETTINGS"], webhook_hosts=(running.host,))
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    monkeypatch.setenv("SSL_CERT_FILE", str(running.authority))
    monkeypatch.setattr(http, "addresses_of", lambda host, port: ["127.0.0.1"])
    monkeypatch.setattr(webhooks, "_silent_until", {})
    return running


def tell(host: str, **options: Any) -> dict[str, Any]:
    action = {"type": "call_webhook", "url": f"https://{host}/in", "fields": ["name"], **options}
    return rule("tell", saved(on=["created"]), action)


def call() -> WebhookCall:
    db.session.rollback()
    query = select(WebhookCall).execution_options(populate_existing=True)
    return db.session.scalars(query).one()


@both_databases
def test_a_saved_record_is_told_once_signed_and_is_not_kept(sales: Sales, sink: Sink) -> None:
    sales.automate(tell(sink.host))
    visit = sales.save("visit", name="Huaxin", number=3)
    sales.work()
    sales.work()
    ((headers, body),) = sink.got
    told = json.loads(body)
    assert told.pop("at")
    assert told == {
        "app": "sales",
        "automation": "tell",
        "form": "visit",
        "record": {"id": visit, "name": "Huaxin"},
    }
    moment, signed = (part.partition("=")[2] for part in headers["X-Formwright-Signature"].split(","))
    wanted = hmac.new(webhooks.secret("sales").encode(), f"{moment}.".encode() + body, hashlib.sha256)
    assert signed == wanted.hexdigest()
    done = call()
    assert (done.state, done.status, done.body) == ("sent", 200, "")
    assert headers["Idempotency-Key"] == done.key


def _due_again() -> None:
    with transaction() as session:
        for row in session.scalars(select(Outbox).where(Outbox.kind == "webhook")):
            row.due_at = now()
            row.lease_until = None if row.lease_until is None else now() - timedelta(seconds=1)


def test_an_answer_that_may_change_is_asked_for_again_with_the_same_key(sales: Sales, sink: Sink) -> None:
    sink.answers = [429, 503, 200]
    sales.automate(tell(sink.host))
    sales.save("visit", name="Huaxin")
    for _try in range(3):
        sales.work()
        _due_again()
    assert len(sink.got) == 3
    assert len({headers["Idempotency-Key"] for headers, _body in sink.got}) == 1
    assert call().state == "sent"


@pytest.mark.parametrize("answer", [302, 404])
def test_any_other_answer_gives_it_up_and_tells_who_answers_for_it(
    sales: Sales, sink: Sink, answer: int
) -> None:
    ann = make_user("ann", is_admin=True).id
    sink.answers = [answer]
    sales.automate(tell(sink.host))
    sales.save("visit", name="Huaxin")
    sales.work()
    assert len(sink.got) == 1
    assert (call().state, call().reason) == ("failed", f"the other side answered {answer}")
    (notice,) = db.session.scalars(select(Notice)).all()
    assert (notice.user_id, notice.subject) == (ann, "A request of “tell” was not taken")


# Before it is sent, after it was sent and before we note it, in noting it.
@pytest.mark.parametrize(("line", "times"), [("post", 1), ("answered", 2), ("finish", 2)])
def test_a_worker_that_dies_sends_it_again_with_the_same_key(
    sales: Sales, sink: Sink, monkeypatch: pytest.MonkeyPatch, line: str, times: int
) -> None:
    sales.automate(tell(sink.host))
    sales.save("visit", name="Huaxin")
    jobs.work(sales.outbox("run")[0].id)
    owner, name = (jobs.Lease, "finish") if line == "finish" else (http, "post")
    real: Callable[..., Any] = getattr(owner, name)

    def dying(*args: Any, **options: Any) -> Any:
        if line == "answered":
            real(*args, **options)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(owner, name, dying)
        jobs.work(sales.outbox("webhook")[0].id)
    db.session.rollback()
    _due_again()
    sales.work()
    assert len(sink.got) == times
    assert len({headers["Idempotency-Key"] for headers, _body in sink.got}) == 1
    assert call().state == "sent"


def test_a_server_that_cannot_prove_its_name_gets_nothing(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = sink.server.server_port
    with pytest.raises(http.NoAnswerError, match="certificate is not valid: Hostname mismatch"):
        http.post(f"https://other.example.com:{port}/", b"secret", {}, (f"other.example.com:{port}",))
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(http.NoAnswerError, match="certificate is not valid: unable to get local issuer"):
        http.post(f"https://{sink.host}/", b"secret", {}, (sink.host,))
    assert sink.got == []


def test_an_address_in_any_language_is_asked_for_and_the_usual_port_is_not_named(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "PORT", sink.server.server_port)
    assert http.post(f"https://{HOST}/订单/a%2Fb?客户=华信", b"", {}, (HOST,)) == 200
    assert sink.paths == ["/%E8%AE%A2%E5%8D%95/a%2Fb?%E5%AE%A2%E6%88%B7=%E5%8D%8E%E4%BF%A1"]
    assert sink.got[0][0]["Host"] == HOST


def test_another_address_of_the_host_is_tried_when_one_takes_no_connection(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "addresses_of", lambda host, port: ["::1", "127.0.0.1"])
    assert http.post(f"https://{sink.host}/", b"", {}, (sink.host,)) == 200


def test_a_server_that_says_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "addresses_of", lambda host, port: ["127.0.0.1"])
    monkeypatch.setattr(http, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"{HOST}:{silent.getsockname()[1]}"
        with pytest.raises(http.NoAnswerError):
            http.post(f"https://{host}/", b"", {}, (host,))


def test_a_server_that_drips_its_answer_is_cut_off_in_time(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "TIMEOUT", 0.4)
    context, dripped = certified(sink.authority.parent, HOST), []

    def drip(server: socket.socket) -> None:
        with (
            suppress(OSError),
            context.wrap_socket(server.accept()[0], server_side=True) as opened,
        ):
            opened.recv(1000)
            while len(dripped) < 100 and not Event().wait(0.05):
                opened.sendall(b"H")
                dripped.append(1)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=drip, args=(server,))
        thread.start()
        host = f"{HOST}:{server.getsockname()[1]}"
        with pytest.raises(http.NoAnswerError):
            http.post(f"https://{host}/", b"", {}, (host,))
        thread.join()
    assert len(dripped) < 50


def test_no_request_is_begun_when_looking_its_host_up_took_all_the_time(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 11.0])
    monkeypatch.setattr(http, "monotonic", lambda: next(clock))
    with pytest.raises(http.NoAnswerError, match="no answer: TimeoutError"):
        http.post(f"https://{sink.host}/", b"", {}, (sink.host,))
    assert sink.got == []


def test_a_host_that_hangs_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch, app: Flask) -> None:
    clock, tries = [0.0], []

    def hanging(url: str, *_args: Any) -> int:
        tries.append(url)
        clock[0] += 10
        raise http.NoAnswerError("no answer")

    monkeypatch.setattr(webhooks, "_silent_until", {})
    monkeypatch.setattr(webhooks, "monotonic", lambda: clock[0])
    monkeypatch.setattr(http, "post", hanging)
    for moment in (0, 11, 49, 51):
        clock[0] = moment
        with pytest.raises(http.NoAnswerError):
            webhooks._post("https://hooks.example.com/a", b"", {})
    assert len(tries) == 2


def test_cells_and_look_ups_are_told_as_whoever_started_it_may_see_them(sales: Sales, sink: Sink) -> None:
    cell = {"type": "string", "fw": {"type": "text"}}
    price = {"type": "string", "fw": {"type": "text", "access": {"seller": "hidden"}}}
    fields = {
        "title": cell,
        "visit": {"type": "integer", "fw": {"type": "reference", "form": "visit"}},
        "called": {"fw": {"type": "lookup", "through": "visit", "field": "name"}},
        "lines": {
            "type": "array",
            "items": {"type": "object", "properties": {"what": cell, "price": price}},
            "fw": {"type": "sub_table"},
        },
    }
    publish("form", "task", {**TASK, "properties": {**TASK["properties"], **fields}})
    visit = sales.save("visit", name="Huaxin", owner=sales.user_id)
    told = tell(sink.host, fields=["called", "lines"])
    sales.automate({**told, "trigger": saved("task", on=["created"])})
    sales.save("task", title="a", visit=visit, owner=sales.user_id, lines=[{"what": "pen", "price": "5"}])
    sales.work()
    record = json.loads(sink.got[0][1])["record"]
    assert record["called"] == "Huaxin"
    assert [(line["what"], "price" in line) for line in record["lines"]] == [("pen", False)]


def test_what_waits_to_be_told_goes_with_the_record(sales: Sales, sink: Sink) -> None:
    sink.answers = [503]
    sales.automate(tell(sink.host))
    visit = sales.save("visit", name="Huaxin")
    sales.work()
    sales.delete("visit", visit)
    with transaction() as session:
        for row in session.scalars(select(Trashed)):
            row.purge_at = now()
        for row in session.scalars(select(Outbox).where(Outbox.kind == "purge")):
            row.due_at = now()
    sales.work()
    assert (call().state, call().reason, call().body) == ("failed", "The record was deleted.", "")
    _due_again()
    sales.work()
    assert len(sink.got) == 1


def test_a_host_that_the_operator_did_not_name_fails_the_run(sales: Sales, sink: Sink) -> None:
    sales.automate(tell("other.example.com"))
    sales.save("visit", name="Huaxin")
    sales.work()
    (run,) = sales.runs()
    assert (run.state, sink.got) == ("failed", [])
    assert "does not allow requests to other.example.com" in run.reason


@pytest.mark.parametrize("address", PRIVATE)
def test_no_request_goes_to_an_address_that_is_not_public(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not http.is_public(address)
    found = [(0, 0, 0, "", ("93.184.216.34", 443)), (0, 0, 0, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: found)
    monkeypatch.setattr(socket, "create_connection", lambda *_args, **_options: pytest.fail("connected"))
    with pytest.raises(PermanentError):
        http.post("https://hooks.example.com/", b"", {}, ("hooks.example.com",))


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "https://me:secret@hooks.example.com/",
        "https://hooks.example.com:99999/",
        "https:///path",
        "file:///etc/passwd",
        "https://hooks.example.com/\r\nX: y",
        "https://hooks.example.com /",
        "gopher://hooks.example.com/",
    ],
)
def test_an_address_that_is_not_plain_https_is_none(url: str) -> None:
    assert http.host_of(url) == ""
    with pytest.raises(PermanentError):
        http.post(url, b"", {}, ("hooks.example.com",))


def test_hosts_are_named_and_never_meant_by_a_pattern() -> None:
    with pytest.raises(config.SettingError):
        config._hosts("*.example.com")
    assert config._hosts(" A.example.com:443, b.example.com:8443,") == ("a.example.com", "b.example.com:8443")
