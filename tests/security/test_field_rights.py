"""A field that is hidden from a role is nowhere for it, and one that may not be written stays as it is."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from runtime import access
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.records import deletion, store, trash, unique
from runtime.records.models import Trashed
from runtime.records.rows import Record, record, select_all
from runtime.records.tables import table
from tests.security.hospital import APP, CANARY, KINDS, PAGES, key, make, open_hospital, secrets
from tests.support.world import World, records

pytestmark = pytest.mark.slow

VALUES = (
    CANARY.lower(),
    "73197319",
    "73,197,319",
    "91739173",
    "91,739,173",
    "1987",
    "13987654321",
    "139 8765 4321",
)
KEYS = ("geheim", "canary_one")
CLOSED = ("eve", "bob")


@pytest.fixture(scope="module")
def ids(world: World) -> dict[str, int]:
    return open_hospital(world)


def path(form: str = "patient", record_id: int | str = "") -> str:
    return records(form, record_id, app=APP)


def assert_silent(answer: TestResponse, where: str, secret: tuple[str, ...] = (*VALUES, *KEYS)) -> None:
    assert answer.status_code < 500, where
    text = "\n".join([answer.text, str(answer.headers)]).lower()
    for each in secret:
        for spelt in (each, quote(each), each.encode("unicode_escape").decode()):
            assert spelt not in text, (where, text[max(0, text.find(spelt) - 200) : text.find(spelt) + 80])


def sent(**typed: str) -> dict[str, str]:
    return {"_rev": "1", "name": "Known name", **typed}


def pages(ids: dict[str, int]) -> Iterator[tuple[str, str, dict[str, str] | None]]:
    """Method, address and form of every page of the app; none names a secret field."""
    for address in ("/", "/inbox/", "/inbox/badge", "/profile", f"/apps/{APP}/", f"/apps/{APP}/?all"):
        yield "GET", address, None
    for query in ("", "Known", CANARY[:4]):
        yield "GET", f"/go?app={APP}&q={query}", None
    for form, one in (("patient", ids["patient"]), ("ward", ids["ward:0"]), ("file", ids["file"])):
        for query in ("", "?sort=name", "?sort=-id&upto=500", f"?q={CANARY[:4]}", "?q=name", "?q=zzz"):
            yield "GET", f"{PAGES}/{form}/{query}", None
        yield "GET", f"{PAGES}/{form}/new", None
        for page in ("", "edit", "delete", "versions/", "?story=changes"):
            yield "GET", f"{PAGES}/{form}/{one}/{page}", None
        for typed in (
            {},
            {"name": ""},
            {"ward": str(ids["ward:1"])},
            {"ward": str(ids["ward:0"]), "urgent": "1"},
        ):
            yield "POST", f"{PAGES}/{form}/new", sent(**typed)  # without _once it is only drawn again
            yield "POST", f"{PAGES}/{form}/eval", sent(**typed)
            yield "POST", f"{PAGES}/{form}/{one}/eval", sent(**typed)
            yield (
                "POST",
                f"{PAGES}/{form}/{one}/edit",
                {**sent(**typed), "_rev": "0", "_once": f"a{form}{typed}"},
            )
        yield "POST", f"{PAGES}/{form}/99999/edit", sent()
        yield "POST", f"{PAGES}/{form}/{one}/delete", {"_rev": "99"}
    for name in ("ward", "file"):
        for query in ({"q": ""}, {"q": CANARY[:5]}, {"q": "Floor", "name": "x"}):
            yield "GET", f"{PAGES}/patient/options/{name}?{urlencode(query)}", None


def programs(ids: dict[str, int]) -> Iterator[tuple[str, str, object]]:
    """Method, path and body of every call of the API; none names a secret field."""
    yield "GET", "/inbox", None
    for form, one in (("patient", ids["patient"]), ("ward", ids["ward:0"]), ("file", ids["file"])):
        for about in ("schema", "openapi.json", "trash"):
            yield "GET", f"/apps/{APP}/forms/{form}/{about}", None
        for told in ("versions", "versions/1", "versions/compare?old=1&new=1", "comments"):
            yield "GET", f"{path(form, one)}/{told}", None
        for query in ("", "?sort=-id", "?sort=name&limit=1", "?filter=true", "?sort=search_text"):
            yield "GET", path(form) + query, None
        yield "GET", path(form, one), None
        yield "GET", path(form, one) + "/timeline", None
        yield "PATCH", path(form, one), {"values": {}}
        yield "PATCH", path(form, one), {"values": {"name": 5}}
        yield "POST", path(form), {"values": {"name": [], "ward": 10**9}}
        yield "POST", path(form), {"values": {"name": f"New {form}", "ward": ids["ward:0"], "shelf": "x"}}


@pytest.mark.timeout(120)
def test_no_page_tells_who_may_not_see_a_field(world: World, ids: dict[str, int]) -> None:
    for method, address, form in pages(ids):
        answer = world.browsers["eve"].open(address, method=method, data=form)
        if f"q={CANARY[:4]}" in address:  # what was searched for stands in the box again
            answer.data = answer.data.replace(CANARY[:4].encode(), b"")
        assert_silent(answer, f"{method} {address}")


def test_no_answer_of_the_api_tells_who_may_not_see_a_field(world: World, ids: dict[str, int]) -> None:
    for method, address, body in programs(ids):
        answer = world.api("eve")(method, address, json=body, headers={"If-Match": '"1"'})
        assert_silent(answer, f"{method} {address}")


def test_who_may_read_the_field_finds_it_everywhere(world: World, ids: dict[str, int]) -> None:
    page = f"{PAGES}/patient/{ids['patient']}/"
    for name in ("bob", "rita", "mia", "anna"):
        for address in (page, f"{page}edit", f"{PAGES}/patient/?q=Known", f"{PAGES}/file/"):
            assert CANARY in world.browsers[name].get(address).text, (name, address)
        assert CANARY in world.api(name)("GET", path("patient", ids["patient"])).text
        assert key("text") in world.api(name)("GET", f"/apps/{APP}/forms/patient/schema").text
        assert CANARY in world.browsers[name].get(f"{PAGES}/patient/?q={CANARY}").text
    assert CANARY in world.browsers["bob"].get("/inbox/").text
    assert "About" in world.browsers["eve"].get("/inbox/").text


def test_a_record_that_a_hidden_field_titles_is_a_number(world: World, ids: dict[str, int]) -> None:
    number = f"#{ids['file']}"

    assert number in world.browsers["eve"].get(f"{PAGES}/file/{ids['file']}/").text
    assert number in world.browsers["eve"].get(f"{PAGES}/patient/{ids['patient']}/").text
    assert number in world.browsers["eve"].get(f"{PAGES}/patient/options/file?q=").text
    assert f"{CANARY} file" in world.browsers["bob"].get(f"{PAGES}/patient/{ids['patient']}/").text


UNKNOWN = "nowhere"


def alike(page: str) -> str:
    """The page without its tokens, which change with every second."""
    return re.sub(r'"[\w-]+\.[\w-]+\.[\w-]+"', "", page)


@pytest.mark.parametrize("name", [key(kind) for kind in KINDS] + ["geheim_sum", "geheim_serial", "looked_up"])
def test_a_filter_or_a_sort_over_it_is_answered_as_for_an_unknown_field(
    world: World, ids: dict[str, int], name: str
) -> None:
    def asked(field: str, **query: str) -> tuple[int, str]:
        answer = world.api("eve")("GET", f"{path()}?{urlencode(query)}")
        return answer.status_code, answer.text.replace(field, UNKNOWN)

    for condition in ({"required": ["X"]}, {"properties": {"X": {"const": 1}}}, {"not": {"required": ["X"]}}):
        text = json.dumps(condition)
        known, unknown = (asked(each, filter=text.replace("X", each)) for each in (name, UNKNOWN))
        assert known == unknown
        assert known[0] == 422
    for sort in ("X", "-X"):
        assert asked(name, sort=sort.replace("X", name)) == asked(UNKNOWN, sort=sort.replace("X", UNKNOWN))
    eve = world.browsers["eve"]
    eve.get("/")  # takes what was told by the last page
    listed = [eve.get(f"{PAGES}/patient/?sort={each}").text for each in (name, UNKNOWN)]
    assert alike(listed[0]).replace(name, UNKNOWN) == alike(listed[1])
    offered = [eve.get(f"{PAGES}/patient/options/{each}") for each in (name, UNKNOWN)]
    assert [answer.status_code for answer in offered] == [404, 404]
    assert alike(offered[0].text).replace(name, UNKNOWN) == alike(offered[1].text)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["browser", "htmx"])
@pytest.mark.parametrize("name", [key(kind) for kind in KINDS] + ["geheim_sum", "geheim_serial", "looked_up"])
def test_a_list_that_is_filtered_sorted_or_shown_by_it_is_that_of_an_unknown_field(
    world: World, ids: dict[str, int], name: str, headers: dict[str, str]
) -> None:
    row = {"c.mode": "all", "c.0.path": "X", "c.0.was": "X", "c.0.op": "is_not_empty"}
    asked: list[dict[str, str]] = [
        {"filter": '{"required":["X"]}'},
        {"filter": '{"not":{"required":["X"]}}', "panel": "filter"},
        {"sort": "id,X", "panel": "sort"},
        {"cols": "X", "panel": "columns"},
        {**row, "c.0.op": "equals", "c.0.value": "1"},
        {"c.mode": "all", "c.0.kept": '{"required":["X"]}'},
        {
            "c.mode": "all",
            "c.0.kept": '{"not":{"required":["record"],"properties":{"record":{"required":["X"]}}}}',
        },
        {"c.mode": "any", "c.0.mode": "all", "c.0.0.kept": '{"required":["X"]}', "c.1.path": ""},
    ]
    eve = world.browsers["eve"]
    eve.get("/")
    for query in asked:
        known, unknown = (
            eve.get(
                f"{PAGES}/patient/",
                query_string={key: text.replace("X", each) for key, text in query.items()},
                headers=headers,
                follow_redirects=True,
            )
            for each in (name, UNKNOWN)
        )
        assert (known.status_code, unknown.status_code) == (200, 200), query
        assert alike(known.text).replace(name, UNKNOWN) == alike(unknown.text), query
    found = [eve.get(f"{PAGES}/patient/find/{each}") for each in (name, UNKNOWN)]
    assert [answer.status_code for answer in found] == [404, 404]
    eve.post(f"{PAGES}/patient/columns", data={"col": name})
    assert name not in eve.get(f"{PAGES}/patient/?panel=columns").text


def change(world: World, record_id: int, **values: Any) -> None:
    with world.app.app_context(), transaction():
        actor = store.Actor(user=None, origin="sample", trusted=True)
        store.save(actor, lookup.form(APP, "patient"), values, record_id=record_id)


def test_nothing_about_its_value_can_be_inferred(world: World, ids: dict[str, int]) -> None:
    """Two hundred questions get the same answers whatever the hidden values are."""
    others = [make(world, "patient", name=f"Blind {number}", **{key("text"): "x"}) for number in range(3)]

    def answers() -> list[str]:
        found = []
        world.browsers["eve"].get("/")  # takes what was told by the last page
        for word in (
            CANARY,
            CANARY.lower(),
            "zw",
            "kanarie",
            "7319",
            "1398",
            "example",
            "blind",
            "x",
            "GEHEIM",
        ):
            for sort in (
                "",
                "name",
                "-name",
                "id",
                key("number"),
                f"-{key('text')}",
                "-updated_by",
                "search_text",
            ):
                query = urlencode({"q": word, "sort": sort})
                found.append(world.browsers["eve"].get(f"{PAGES}/patient/?{query}").text)
                found.append(world.browsers["eve"].get(f"{PAGES}/patient/options/file?{query}").text)
                found.append(world.api("eve")("GET", f"{path()}?{query}&limit=2").text)
        return [re.sub(r'"(revision|updated_at)": ?("[^"]*"|\d+)', "", alike(text)) for text in found]

    before = answers()
    for number, record_id in enumerate(others):
        change(
            world,
            record_id,
            **{
                key("text"): f"{CANARY} {number}",
                key("number"): 50 - number,
                key("long_text"): f"{CANARY} zw",
            },
        )
    after = answers()

    assert len(before) >= 200
    assert before == after


def whole(world: World, record_id: int) -> Record:
    with world.app.app_context():
        form = lookup.form(APP, "patient")
        row = db.session.execute(select_all(form).where(table(form).c.id == record_id)).one()
        return record(form, row)


def posted(ids: dict[str, int], kind: str) -> str:
    raw = KINDS[kind][4]
    return str(ids.get(raw, raw))


def forged_value(ids: dict[str, int], kind: str, mark: str = "forged") -> Any:
    other = f"{mark}@example.org" if kind == "email" else KINDS[kind][3]
    return ids.get(other, other) if isinstance(other, str) else other


@pytest.mark.parametrize("who", CLOSED)
@pytest.mark.parametrize("kind", KINDS)
def test_a_forged_value_is_ignored_and_logged(
    world: World, ids: dict[str, int], caplog: pytest.LogCaptureFixture, who: str, kind: str
) -> None:
    caplog.set_level("INFO")
    own = {**secrets(ids), key("email"): f"{who}.{kind}@example.org"}
    record_id = make(world, "patient", name="Forged", **own)
    before = whole(world, record_id).values
    once = {"_once": f"{who} {kind}", "_rev": "1", "name": "Changed by page"}

    page = world.browsers[who].post(
        f"{PAGES}/patient/{record_id}/edit", data={**once, key(kind): posted(ids, kind)}
    )
    forged = forged_value(ids, kind)
    api = world.api(who)(
        "PATCH",
        path("patient", record_id),
        json={"values": {key(kind): forged, "name": "Changed by API"}},
        headers={"If-Match": '"2"'},
    )

    assert (page.status_code, api.status_code) == (303, 200), (page.text, api.text)
    assert whole(world, record_id).values == {**before, "name": "Changed by API"}
    assert sum(key(kind) in message and "ignored" in message for message in caplog.messages) >= 2


@pytest.mark.parametrize("who", CLOSED)
def test_a_new_record_gets_what_the_server_gives_and_nothing_that_is_sent(
    world: World, ids: dict[str, int], who: str
) -> None:
    forged = {key(kind): posted(ids, kind) for kind in KINDS}
    data = {"_once": f"new {who}", "name": f"New by {who}", "ward": str(ids["ward:1"]), **forged}

    page = world.browsers[who].post(f"{PAGES}/patient/new", data=data)

    assert page.status_code == 303, page.text
    record_id = int(page.headers["Location"].rstrip("/").rpartition("/")[2])
    stored = whole(world, record_id).values
    # Two required fields are empty: he could not fill them in. What fills a hidden field fills it.
    assert stored.pop("geheim_serial").startswith("GEHEIM-")
    assert stored.pop("geheim_sum") == "Floor 1!"
    copied = {} if who == "eve" else {"copied": CANARY}
    expected = {"name": f"New by {who}", "ward": ids["ward:1"], key("text"): "Floor 1", **copied}
    assert stored == expected
    # Bob may show what he sees; those who look for it in the other tests must not find it here.
    with world.app.app_context(), transaction():
        actor = store.Actor(user=None, origin="sample", trusted=True)
        deletion.delete(actor, lookup.form(APP, "patient"), record_id)
        trash.forget(db.session.scalars(select(Trashed).where(Trashed.record_id == record_id)).one())


def test_a_rule_does_not_clear_what_the_writer_may_not_touch(world: World, ids: dict[str, int]) -> None:
    record_id = make(world, "patient", name="Kept", **{key("phone"): "+8613987654321", key("money"): 5})
    for who in CLOSED:
        tag = {"If-Match": f'"{whole(world, record_id).revision}"'}
        answer = world.api(who)(
            "PATCH", path("patient", record_id), json={"values": {"urgent": who == "bob"}}, headers=tag
        )
        assert answer.status_code == 200, answer.text
    assert whole(world, record_id).values[key("phone")] == "+8613987654321"
    tag = {"If-Match": f'"{whole(world, record_id).revision}"'}
    patch = {"values": {"name": "Cleared", key("text"): "There"}}
    assert world.api("rita")("PATCH", path("patient", record_id), json=patch, headers=tag).status_code == 200
    assert key("phone") not in whole(world, record_id).values


def test_a_rule_goes_by_the_true_value_and_shows_nothing_of_it(world: World, ids: dict[str, int]) -> None:
    locked = make(world, "patient", name="Locked", **{key("number"): 73197319})
    open_ = make(world, "patient", name="Open")

    pages = [world.browsers["eve"].get(f"{PAGES}/patient/{each}/edit").text for each in (locked, open_)]

    assert ['name="urgent"' in page for page in pages] == [False, True]
    assert "73197319" not in pages[0]


def test_a_picker_offers_by_a_value_that_its_page_does_not_hold(world: World, ids: dict[str, int]) -> None:
    record_id = make(world, "patient", name="In bed", **{key("text"): "Floor 1"})
    page = world.browsers["eve"].get(f"{PAGES}/patient/{record_id}/edit").text

    (address,) = re.findall(r'data-combo="([^"]*/options/bed[^"]*)" data-reads=""', page)
    offered = world.browsers["eve"].get(f"{address}&q=").text
    forged = world.browsers["eve"].get(f"{PAGES}/patient/options/bed?q=&{key('text')}=Floor+1").text

    assert "Floor 1" in offered and "Floor 0" not in offered
    assert "Floor" not in forged


def test_two_people_in_one_record_do_not_meet_over_a_hidden_field(world: World, ids: dict[str, int]) -> None:
    record_id = make(world, "patient", name="Met", **{key("text"): "before", key("money"): 1})
    change(world, record_id, name="Theirs", **{key("text"): CANARY})

    data = {
        "_once": "met",
        "_rev": "1",
        "_clash": f"name {key('text')}",
        "name": "Mine",
        key("text"): "forged",
    }
    page = world.browsers["eve"].post(f"{PAGES}/patient/{record_id}/edit", data=data)

    assert page.status_code == 409
    assert "Theirs" in page.text
    assert_silent(page, "conflict")


def test_a_clash_over_a_unique_hidden_value_does_not_name_the_field(
    world: World, ids: dict[str, int]
) -> None:
    with world.app.app_context():
        form = lookup.form(APP, "patient")
        values = secrets(ids)
        (told,) = unique.taken(form, values, None, {}, frozenset({key("email")}))
        (named,) = unique.taken(form, values, None, {}, frozenset())
        db.session.remove()
    assert (told.path, named.path) == ((), (key("email"),))
    assert "Geheim" not in told.message


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("who", ["anna", "dora", "stan", "eve", "bob", "mia", "rita"])
def test_the_widest_right_of_several_roles_counts(
    world: World, ids: dict[str, int], who: str, kind: str
) -> None:
    """Role × right × type; on a record of his own, of somebody else and of nobody."""
    expected = {"anna": "edit", "rita": "edit", "bob": "read", "mia": "read"}.get(who, "hidden")
    has_role = who not in ("dora", "stan")
    for number, owner in enumerate((world.ids[who], world.ids["max"], None)):
        record_id = make(world, "patient", name="M", **_alone(ids, kind, f"{who}{number}"))
        own(world, record_id, owner)
        answer = world.api(who)("GET", path("patient", record_id))
        assert answer.status_code == (200 if has_role else 404)
        if not has_role:
            continue
        assert (key(kind) in answer.json["values"]) == (expected != "hidden")
        value = forged_value(ids, kind, f"{who}.{number}")
        values = {key("text"): "t", key("money"): 3, key(kind): value}
        done = world.api(who)(
            "PATCH", path("patient", record_id), json={"values": values}, headers={"If-Match": '"1"'}
        )
        assert done.status_code == 200, done.text
        assert (whole(world, record_id).values.get(key(kind)) == value) == (expected == "edit")


def own(world: World, record_id: int, owner: int | None) -> None:
    """Let the record belong to somebody: rights on fields do not ask whose it is."""
    with world.app.app_context(), transaction():
        patients = table(lookup.form(APP, "patient"))
        db.session.execute(update(patients).where(patients.c.id == record_id).values(owner_id=owner))


def _alone(ids: dict[str, int], kind: str, mark: str) -> dict[str, Any]:
    value = secrets(ids)[key(kind)]
    return {key(kind): f"m{mark}@example.org" if kind == "email" else value}


def test_rights_are_worked_out_once_and_take_no_statement(world: World, ids: dict[str, int]) -> None:
    with world.app.app_context():
        form = lookup.form(APP, "patient")
        eve = db.session.get(User, world.ids["eve"])
        first = access.fields(eve, form)
        assert access.fields(eve, form) is first
        assert access.fields(None, form).hidden >= first.hidden
        assert first.hidden >= {key("text"), "looked_up", "geheim_note"}
        assert access.fields_as("helper", form).read_only == {key(kind) for kind in KINDS}
        db.session.remove()
