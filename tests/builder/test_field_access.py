"""Rights on fields from the designer to the person: the panel writes them, publishing judges them, nobody leaks."""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask

from builder import advice, checks, drafts
from builder import publish as publishing
from builder.commands import Target, Workspace
from builder.studio import Studio
from builder.who_sees import who_sees
from runtime import access
from runtime.accounts.models import User, UserRole
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.models import Draft
from runtime.definitions.schemas import validate
from tests.builder.commands.support import Desk
from tests.builder.factory import APP, context, field, form, rule
from tests.builder.factory import app as app_document
from tests.support.world import World, records, world_on

CANARY, PREPARED = "Zwitscherkanarie", "Schaukelpferd"
FORMS = "/apps/followup/forms"
DESIGN = f"{FORMS}/visit/design"
VISITS = f"{FORMS}/visit"
DAY = date(2026, 11, 18)
ROLES = app_document(roles=[{"key": "reader", "title": "Reader", "grants": []}])


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_on("sqlite", request, tmp_path_factory.mktemp("access"), WTF_CSRF_ENABLED=False) as made:
        yield made


@pytest.fixture(scope="module")
def visit(world: World) -> int:
    """A follow-up with a secret; its content is hidden from readers and read-only for managers."""
    customer = world.api("bob").made("customer", name="Carrier")
    made = world.follow_up("bob", customer, DAY, content=f"{CANARY} wants ten", prepare=PREPARED)
    for role, right in (("reader", "hidden"), ("manager", "read")):
        assert press(world, "content", role, right).status_code == 200
    assert press(world, "text", "reader", "hidden", form="reminder").status_code == 200
    for key in ("visit", "reminder"):
        publish(world, key)
    return made


def desk(world: World, path: str = f"{DESIGN}/fields?sel=field/content") -> str:
    return world.browsers["dora"].get(path).text


def revision(world: World, form: str) -> str:
    found = re.search(r'data-revision="(\d+)"', desk(world, f"{FORMS}/{form}/design/fields"))
    assert found
    return found[1]


def press(world: World, key: str, role: str, right: str, form: str = "visit") -> Any:
    """Choose a right of a role in the panel of a field."""
    arguments = {"field": key, "path": ["fw", "access", role]}
    data = {
        "do": json.dumps({"name": "field.set", "args": arguments}),
        "read": json.dumps({"as": "text"}),
        "at": f"p-access-{role}",
        "tab": "fields",
        "sel": f"field/{key}",
        "rev": revision(world, form),
        "in.value": right,
    }
    path = f"{FORMS}/{form}/design/properties"
    return world.browsers["dora"].post(path, data=data, headers={"HX-Request": "true"})


def publish(world: World, key: str) -> None:
    with world.app.app_context(), transaction() as session:
        publishing.publish(session.get_one(User, world.ids["anna"]), "followup", "form", key)
    with world.app.app_context():
        db.session.remove()


def check(document: dict[str, Any], *others: dict[str, Any]) -> list[tuple[Any, str]]:
    found = checks.run("form", document, context(document, *others, ROLES))
    return [(problem.path, problem.code) for problem in found]


# --- Documents


def test_access_is_part_of_the_schema_of_a_field() -> None:
    fine = form("thing", {"name": field("text", access={"reader": "hidden", "clerk": "read"})})
    assert validate("form", fine) == []
    for wrong in ({"reader": "none"}, {"reader": "edit"}, {"Reader!": "read"}, {}, "hidden", ["reader"]):
        assert validate("form", form("thing", {"name": field("text", access=wrong)})), wrong


def test_a_role_that_does_not_exist_is_refused_with_its_place(app: Flask) -> None:
    with app.test_request_context():
        found = check(form("thing", {"name": field("text", access={"reader": "read", "clerk": "hidden"})}))
    assert found == [(("properties", "name", "fw", "access", "clerk"), "unknown_role")]


def test_what_nobody_changes_is_hidden_or_not(app: Flask) -> None:
    sum_ = {"formula": "1 + 1", "result": "number"}
    with app.test_request_context():
        assert check(form("thing", {"sum": field("formula", access={"reader": "hidden"}, **sum_)})) == []
        found = check(form("thing", {"sum": field("formula", access={"reader": "read"}, **sum_)}))
    assert found == [(("properties", "sum", "fw", "access", "reader"), "not_writable")]


def test_a_rule_over_a_hidden_field_is_worth_a_second_look(app: Flask) -> None:
    fields = {"pay": field("number", access={"reader": "hidden"}), "name": field("text")}
    document = form("thing", fields, rules=[rule("r", {"required": ["pay"]}, hide=["name"])])
    with app.test_request_context():
        found = advice.run("form", document, context(document, ROLES))
        plain = advice.run("form", {**document, "fw": {}}, context(document, ROLES))
    assert [problem.code for problem in found if problem.path == ("fw", "rules", 0, "when")] == [
        "hidden_read"
    ]
    assert not [problem for problem in plain if problem.code == "hidden_read"]


def test_a_deleted_role_leaves_the_fields_too() -> None:
    fields = {
        "pay": field("number", access={"clerk": "hidden"}),
        "name": field("text", access={"clerk": "read", "reader": "hidden"}),
    }
    work = Desk(form("thing", fields))
    work.do("app", "shop", "role.add", {"title": "Clerk"})
    work.do("app", "shop", "role.delete", {"role": "clerk"})
    changed = next(document for target, document in work.documents.items() if target.kind == "form")
    assert "access" not in changed["properties"]["pay"]["fw"]
    assert changed["properties"]["name"]["fw"]["access"] == {"reader": "hidden"}


def test_a_field_that_nobody_can_write_any_more_keeps_only_what_hides_it() -> None:
    work = Desk(form("thing", {"name": field("text", access={"clerk": "read", "reader": "hidden"})}))
    work.do("form", "thing", "field.retype", {"field": "name", "type": "formula"})
    changed = next(document for target, document in work.documents.items() if target.kind == "form")
    assert changed["properties"]["name"]["fw"]["access"] == {"reader": "hidden"}


# --- From the panel to the person


def test_what_the_panel_says_is_what_people_get(world: World, visit: int) -> None:
    page = f"{VISITS}/{visit}/"
    for name, sees in (("bob", True), ("mia", True), ("anna", True), ("rita", False)):
        shown = world.browsers[name].get(page)
        assert (CANARY in shown.text) == sees, name
    assert 'name="content"' in world.browsers["bob"].get(f"{page}edit").text
    edit = world.browsers["mia"].get(f"{page}edit").text
    assert 'name="content"' not in edit and CANARY in edit
    checked = re.findall(r'id="p-access-(\w+)-\d"[^>]*value="(\w*)" checked', desk(world))
    assert {role: right for role, right in checked if right} == {"reader": "hidden", "manager": "read"}


def test_a_right_is_given_back_by_choosing_edit(world: World, visit: int) -> None:
    assert press(world, "prepare", "reader", "hidden").status_code == 200
    assert press(world, "prepare", "reader", "").status_code == 200
    assert "access" not in json.loads(_draft(world))["properties"]["prepare"]["fw"]


def _draft(world: World) -> str:
    with world.app.app_context():
        text = json.dumps(drafts.read_draft("followup", "form", "visit").document, default=str)
        db.session.remove()
    return text


def test_a_calculated_field_offers_to_read_or_to_hide(world: World, visit: int) -> None:
    page = desk(world, f"{DESIGN}/fields?sel=field/number")
    assert re.findall(r'id="p-access-reader-\d"[^>]*value="(\w*)"', page) == ["", "hidden"]


def test_the_preview_shows_the_form_as_a_role(world: World, visit: int) -> None:
    frame, anna = f"{DESIGN}/preview/frame", world.browsers["anna"]
    assert 'name="content"' in anna.get(frame).text
    assert 'name="content"' in anna.get(f"{frame}?role=nobody").text
    as_reader = anna.get(f"{frame}?role=reader&record={visit}").text
    assert 'id="f-content"' not in as_reader and CANARY not in as_reader
    as_manager = anna.get(f"{frame}?role=manager&record={visit}").text
    assert 'id="f-content"' in as_manager and 'name="content"' not in as_manager and CANARY in as_manager
    assert "Hidden by the rights on fields." in anna.get(f"{DESIGN}/preview?role=reader").text
    saved = anna.post(f"{frame}?role=reader", data={"content": f"{CANARY} forged", "_once": "x"})
    assert CANARY not in saved.text
    evaluated = anna.post(f"{frame}/eval?role=reader", data={"content": CANARY})
    assert CANARY not in evaluated.text


@pytest.fixture
def dora_reads(world: World) -> Iterator[None]:
    """A designer who is a reader in the app."""
    with world.app.app_context(), transaction() as session:
        session.add(role := UserRole(user_id=world.ids["dora"], app="followup", role="reader"))
        session.flush()
        role_id = role.id
    yield
    with world.app.app_context(), transaction() as session:
        session.delete(session.get_one(UserRole, role_id))


def test_a_designer_tries_things_with_what_he_may_see(world: World, visit: int, dora_reads: None) -> None:
    dora, one = world.browsers["dora"], f"record={visit}"
    for address in (
        f"{DESIGN}/preview?{one}",
        f"{DESIGN}/preview/frame?{one}",
        f"{DESIGN}/rules?{one}",
        f"{DESIGN}/fields?sel=field/content&ask=type&type=long_text",
        f"{DESIGN}/fields?sel=field/content&ask=type&type=choice",
        f"{DESIGN}/fields?{one}&formula_of=initial-content&formula=content",
        f"/apps/followup/messages/visit_due/design/text?{one}",
        "/gallery/followup/export?samples=yes",
    ):
        answer = dora.get(address)
        assert answer.status_code < 500 and CANARY not in answer.text, address
    for key in ("remind", "make_reminder"):
        tried = dora.post(f"/apps/followup/automations/{key}/design/dry-run", data={"record": str(visit)})
        assert tried.status_code < 500 and CANARY not in tried.text


def test_a_mail_leaves_the_place_empty_for_who_may_not_see_it(world: World, visit: int) -> None:
    path = f"/apps/followup/messages/visit_due/design/text?record={_reminder(world)}"
    for recipient, sees in (("bob", True), ("rita", False)):
        page = world.browsers["anna"].get(f"{path}&to={world.ids[recipient]}")
        assert page.status_code == 200
        assert (PREPARED in page.text) == sees, recipient


def _reminder(world: World) -> int:
    items = world.api("bob")("GET", records("reminder") + "?sort=-id&limit=1").json["items"]
    assert items[0]["values"]["text"] == PREPARED
    return int(items[0]["id"])


# --- What the designer tells of it


def told(world: World, form_key: str, key: str) -> list[int]:
    """How many roles see a field, and how many may change it, as its panel says."""
    page = desk(world, f"{FORMS}/{form_key}/design/fields?sel=field/{key}")
    line = re.search(r'<p class="panel-seen">(.*?)</p>', page, re.DOTALL)
    assert line
    return [int(number) for number in re.findall(r"\b\d+\b", re.sub("<[^>]*>", "", line[1]))]


@pytest.mark.parametrize("key", ["content", "prepare", "visited_on", "customer"])
def test_the_panel_of_a_field_counts_the_roles_that_see_it_as_the_rights_themselves_do(
    world: World, visit: int, key: str
) -> None:
    with world.app.app_context():
        people = [db.session.get_one(User, world.ids[name]) for name in ("bob", "mia", "rita")]
        made = lookup.form("followup", "visit")
        rights = [access.fields(person, made) for person in people if access.can(person, "read", made)]
        changing = [access.can(person, "update", made) for person in people]
    seen = sum(key not in each.hidden for each in rights)
    changed = sum(may and key not in each.closed for may, each in zip(changing, rights, strict=True))
    assert told(world, "visit", key) == [seen, changed]


def test_a_column_that_stands_in_a_hidden_table_is_hidden_with_it(app: Flask) -> None:
    rows = {"items": {"type": "object", "properties": {"part": field("text"), "sum": field("text")}}}
    rows["items"]["properties"]["sum"]["fw"]["access"] = {"clerk": "hidden"}
    lines = field("sub_table", rows, access={"reader": "hidden"})
    grants = [{"form": "thing", "actions": ["read", "update"], "scope": "all"}]
    roles = [{"key": key, "title": key, "grants": grants} for key in ("clerk", "reader", "chief")]
    roles.append({"key": "nobody", "title": "Nobody", "grants": []})
    thing, shop = form("thing", {"lines": lines}), app_document(roles=roles)
    work = Workspace(APP, {Target("form", "thing"): thing, Target("app", APP): shop}, {})
    made = Studio(User(name="Dora"), Target("form", "thing"), Draft(document=thing), work, "en")
    with app.test_request_context():
        shown = {key: who_sees(made, key) for key in ("lines", "lines.part", "lines.sum")}
    assert shown == {"lines": (2, 2), "lines.part": (2, 2), "lines.sum": (1, 1)}
