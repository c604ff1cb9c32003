"""Views of a form in the designer: made, changed, copied, ordered, checked, published and retired."""

import json
import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from builder import change_words, checks, definitions, drafts, where_used
from builder.checks import Context
from builder.commands import Target, run
from builder.commands._workspace import Workspace
from builder.publish import documents_in_force
from builder.workspaces import context_of, workspace
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.forms.lists.looks import Look, of_document
from runtime.text import localized
from tests.forms.followup import Browser, make_all, sign_in

APP = "/apps/followup"
BASE = f"{APP}/views/open_deals/design"
LIST = f"{APP}/forms/opportunity/design/list"
VIEW = Target("view", "open_deals")
NEEDS = {"properties": {"stage": {"const": "need"}}, "required": ["stage"]}


@pytest.fixture
def designer(seller: User, alice: User, app: Flask) -> FlaskClient:
    """Alice in her browser, who has just made a view of the deals."""
    browser = sign_in(app.test_client(), alice)
    browser.post(f"{APP}/new/views", data={"title": "Open deals", "form": "opportunity"})
    return browser


def do(browser: FlaskClient, name: str, address: str = BASE, **args: Any) -> TestResponse:
    """Post a command on what is newest."""
    page = browser.get(f"{address.partition('/design')[0]}/design/").text
    revision = re.search(r'data-revision="(\d+)"', page)
    assert revision
    sent = {"do": json.dumps({"name": name, "args": args}), "rev": revision[1]}
    return browser.post(
        f"{address.partition('/design')[0]}/design/commands", data=sent, headers={"HX-Request": "true"}
    )


def drafted() -> Any:
    """The draft as it is stored now."""
    db.session.rollback()
    return definitions.document("followup", *VIEW)


def publish(browser: FlaskClient) -> TestResponse:
    """Publish the view as its page is told."""
    _head, _main, page = browser.get(f"{BASE}/publish").text.partition("<main")
    sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    return browser.post(f"{BASE}/publish", data={**sent, "part": "view/open_deals"})


def test_a_view_is_made_changed_published_and_found_in_the_list(designer: FlaskClient, seller: User) -> None:
    make_all("customer", [{"name": "Acme", "owner": seller.id}])
    make_all("opportunity", [{"name": "Roof", "customer": 1, "stage": "need", "expected_amount": 7}])
    do(designer, "view.set", path=["kind"], value="board")
    do(designer, "view.set", path=["group_by"], value="stage")
    do(designer, "view.set", path=["total"], value="expected_amount")
    do(designer, "view.set", path=["limits", "need"], value=3)
    do(designer, "view.filter", when=NEEDS)
    do(designer, "view.set", path=["sort"], value="-expected_amount,id")

    page = designer.get(f"{BASE}/").text
    answer = publish(designer)

    assert 'data-preview="board"' in page and "Roof" in page
    assert answer.status_code == 303, answer.text
    [view] = lookup.views("followup", "opportunity")
    looks = of_document(view.document)
    assert (looks.kind, looks.total, looks.limits) == ("board", "expected_amount", '{"need":3}')
    assert "Open deals" in designer.get(f"{APP}/forms/opportunity/").text
    assert "/ 3" in designer.get(f"{APP}/forms/opportunity/?view=open_deals").text


def test_another_kind_forgets_what_it_does_not_know_and_undo_brings_it_back(designer: FlaskClient) -> None:
    do(designer, "view.set", path=["kind"], value="board")
    do(designer, "view.set", path=["group_by"], value="stage")
    do(designer, "view.set", path=["limits", "need"], value=3)

    do(designer, "view.set", path=["kind"], value="calendar")
    assert "group_by" not in drafted() and "limits" not in drafted()

    designer.post(f"{BASE}/undo", data={"rev": "0"})
    assert (drafted()["group_by"], drafted()["limits"]) == ("stage", {"need": 3})


def test_a_list_is_grouped_by_stretches_of_time_with_figures_of_its_numbers(designer: FlaskClient) -> None:
    do(designer, "view.set", path=["columns"], value=["name", "expected_amount"])
    assert 'id="v-period"' not in designer.get(f"{BASE}/").text
    do(designer, "view.set", path=["group_by"], value="close_on")
    do(designer, "view.set", path=["period"], value="quarter")
    do(designer, "view.set", path=["figures", "expected_amount"], value="sum")

    page = designer.get(f"{BASE}/").text

    assert drafted()["figures"] == {"expected_amount": "sum"}
    assert re.search(r'<option value="quarter" selected', page)
    assert re.search(r'id="v-figure-expected_amount".*?<option value="sum" selected', page, re.S)
    assert 'id="v-figure-name"' not in page
    do(designer, "view.set", path=["kind"], value="board")
    assert not {"period", "figures"} & drafted().keys()


UNFIT: list[tuple[str, dict[str, Any]]] = [
    ("view.set", {"path": ["kind"], "value": "pie"}),
    ("view.set", {"path": ["period"], "value": "decade"}),
    ("view.set", {"path": ["figures", "expected_amount"], "value": "median"}),
    ("view.set", {"path": ["kind"], "remove": True}),
    ("view.set", {"path": ["title"], "remove": True}),
    ("view.set", {"path": ["form"], "value": "visit"}),
    ("view.set", {"path": ["limits", "need"], "value": 0}),
    ("view.set", {"path": ["sort"], "value": "a,b,c,d"}),
    ("view.set", {"path": ["roles"], "value": ["Not a key"]}),
    ("view.filter", {"when": {"pattern": "x"}}),
    ("view.column_move", {"field": "nothing", "by": 1}),
    ("view.sort_move", {"field": "name", "by": 1}),
]


def test_what_does_not_fit_is_refused_in_words(designer: FlaskClient) -> None:
    before = drafted()
    for name, args in UNFIT:
        answer = do(designer, name, **args)

        assert answer.status_code == 422 and "fw:toast" in answer.headers["HX-Trigger"], args
        assert drafted() == before


def test_columns_and_sorts_move_and_stop_at_the_ends(designer: FlaskClient) -> None:
    do(designer, "view.set", path=["columns"], value=["name", "stage", "close_on"])
    do(designer, "view.column_move", field="close_on", by=-9)
    do(designer, "view.set", path=["sort"], value="-name,stage")
    do(designer, "view.sort_move", field="stage", by=-1)

    assert drafted()["columns"] == ["close_on", "name", "stage"]
    assert drafted()["sort"] == "stage,-name"


def test_views_are_copied_and_ordered_and_the_list_follows_once_the_form_is_published(
    designer: FlaskClient,
) -> None:
    publish(designer)
    copied = designer.post(f"{APP}/views/open_deals/copy")
    assert copied.location.endswith("/views/open_deals_2/design/")
    assert "Open deals (copy)" in designer.get(copied.location).text
    page = designer.get(LIST).text
    assert re.findall(r'data-item="(open_deals\w*)"', page) == ["open_deals", "open_deals_2"]

    do(designer, "list.view_move", LIST, view="open_deals_2", by=-1)

    page = designer.get(LIST).text
    assert re.findall(r'data-item="(open_deals\w*)"', page) == ["open_deals_2", "open_deals"]


def test_a_retired_view_is_gone_from_the_list_and_can_be_brought_back(designer: FlaskClient) -> None:
    publish(designer)
    asked = designer.get(f"{APP}/views/open_deals/retire").text
    answer = designer.post(f"{APP}/views/open_deals/retire")

    assert "Open deals" in asked and answer.location.endswith("/forms/opportunity/design/list")
    assert lookup.views("followup", "opportunity") == []
    assert "Open deals" in designer.get(f"{APP}/app/followup/design/overview").text
    designer.post(f"{APP}/views/open_deals/restore")
    assert drafted()["title"] == {"en": "Open deals"}


PROBLEMS = [
    ({"kind": "board", "group_by": "expected_amount"}, "group_by"),
    ({"kind": "board", "group_by": "gone"}, "group_by"),
    ({"kind": "board", "total": "name"}, "total"),
    ({"kind": "board", "group_by": "stage", "limits": {"gone": 1}}, "limits"),
    ({"kind": "calendar", "date_field": "name"}, "date_field"),
    ({"kind": "gallery"}, "kind"),
    ({"kind": "list", "sort": "name,gone"}, "sort"),
    ({"kind": "list", "columns": ["name", "gone"]}, "columns"),
    ({"kind": "list", "roles": ["nobody"]}, "roles"),
    ({"kind": "list", "filter": {"required": ["gone"]}}, "filter"),
]


@pytest.mark.parametrize(("own", "place"), PROBLEMS)
def test_a_view_that_cannot_be_drawn_as_it_says_is_not_published(
    seller: User, own: dict[str, Any], place: str
) -> None:
    document = {"$schema": "urn:formwright:view:1", "key": "v", "title": "V", "form": "opportunity", **own}
    context = Context("followup", {**documents_in_force("followup"), ("view", "v"): document})

    found = checks.run("view", document, context)

    assert {each.path[0] for each in found} == {place}
    assert all(each.message for each in found)


def test_a_form_with_a_view_is_not_retired_and_says_which(designer: FlaskClient) -> None:
    publish(designer)

    answer = designer.post(f"{APP}/forms/opportunity/retire", follow_redirects=True)

    assert "open_deals" in answer.text and lookup.form_if_any("followup", "opportunity")


def test_a_view_is_told_where_its_fields_and_roles_are_used_and_follows_another_key(seller: User) -> None:
    view = {
        "$schema": "urn:formwright:view:1",
        "key": "v",
        "title": "V",
        "form": "fresh",
        "kind": "board",
        "sort": "-b,a",
        "total": "a",
        "columns": ["a", "b"],
        "roles": ["sales"],
        "filter": {"required": ["a"]},
    }
    form = {
        "$schema": "urn:formwright:form:1",
        "$id": "urn:formwright:followup:fresh",
        "title": "Fresh",
        "type": "object",
        "properties": {"a": {"fw": {"type": "number"}}, "b": {"fw": {"type": "text"}}},
    }
    known = workspace("followup")
    documents = {**known.documents, Target("form", "fresh"): form, Target("view", "v"): view}
    context = context_of("followup", documents)

    def tell(title: Any) -> str:
        return localized(title, "en")

    assert ("view", "v") in {(u.kind, u.key) for u in where_used.of_field(context, "fresh", "b", tell)}
    assert ("view", "v") in {
        (u.kind, u.key) for u in where_used.of_definition(context, "role", "sales", tell)
    }
    work = Workspace("followup", documents, {})
    run(work, Target("form", "fresh"), "field.rename", {"field": "a", "key": "amount"})
    renamed = work.read(Target("view", "v"))
    assert (renamed["sort"], renamed["total"], renamed["columns"]) == ("-b,amount", "amount", ["amount", "b"])
    assert renamed["filter"] == {"required": ["amount"]}


def test_what_changed_in_a_view_is_told_in_words(app: Flask) -> None:
    before = {"key": "v", "title": "V", "kind": "list", "sort": "name", "columns": ["name"]}
    after = {
        "key": "v",
        "title": "V",
        "kind": "board",
        "sort": "-name",
        "group_by": "stage",
        "roles": ["sales"],
    }

    with app.test_request_context():
        told = change_words.lines("view", before, after, lambda title: localized(title, "en"))

    assert {each.sentence for each in told} == {
        "Changed the kind",
        "Changed the order",
        "Deleted the columns",
        "Added what makes the columns of the board",
        "Added roles",
    }


def test_nobody_but_a_designer_gets_to_a_view(designer: FlaskClient, browser: Browser) -> None:
    assert browser.client.get(f"{BASE}/").status_code == 404
    assert browser.client.post(f"{APP}/views/open_deals/copy").status_code == 404
    assert browser.client.post(f"{APP}/new/views", data={"title": "X", "form": "visit"}).status_code == 404
    assert designer.post(f"{APP}/new/views", data={"title": "X", "form": "none"}).status_code == 404
    assert designer.post(f"{APP}/views/none/copy").status_code == 404


def test_a_draft_of_any_shape_gets_a_page_that_says_why(designer: FlaskClient, alice: User) -> None:

    for own in ({"kind": 5}, {"kind": "list", "limits": [1]}, {"kind": "list", "sort": {}}, {"roles": "a"}):
        document = {
            "$schema": "urn:formwright:view:1",
            "key": "open_deals",
            "title": "V",
            "form": "opportunity",
        }
        with transaction():
            drafts.save_draft(alice, "followup", "view", "open_deals", {**document, **own})
        assert designer.get(f"{BASE}/").status_code == 422, own
        assert designer.get(LIST).status_code == 200, own


@pytest.mark.parametrize("field", ["filter", "limits", "columns", "sort", "colour", "end_field", "picture"])
def test_what_a_look_holds_is_stored_and_read_back(field: str) -> None:
    values: dict[str, Any] = {"filter": '{"required":["a"]}', "limits": '{"a":1}', "columns": ("a", "b")}
    look = Look(**{field: values.get(field, "a")})

    assert of_document(look.document()) == look
    assert unescape(json.dumps(look.document()))
