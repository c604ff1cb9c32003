"""What every request passes through: headers, CSRF, limits, error pages."""

import json
import re

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.routing.converters import AnyConverter, BaseConverter, NumberConverter

from runtime import config
from runtime.accounts.models import User
from runtime.accounts.sessions import end_sessions
from runtime.db import transaction
from runtime.endpoints import open_to_all
from runtime.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from tests.support.pages import sign_in, token_of, with_password

PAYLOAD = '"><img src=x onerror=alert(1)>'


@pytest.fixture
def echo(app: Flask) -> FlaskClient:
    """A browser at a server with two more pages: /echo answers with the form, /fail fails."""
    app.config.update(PROPAGATE_EXCEPTIONS=False)

    @app.post("/echo")
    @open_to_all
    def echo() -> dict[str, list[str]]:
        return dict(request.form.lists())

    @app.get("/fail/<name>")
    @app.get("/api/fail/<name>", endpoint="api_fail")
    @open_to_all
    def fail(name: str) -> str:
        raise {
            "lost": NotFound(),
            "barred": Forbidden(),
            "late": Conflict("Somebody changed it."),
            "wrong": Invalid([Problem(("name",), "required", "Enter the name.")]),
            "broken": RuntimeError("secret detail"),
        }[name]

    return app.test_client()


def parameters(rule: Rule) -> dict[str, int | str]:
    """Some value for each part of an address."""
    return {name: _some(rule._converters[name]) for name in rule.arguments}


def _some(converter: BaseConverter) -> int | str:
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return 1 if isinstance(converter, NumberConverter) else "x"


@pytest.mark.parametrize("who", ["anonymous", "alice"])
def test_every_answer_has_the_headers(app: Flask, client: FlaskClient, alice: User, who: str) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    if who == "alice":
        sign_in(client, with_password(alice))
    with app.test_request_context():
        addresses = [
            (method, app.url_map.bind("localhost").build(rule.endpoint, parameters(rule)))
            for rule in app.url_map.iter_rules()
            for method in sorted((rule.methods or set()) - {"OPTIONS"})
        ]
    for method, address in [*addresses, ("GET", "/nope"), ("TRACE", "/"), ("GET", "/static/app.css")]:
        answer = client.open(address, method=method)
        answer.close()  # a static file
        for name in (
            "X-Content-Type-Options",
            "Referrer-Policy",
            "Content-Security-Policy",
            "Permissions-Policy",
        ):
            assert name in answer.headers, (method, address)
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert address.startswith("/static") or answer.headers["Cache-Control"] == "no-store", (
            method,
            address,
        )
        assert answer.status_code != 500, (method, address)


def test_no_page_has_scripts_styles_or_handlers_inside(client: FlaskClient, alice: User) -> None:
    sign_in(client, with_password(alice))
    for address in ("/", "/inbox/", "/profile", "/admin/users", "/admin/users/new", "/nope"):
        page = client.get(address).text
        assert not re.search(r"<style|<script(?![^>]* src=)|\sstyle=|\son\w+=|javascript:|hx-on", page), (
            address
        )


def test_cookies_are_out_of_reach(client: FlaskClient) -> None:
    cookie = client.get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_by_https_cookies_and_headers_insist_on_it(tmp_path: object) -> None:
    from app import create_app

    environ = {"FORMWRIGHT_HOME": str(tmp_path), "FORMWRIGHT_PUBLIC_URL": "https://forms.example.com"}
    answer = (
        create_app(config.read(environ)).test_client().get("/login", base_url="https://forms.example.com")
    )
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-formwright=")
    assert "Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host"])
def test_a_forged_host_does_not_get_into_links(
    app: Flask, client: FlaskClient, alice: User, bob: User, header: str
) -> None:
    sign_in(client, with_password(alice))
    token = token_of(client.get("/").text)
    answer = client.post(
        f"/admin/users/{bob.id}/link", data={"csrf_token": token}, headers={header: "evil.example"}
    )
    assert "evil.example" not in answer.text


# --- CSRF


@pytest.mark.parametrize("token", [None, "", "x", "Ij.x.y"])
def test_a_form_without_a_good_token_does_nothing(client: FlaskClient, token: str | None) -> None:
    client.get("/login")
    data = {"locale": "zh", **({"csrf_token": token} if token is not None else {})}
    answer = client.post("/language", data=data)
    assert answer.status_code == 403
    assert "locale=zh" not in str(answer.headers)


def test_a_token_in_the_address_counts_for_nothing(client: FlaskClient) -> None:
    token = token_of(client.get("/login").text)
    assert client.post(f"/language?csrf_token={token}", data={"locale": "zh"}).status_code == 403


def test_another_sessions_token_counts_for_nothing(app: Flask, client: FlaskClient) -> None:
    client.get("/login")
    token = token_of(app.test_client().get("/login").text)
    assert client.post("/language", data={"locale": "zh", "csrf_token": token}).status_code == 403


def test_json_sent_as_text_by_another_site_does_nothing(client: FlaskClient) -> None:
    answer = client.post("/language", data=json.dumps({"locale": "zh"}), content_type="text/plain")
    assert answer.status_code == 403


def test_an_old_token_costs_nothing_that_was_typed(client: FlaskClient, echo: FlaskClient) -> None:
    echo.get("/login")
    typed = {"csrf_token": "old", "note": f"line 1\r\n{PAYLOAD}", "password": "hidden words"}
    answer = echo.post("/echo", data=typed, headers={"Origin": "http://localhost"})
    assert answer.status_code == 403
    assert "&lt;img src=x" in answer.text and PAYLOAD not in answer.text
    assert "hidden words" not in answer.text
    assert "Send again" in answer.text
    again = echo.post("/echo", data={**typed, "csrf_token": token_of(answer.text)})
    assert again.json is not None and again.json["note"] == [typed["note"]]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    ],
)
def test_a_form_of_another_site_is_not_sent_again_by_us(echo: FlaskClient, headers: dict[str, str]) -> None:
    echo.get("/login")
    answer = echo.post("/echo", data={"note": "typed"}, headers=headers)
    assert answer.status_code == 403
    assert "Send again" not in answer.text


def test_a_session_that_ended_costs_nothing_that_was_typed(client: FlaskClient, bob: User) -> None:
    sign_in(client, with_password(bob))
    token = token_of(client.get("/").text)
    with transaction():
        end_sessions(bob)
    typed = {"csrf_token": token, "name": "Robert the second"}
    answer = client.post("/profile", data=typed, headers={"Origin": "http://localhost"})
    assert answer.status_code == 401
    assert "Robert the second" in answer.text


def test_htmx_gets_a_new_token_with_every_answer(client: FlaskClient, bob: User) -> None:
    sign_in(client, with_password(bob))
    answer = client.get("/inbox/badge", headers={"HX-Request": "true"})
    assert (
        client.post(
            "/language", data={"locale": "en", "csrf_token": answer.headers["X-CSRF-Token"]}
        ).status_code
        == 303
    )


# --- Limits


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"&".join(b"f%d=1" % n for n in range(20_000)), "application/x-www-form-urlencoded", 200),
        (b"&".join(b"f%d=1" % n for n in range(20_001)), "application/x-www-form-urlencoded", 413),
        (b"&" * 5_000_000, "application/x-www-form-urlencoded", 413),
        (b"a=" + b"x" * (17 * 1024 * 1024), "application/x-www-form-urlencoded", 413),
        (b"a=%ff%fe", "application/x-www-form-urlencoded", 400),
        (b"a=\xc0\xaf", "application/x-www-form-urlencoded", 400),
        (b"a=%ed%a0%80", "application/x-www-form-urlencoded", 400),
        (
            b"--b\r\n" + b'Content-Disposition: form-data; name="a"\r\n\r\n1\r\n--b\r\n' * 30_000,
            "multipart/form-data; boundary=b",
            413,
        ),
        (
            b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"x" * 5_000_000 + b"\r\n--b--",
            "multipart/form-data; boundary=b",
            413,
        ),
        (b"--b", "multipart/form-data; boundary=" + "b" * 70_000, 200),
    ],
)
def test_bodies_have_limits(echo: FlaskClient, body: bytes, kind: str, status: int) -> None:
    echo.application.config["WTF_CSRF_ENABLED"] = False
    assert echo.post("/echo", data=body, content_type=kind).status_code == status


def test_a_packed_body_is_refused(echo: FlaskClient) -> None:
    answer = echo.post("/echo", data=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "header",
    [
        {"X-HTTP-Method-Override": "DELETE"},
        {"HX-Request": "true"},
        {"HX-Current-URL": PAYLOAD},
        {"HX-Target": PAYLOAD},
        {"Accept": "image/x"},
    ],
)
def test_forged_headers_change_nothing(client: FlaskClient, header: dict[str, str]) -> None:
    answer = client.get("/login", headers=header)
    assert answer.status_code == 200
    assert "onerror" not in answer.text


# --- Errors


@pytest.mark.parametrize(
    ("name", "status"), [("lost", 404), ("barred", 403), ("late", 409), ("wrong", 422), ("broken", 500)]
)
def test_an_error_is_a_plain_page_with_a_way_on(echo: FlaskClient, name: str, status: int) -> None:
    answer = echo.get(f"/fail/{name}")
    assert answer.status_code == status
    assert 'href="/"' in answer.text
    assert "secret detail" not in answer.text and "Traceback" not in answer.text


@pytest.mark.parametrize(("name", "status"), [("lost", 404), ("barred", 403), ("late", 409), ("broken", 500)])
def test_a_program_gets_json(echo: FlaskClient, name: str, status: int) -> None:
    answer = echo.get(f"/api/fail/{name}")
    assert answer.status_code == status
    assert set(answer.get_json()["error"]) == {"code", "message"}


def test_a_program_gets_the_list_of_what_is_wrong(echo: FlaskClient) -> None:
    answer = echo.get("/api/fail/wrong")
    assert answer.get_json() == {
        "errors": [{"path": ["name"], "code": "required", "message": "Enter the name."}]
    }


def test_htmx_gets_a_sentence(echo: FlaskClient) -> None:
    answer = echo.get("/fail/late", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.text.strip()) == (409, "<p>Somebody changed it.</p>")


def test_errors_speak_the_readers_language(echo: FlaskClient) -> None:
    answer = echo.get("/nope", headers={"Accept-Language": "zh-CN"})
    assert 'lang="zh-CN"' in answer.text
    assert "Page not found" not in answer.text


def test_an_address_with_a_payload_is_shown_nowhere_raw(client: FlaskClient) -> None:
    answer = client.get("/nope", query_string={"q": PAYLOAD})
    assert answer.status_code == 404
    assert PAYLOAD not in answer.text


def test_a_wrong_method_is_405(client: FlaskClient) -> None:
    answer = client.delete("/login")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
