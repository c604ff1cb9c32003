"""Who may ask the API at all: bearers of the token of an active user, and nobody by cookie."""

import re

import pytest
from click.testing import CliRunner

from runtime import cli
from runtime.accounts import service, token_scope
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.errors import Invalid
from tests.support.world import Api, World, records

PATHS = [
    ("GET", records("customer")),
    ("POST", records("customer")),
    ("GET", records("customer", 1)),
    ("PATCH", records("customer", 1)),
    ("DELETE", records("customer", 1)),
    ("GET", records("customer", 1) + "/timeline"),
    ("GET", "/apps/followup/forms/customer/schema"),
    ("GET", "/inbox"),
    ("GET", "/schemas/form"),
    ("POST", "/packages"),
    ("PUT", "/apps/followup/form/customer"),
    ("POST", "/apps/followup/form/customer/publish"),
]
HEADERS = {
    "none": None,
    "another kind": "Basic YTpi",
    "empty": "Bearer ",
    "no token of ours": "Bearer fw_unknown",
    "half a pair": "Bearer \udcff",
    "very long": "Bearer " + "x" * 8000,
}


def assert_refused(answer: object) -> None:
    """401 with how to sign in."""
    assert answer.status_code == 401  # type: ignore[attr-defined]
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")  # type: ignore[attr-defined]
    assert answer.json["error"]["code"] == "not_signed_in"  # type: ignore[attr-defined]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_without_a_token_the_api_says_how_to_sign_in(world: World, method: str, path: str) -> None:
    assert_refused(world.anonymous().open(f"/api/v1{path}", method=method, json={}))


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS.keys())
def test_a_token_that_is_none_is_refused(world: World, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    assert_refused(world.anonymous().get("/api/v1/inbox", headers=headers))


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_a_session_does_not_open_the_api(world: World, method: str, path: str) -> None:
    before = world.stored()

    assert_refused(world.browsers["anna"].open(f"/api/v1{path}", method=method, json={"values": {}}))

    assert world.stored() == before


def test_a_token_does_not_open_the_pages(world: World) -> None:
    answer = world.anonymous().get("/", headers=world.api("anna").headers)

    assert answer.status_code == 303
    assert answer.location.startswith("/login")


def test_the_token_of_a_deactivated_user_is_refused(world: World) -> None:
    api: Api = world.api("max")
    assert api("GET", "/inbox").status_code == 200
    with world.app.app_context(), transaction():
        db.session.get_one(User, world.ids["max"]).active = False

    assert_refused(api("GET", "/inbox"))

    with world.app.app_context(), transaction():
        db.session.get_one(User, world.ids["max"]).active = True
    assert api("GET", "/inbox").status_code == 200


def test_tokens_are_stored_hashed(world: World) -> None:
    from sqlalchemy import select

    from runtime.accounts.models import ApiToken

    with world.app.app_context():
        hashes = set(db.session.scalars(select(ApiToken.token_hash)))

    assert not hashes & set(world.tokens.values())
    assert all(len(one) == 64 for one in hashes)


def test_errors_of_the_api_are_json_everywhere(world: World) -> None:
    for path, status in (("/nothing", 404), ("/apps/followup/forms/customer/records/0", 404)):
        answer = world.api("bob")("GET", path)
        assert (answer.status_code, answer.mimetype) == (status, "application/json")
    answer = world.api("bob")("DELETE", "/inbox")
    assert (answer.status_code, answer.json["error"]["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


def bearer(world: World, *only: str, reads_only: bool = False) -> Api:
    """A program with a token of Bob's that is for these places."""
    with world.app.app_context():
        scope = token_scope.read(only, reads_only=reads_only)
        return Api(world.anonymous(), service.create_token("bob@example.com", "test", scope))


@pytest.mark.parametrize("place", ["followup/customer", "followup"])
def test_a_token_for_some_places_has_its_users_rights_there_and_opens_nothing_else(
    world: World, place: str
) -> None:
    program = bearer(world, place)
    made = program.made("customer", name=f"By a token for {place}")
    assert program("GET", records("customer", made)).status_code == 200
    others = [*PATHS[6:], ("GET", "/apps/followup/forms/nothing/schema")] + (
        [("GET", records("visit"))] if "/" in place else []
    )
    for method, path in others:
        if not (method == "GET" and path.endswith("customer/schema")):
            assert program(method, path, json={}).status_code == 404, path


def calls(world: World) -> list[tuple[str, str]]:
    """Every call of the API that asks for a token, as it were about the first customer."""
    there = {"app": "followup", "form": "customer", "kind": "form", "key": "customer", "field": "name"}
    given = {**there, "file": "x" * 22}
    return [
        (method, re.sub(r"<(?:\w+:)?(\w+)>", lambda name: given.get(name[1], "1"), rule.rule)[7:])
        for rule in world.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        and not getattr(world.app.view_functions[rule.endpoint], "open_to_all", False)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def test_no_call_at_all_leads_out_of_a_token(world: World) -> None:
    elsewhere, reader = bearer(world, "followup/visit"), bearer(world, reads_only=True)
    before, asked = world.stored(), calls(world)
    assert len(asked) > 25
    for method, path in asked:
        assert elsewhere(method, path, json={}).json["error"]["message"] == "This token is not for that."
        if method != "GET":
            assert reader(method, path, json={}).json["error"]["message"] == "This token only reads."
    assert world.stored() == before


def test_a_token_that_only_reads_changes_nothing(world: World) -> None:
    program, before = bearer(world, reads_only=True), world.stored()
    assert program("GET", records("customer")).status_code == 200
    for method, path in PATHS:
        if method != "GET":
            assert program(method, path, json={"values": {"name": "x"}}).status_code == 403, path
    assert world.stored() == before


def test_a_token_lends_nobody_more_than_he_may_do(world: World) -> None:
    with world.app.app_context():
        token = service.create_token(
            "stan@example.com", "test", token_scope.read(("followup",), reads_only=False)
        )
    assert Api(world.anonymous(), token)("GET", records("customer")).status_code == 404


def test_what_a_token_is_for_is_written_in_one_way(world: World) -> None:
    for place in ("", "followup/", "followup/customer/1", "Followup", "*"):
        with pytest.raises(Invalid):
            token_scope.read((place,), reads_only=False)


def test_tokens_are_listed_and_ended_by_their_numbers(world: World) -> None:
    def run(*words: str) -> str:
        done = CliRunner().invoke(
            cli.formwright, ["tokens", *words], obj=lambda: world.app, catch_exceptions=False
        )
        return done.output.strip()

    scope = ("--only", "followup/customer", "--read-only")
    token = run("add", "--email", "max@example.com", "--name", "Reports", *scope)
    program = Api(world.anonymous(), token)
    assert program("GET", records("customer")).status_code == 200
    last = run("list", "--email", "max@example.com").splitlines()[-1]
    assert last.endswith("followup/customer (reads only)  Reports") and token not in last

    run("remove", last.split()[0])

    assert_refused(program("GET", records("customer")))
    assert "APP/FORM" in run("add", "--email", "max@example.com", "--only", "*")
