"""A field that refers to several records: what may be linked, what the links keep, how it is found and shown."""

from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from itertools import count
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import MultiDict

from runtime.accounts import service
from runtime.accounts.models import User
from runtime.check import violations
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.definitions.export import record_schema
from runtime.errors import Conflict, Invalid
from runtime.fields import Reader
from runtime.records import deletion, query, store
from runtime.records.tables import link_table, table
from tests.conftest import both_databases
from tests.forms.followup import sign_in
from tests.records.factory import ACTIONS, TRUSTED, field, form_document, give_role, page, publish, shop

TAG = form_document(
    "tag", {"name": field("text"), "mine": field("member")}, title_field="name", owner_field="mine"
)
NOTE = form_document(
    "note",
    {
        "name": field("text"),
        "tags": field("references", {"maxItems": 3}, form="tag"),
        "others": field("references", form="note"),
        "many": field("formula", formula="COUNT(tags)"),
    },
    title_field="name",
    list={"columns": ["name", "tags"]},
)
_tokens = count()
ROLES = {
    "clerk": [{"form": key, "actions": list(ACTIONS), "scope": "all"} for key in ("note", "tag")],
    "own": [
        {"form": "note", "actions": list(ACTIONS), "scope": "all"},
        {"form": "tag", "actions": ["read"], "scope": "own"},
    ],
}


@pytest.fixture
def forms(app: Flask) -> Iterator[list[Form]]:
    yield shop(TAG, NOTE, roles=ROLES)


def save(key: str, record_id: int | None = None, actor: Any = TRUSTED, **values: Any) -> int:
    with transaction():
        return store.save(actor, lookup.form("shop", key), values, record_id=record_id).id


def tags(*names: str) -> list[int]:
    return [save("tag", name=name) for name in names]


def linked(note: int) -> set[int]:
    """To which records a note has links."""
    links = link_table(lookup.form("shop", "note"), "tags")
    return set(db.session.scalars(select(links.c.target_id).where(links.c.record_id == note)))


def listed(note: int) -> Any:
    db.session.rollback()  # a page may have written in the meantime
    own = table(lookup.form("shop", "note")).c
    return db.session.scalar(select(own.tags).where(own.id == note))


def broken() -> list[Any]:
    return [each for each in violations() if each["rule"] == "a_list_of_records_is_linked"]


@both_databases
def test_the_list_keeps_its_order_and_the_links_follow_it(forms: list[Form]) -> None:
    a, b, c = tags("a", "b", "c")
    note = save("note", tags=[c, Decimal(a), c])
    assert (listed(note), linked(note)) == ([c, a], {a, c})
    save("note", note, tags=[a, b])
    assert (listed(note), linked(note)) == ([a, b], {a, b})
    save("note", note, tags=None)
    assert (listed(note), linked(note)) == (None, set())
    assert not broken()


@both_databases
def test_what_is_not_as_linked_is_told(forms: list[Form]) -> None:
    a, b = tags("a", "b")
    note = save("note", tags=[a, b])
    links = link_table(forms[1], "tags")
    with transaction() as session:
        session.execute(delete(links).where(links.c.target_id == b))
    assert [(each["record"], each["field"]) for each in broken()] == [(note, "tags")]


@both_databases
def test_no_record_goes_that_is_referred_to(forms: list[Form]) -> None:
    (a,) = tags("a")
    note = save("note", tags=[a])
    with pytest.raises(Conflict) as caught, transaction():
        deletion.delete(TRUSTED, forms[0], a)
    assert caught.value.code == "referred_to" and "Note" in caught.value.message
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(delete(table(forms[0])).where(table(forms[0]).c.id == a))
    with transaction():
        deletion.delete(TRUSTED, forms[1], note)
    with transaction():
        deletion.delete(TRUSTED, forms[0], a)
    assert not broken()


@both_databases
def test_only_what_the_writer_may_read_can_be_added(forms: list[Form], bob: User) -> None:
    give_role(bob, "own")
    mine = save("tag", name="mine", mine=bob.id)
    (theirs,) = tags("theirs")
    note = save("note", tags=[theirs])
    for wrong in ([theirs], [mine, theirs], [999]):
        with pytest.raises(Invalid) as caught:
            save("note", actor=page(bob), tags=wrong)
        assert [(each.path, each.code) for each in caught.value.problems] == [(("tags",), "not_available")]
    save("note", note, actor=page(bob), tags=[mine, theirs])
    assert listed(note) == [mine, theirs]
    assert (
        lookup.form("shop", "note")
        .fields["tags"]
        .type.display([mine, theirs], forms[1].fields["tags"], Reader("en", "UTC"), _Names(bob))
        == "mine, (not available)"
    )
    save("note", note, actor=page(bob), tags=[mine])
    assert listed(note) == [mine]


class _Names:
    """Titles as a person may see them."""

    def __init__(self, user: User) -> None:
        self._user = user

    def record(self, form: str, record_id: int) -> str | None:
        return query.titles(lookup.form("shop", form), [record_id], user=self._user).get(record_id)

    def member(self, user_id: int) -> None: ...
    def department(self, department_id: int) -> None: ...
    def file(self, key: str) -> None: ...


def test_no_record_refers_to_itself(forms: list[Form]) -> None:
    note = save("note", name="a")
    with pytest.raises(Invalid):
        save("note", note, others=[note])


@both_databases
def test_lists_are_filtered_by_what_is_in_the_list(forms: list[Form], bob: User) -> None:
    give_role(bob)
    a, b = tags("a", "b")
    first, second = save("note", tags=[a, b]), save("note", tags=[b])
    save("note", name="none")

    def found(*ids: Any) -> list[int]:
        condition = {
            "required": ["tags"],
            "properties": {"tags": {"type": "array", "contains": {"enum": list(ids)}}},
        }
        return sorted(each.id for each in query.page(bob, forms[1], condition=condition).items)

    assert [found(a), found(b), found(a, b), found(999), found(str(a)), found(Decimal("1.5"))] == [
        [first], [first, second], [first, second], [], [], [],
    ]  # fmt: skip


@pytest.fixture
def browser(forms: list[Form], client: FlaskClient, bob: User) -> FlaskClient:
    client.application.config["WTF_CSRF_ENABLED"] = False
    give_role(bob)
    return sign_in(client, bob)


def posted(*ids: int, **more: str) -> MultiDict[str, str]:
    sent = MultiDict({"_do": "save", "_once": f"{next(_tokens):020}", "name": "n", **more})
    sent.setlist("tags", ["", *map(str, ids)])
    return sent


def test_a_page_without_a_script_searches_adds_keeps_and_shows(browser: FlaskClient) -> None:
    a, b = tags("Alpha", "Beta")
    new = browser.get("/apps/shop/forms/note/new")
    assert 'data-many="tags-box"' in new.text and ">Alpha</option>" in new.text
    searched = browser.post(
        "/apps/shop/forms/note/new", data=posted(b, _do="search:tags", **{"_find.tags": "Alp"})
    )
    assert f'value="{b}" checked' in searched.text and ">Alpha</option>" in searched.text
    saved = browser.post("/apps/shop/forms/note/new", data=posted(b, a, b))
    assert saved.status_code == 303, saved.text
    assert "Beta, Alpha" in unescape(browser.get(saved.location).text)
    assert "Beta, Alpha" in unescape(browser.get("/apps/shop/forms/note/").text)
    note = int(saved.location.rstrip("/").rpartition("/")[2])
    assert listed(note) == [b, a]
    edited = browser.post(f"/apps/shop/forms/note/{note}/edit", data=posted(a, _rev="1"))
    assert edited.status_code == 303 and listed(note) == [a]
    for wrong in (["7x"], ["999"], ["1", "2", "3", "4"]):
        sent = posted()
        sent.setlist("tags", wrong)
        answer = browser.post("/apps/shop/forms/note/new", data=sent)
        assert answer.status_code == 422 and 'id="e-tags"' in answer.text


def test_the_picker_and_the_filter_of_a_list_offer_its_records(browser: FlaskClient) -> None:
    (a,) = tags("Alpha")
    assert "Alpha" in browser.get("/apps/shop/forms/note/options/tags?q=alp").text
    save("note", name="with", tags=[a])
    save("note", name="without")
    line = {"c.mode": "all", "c.0.path": "tags", "c.0.op": "has_any_of", "c.0.value.0": str(a)}
    panel = browser.get("/apps/shop/forms/note/", query_string={**line, "open": "filter"})
    assert panel.status_code == 200


@both_databases
def test_the_api_takes_and_gives_ids(browser: FlaskClient, bob: User) -> None:
    a, b = tags("a", "b")
    headers = {"Authorization": f"Bearer {service.create_token(bob.email)}"}
    path = "/api/v1/apps/shop/forms/note/records"
    made = browser.post(path, json={"values": {"tags": [b, a]}}, headers=headers)
    assert made.status_code == 201, made.text
    assert browser.get(f"{path}/{made.json['id']}", headers=headers).json["values"]["tags"] == [b, a]
    for wrong in ("x", [0], ["1"], [True], [1.5], [[1]], {"a": 1}, [a] * 3 + [999]):
        answer = browser.post(path, json={"values": {"tags": wrong}}, headers=headers)
        assert answer.status_code == 422, wrong


def test_the_exported_schema_says_that_the_records_must_exist(forms: list[Form]) -> None:
    exported = record_schema(forms[1])
    assert exported["properties"]["tags"]["items"]["type"] == "integer"
    reasons = {(each["path"][-1], each["code"]) for each in exported["fw"]["not_portable"]}
    assert ("tags", "exists") in reasons


def test_hidden_lists_stay_and_are_not_told(forms: list[Form], bob: User) -> None:
    hidden = {**NOTE["properties"], "tags": field("references", form="tag", access={"clerk": "hidden"})}
    publish("form", "note", {**NOTE, "properties": hidden})
    give_role(bob)
    (a,) = tags("a")
    note = save("note", tags=[a])
    save("note", note, actor=page(bob), name="new", tags=[])
    assert listed(note) == [a] and "tags" not in query.get(bob, lookup.form("shop", "note"), note).values
