"""The canvas and the palette: the same HTML as in the runtime, every type there is, few bytes."""

import gzip
import json
import re
from decimal import Decimal
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from flask_login import login_user

from builder import drafts
from builder.canvas import canvas
from builder.palette import palette
from builder.routes.designer import studio
from runtime import config
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.fields import FIELD_TYPES
from runtime.forms.pages import Filling, Looks, fields_of
from runtime.i18n import reader
from tests.builder import factory as documents
from tests.builder.factory import APP, field, form, install
from tests.conftest import make_user
from tests.forms.followup import sign_in
from tests.support.effort import calls

STATIC = Path(config.ROOT, "static")


@pytest.fixture
def dora(app: Flask) -> User:
    """A designer."""
    return make_user("Dora", is_designer=True)


@pytest.fixture
def browser(app: Flask, dora: User) -> FlaskClient:
    """The designer's browser."""
    return sign_in(app.test_client(), dora)


def every_type() -> dict[str, Any]:
    """A form with a field of each type."""
    fields: dict[str, Any] = {}
    for name, kind in FIELD_TYPES.items():
        fields[name] = field(name, kind.example_schema, title={"en": name, "zh": f"字段 {name}"}, help="Help")
        fields[name]["fw"] |= kind.example_options
    fields["reference"]["fw"]["form"] = fields["references"]["fw"]["form"] = "other"
    fields["formula"]["fw"]["formula"] = "number + 1"
    fields["lookup"]["fw"].update(through="reference", field="name")
    fields["roll_up"]["fw"] |= {"function": "max", "form": "other", "reference": "whole", "field": "size"}
    return form("all", fields, ("text", "choice"))


def inner(html: str) -> str:
    """The HTML of a field without what tells the script of a form when to ask, and what was picked before."""
    return re.sub(r' data-(static|reads|kind)(="[^"]*")?', "", html).strip()


def drawn_by_runtime(app: Flask, user: User) -> dict[str, str]:
    shown = fields_of(Filling(user, lookup.form(APP, "all"), reader()), Looks(scripted=True))
    macro = app.jinja_env.get_template("fields/field.html").module.field  # type: ignore[attr-defined]
    return {one.key: inner(macro(one)) for section in shown for row in section.rows for one in row}


def test_designer_and_runtime_draw_a_field_with_the_same_html(app: Flask, alice: User) -> None:
    other = {"name": field("text"), "whole": field("reference", form="all"), "size": field("number")}
    install(form("other", other), every_type())
    with app.test_request_context(f"/apps/{APP}/forms/all/design/"):
        login_user(alice)
        g.reader = reader()
        runtime = drawn_by_runtime(app, alice)
        with transaction():
            designed = {cell.key: inner(cell.html) for cell in canvas(studio(APP, "forms", "all")).cells}
    assert designed == runtime
    assert set(designed) == set(FIELD_TYPES)


def test_the_palette_offers_every_type_and_finds_it_in_both_languages(app: Flask, alice: User) -> None:
    install(form("all", {"name": field("text")}))
    with app.test_request_context(f"/apps/{APP}/forms/all/design/"):
        login_user(alice)
        with transaction():
            items = [item for group in palette(studio(APP, "forms", "all")) for item in group.items]
    offered = {item.arguments["type"]: item for item in items if item.name == "field.add"}
    assert set(offered) == set(FIELD_TYPES)
    for word in ("date", "日期", "riqi", "rq"):
        assert word in offered["date"].found


def test_saved_groups_of_the_app_are_offered(app: Flask, alice: User) -> None:
    group = {
        "key": "address",
        "title": {"en": "Address", "zh": "地址"},
        "properties": {"city": field("text")},
    }
    install(form("all", {"name": field("text")}), app=documents.app(field_groups=[group]))
    with app.test_request_context(f"/apps/{APP}/forms/all/design/"):
        login_user(alice)
        with transaction():
            groups = {each.name: each.items for each in palette(studio(APP, "forms", "all"))}
    assert [item.arguments for item in groups["saved"]] == [{"group": "address"}]


def test_a_field_that_cannot_be_drawn_does_not_take_the_canvas_along(browser: FlaskClient) -> None:
    document = form("broken", {"a": field("choice"), "b": field("money", currency=5), "c": field("text")})
    with transaction():
        drafts.save_draft(None, APP, "form", "broken", document)
    answer = browser.get(f"/apps/{APP}/forms/broken/design/")
    assert answer.status_code == 200
    assert 'id="pick-c"' in answer.text


def test_a_form_of_two_hundred_fields_opens_in_sixty_kilobytes(browser: FlaskClient) -> None:
    kinds = ["text", "long_text", "number", "money", "choice", "date", "yes_no", "member"]
    fields = {}
    for number in range(200):
        kind = FIELD_TYPES[kinds[number % len(kinds)]]
        own = {"title": {"en": f"Field {number}", "zh": f"字段 {number}"}, **kind.example_options}
        fields[f"field_{number}"] = field(kind.name, kind.example_schema, **own)
    with transaction():
        drafts.save_draft(None, APP, "form", "big", form("big", fields))
    answer = browser.get(f"/apps/{APP}/forms/big/design/?sel=field/field_7")
    assert answer.status_code == 200
    assert len(gzip.compress(answer.data)) <= 60_000


@pytest.mark.timeout(60)
def test_a_form_of_500_fields_is_five_times_the_work_of_100(browser: FlaskClient) -> None:
    less, more = (opening_and_moving(browser, fields) for fields in (100, 500))
    assert [few * 6 >= many for few, many in zip(less, more, strict=True)] == [True, True], (less, more)


def opening_and_moving(browser: FlaskClient, fields: int) -> list[int]:
    """The calls for opening the designer of a form of so many fields, and for moving one of them."""
    name, moved = f"wide_{fields}", f"field_{fields - 20}"
    address = f"/apps/{APP}/forms/{name}/design"
    with transaction():
        wide = form(name, {f"field_{number}": field("text") for number in range(fields)})
        drafts.save_draft(None, APP, "form", name, wide)

    def opened() -> str:
        answer = browser.get(f"{address}/fields?sel=field/{moved}")
        assert answer.status_code == 200
        return answer.text

    token = re.findall(r'name="csrf_token" value="([^"]+)"', opened())[0]
    revision = count(1)

    def move() -> None:
        do = json.dumps({"name": "field.move", "args": {"field": moved, "by": -1}})
        data = {
            "csrf_token": token,
            "do": do,
            "rev": next(revision),
            "tab": "fields",
            "sel": f"field/{moved}",
        }
        answer = browser.post(f"{address}/commands", data=data, headers={"HX-Request": "true"})
        assert answer.status_code == 200

    move()
    return [calls(opened), calls(move)]


def test_the_scripts_of_the_designer_are_light(browser: FlaskClient) -> None:
    install(form("all", {"name": field("text")}))
    html = browser.get(f"/apps/{APP}/forms/all/design/").text
    pieces = re.findall(r'<script src="/static/([^?"]+)', html)
    scripts = [STATIC / name for piece in pieces for name in piece.split("+")]
    assert len(scripts) >= 12
    assert sum(len(gzip.compress(script.read_bytes())) for script in scripts) <= 70_000


def test_the_canvas_works_without_a_script(browser: FlaskClient) -> None:
    install(form("all", {"name": field("text"), "note": field("text")}))
    address = f"/apps/{APP}/forms/all/design/fields"
    html = browser.get(f"{address}?sel=field/note&ask=move").text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', html)[0]
    assert '<dialog class="ask" id="ask" open' in html
    move = '{"name": "field.move", "args": {"field": "note", "section": "section_1", "row": 0}}'
    values = {"csrf_token": token, "do": move, "rev": "1", "tab": "fields", "sel": "field/note"}
    answer = browser.post(f"/apps/{APP}/forms/all/design/commands", data=values)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{address}?sel=field/note")
    html = browser.get(address).text
    assert html.index('id="pick-note"') < html.index('id="pick-name"')


def test_a_command_that_is_sent_again_after_a_lost_answer_is_done_once(browser: FlaskClient) -> None:
    install(form("all", {"name": field("text")}))
    address = f"/apps/{APP}/forms/all/design"
    token = re.findall(r'name="csrf_token" value="([^"]+)"', browser.get(f"{address}/").text)[0]
    add = {"csrf_token": token, "do": '{"name": "field.add", "args": {"type": "date"}}', "rev": "0"}
    browser.post(f"{address}/commands", data=add)
    browser.post(f"{address}/commands", data={**add, "rev": "1", "since": "0"})
    assert keys() == ["name", "date"]
    undo = {"csrf_token": token, "rev": "1"}
    browser.post(f"{address}/undo", data=undo)
    browser.post(f"{address}/undo", data={**undo, "since": "1"})
    assert keys() == ["name"]


def keys() -> list[str]:
    db.session.rollback()
    return list(drafts.read_draft(APP, "form", "all").document["properties"])


def test_a_field_with_a_bound_that_is_no_whole_number_is_drawn(app: Flask, browser: FlaskClient) -> None:
    weight = field("number", {"minimum": Decimal("0.5")}, title="Weight")
    install(form("parcel", {"weight": weight}))
    page = browser.get(f"/apps/{APP}/forms/parcel/design/")
    assert page.status_code == 200
    assert "Weight" in page.text


def test_the_main_part_of_a_page_that_shows_properties_on_a_phone_is_the_way_back(
    browser: FlaskClient, app: Flask
) -> None:
    install(form("all", {"name": field("text")}))

    page = browser.get(f"/apps/{APP}/forms/all/design/?sel=field/name&pane=properties").text

    main = page[page.index('<main id="main"') : page.index("</main>")]
    assert re.search(r'<main [^>]*>\s*<a class="btn canvas-close"', main)


def offered(page: str, kind: str) -> Any:
    """The command of the palette's item of a field type."""
    told = re.search(r'name="do" value="([^"]*&#34;type&#34;: &#34;' + kind + r'&#34;[^"]*)"', page)
    assert told
    return json.loads(unescape(told[1]))


def test_the_palette_adds_behind_what_is_selected_in_a_sub_table_and_an_empty_tab(
    browser: FlaskClient,
) -> None:
    items = {"type": "object", "properties": {"item": field("text"), "price": field("money")}}
    tabs = [{"key": key, "title": key} for key in ("one", "two")]
    own = {"tabs": tabs, "layout": [{"key": "s", "tab": "one", "rows": [["lines"], ["name"]]}]}
    document = form("all", {"lines": field("sub_table", {"items": items}), "name": field("text")}, **own)
    with transaction():
        drafts.save_draft(None, APP, "form", "all", document)
    base = f"/apps/{APP}/forms/all/design/fields"
    column, tab = (browser.get(f"{base}?sel={sel}").text for sel in ("field/lines.item", "tab/two"))
    assert offered(column, "date") == {
        "name": "column.add",
        "args": {"type": "date", "field": "lines", "at": 1},
    }
    assert offered(column, "signature") == {
        "name": "field.add",
        "args": {"type": "signature", "after": "lines"},
    }
    assert offered(tab, "date") == {"name": "field.add", "args": {"type": "date", "tab": "two"}}
    asked = browser.get(f"{base}?sel=field/name&ask=move").text
    assert "Into the tab “two”" in asked and "Into the tab “one”" not in asked


def test_a_question_about_more_fields_than_an_address_can_name_is_asked(
    app: Flask, browser: FlaskClient
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    fields = {f"a_rather_long_key_of_number_{number}": field("text") for number in range(400)}
    with transaction():
        drafts.save_draft(None, APP, "form", "big", form("big", fields))
    asked = {"ask": "group", "tab": "fields", "sel": "", "fields": ",".join(fields)}
    answer = browser.post(f"/apps/{APP}/forms/big/design/ask", data=asked, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    (told,) = re.findall(r'name="do" value="([^"]*group\.save[^"]*)"', answer.text)
    assert json.loads(unescape(told))["args"]["fields"] == list(fields)


STATES = {
    "en": ("Saving…", "Not saved, trying again", "Offline: {} kept on this device", "Saved"),
    "zh": ("正在保存…", "未保存，正在重试", "离线：{} 项修改保存在本机", "已保存"),
}


@pytest.mark.parametrize("language", STATES)
def test_the_page_tells_the_states_of_saving_in_the_language_of_its_reader(app: Flask, language: str) -> None:
    install(form("all", {"name": field("text")}))
    page = sign_in(app.test_client(), make_user("Lee", is_designer=True, locale=language))
    text = page.get(f"/apps/{APP}/forms/all/design/").text
    saving, retrying, offline, saved = STATES[language]
    for name, told in (("saving", saving), ("retrying", retrying), ("offline", offline)):
        assert f'data-{name}="{told}"' in text
    assert re.search(rf'<span id="saved"[^>]*>.*?</svg> {saved} <time[^>]*>\d\d?:\d\d', text)


def test_only_texts_that_mean_something_half_are_saved_while_they_are_typed(browser: FlaskClient) -> None:
    fields = {"name": field("text"), "due": field("percent"), "kind": field("choice", {"enum": ["a"]})}
    with transaction():
        drafts.save_draft(None, APP, "form", "all", form("all", fields))
    pages = {key: browser.get(f"/apps/{APP}/forms/all/design/?sel=field/{key}").text for key in fields}
    saved = {key: set(re.findall(r'id="([^"]+)"[^>]*? data-idle', page)) for key, page in pages.items()}
    assert {"p-title-en", "p-help-en", "k-maxLength", "k-default"} <= saved["name"]
    assert not {"p-key", "p-pattern"} & saved["name"] and 'id="p-key"' in pages["name"]
    assert "k-default" not in saved["due"] and 'id="k-default"' in pages["due"]
    assert "p-choice-a-en" in saved["kind"]
    assert "p-value-a" not in saved["kind"] and 'id="p-value-a"' in pages["kind"]


def test_a_field_is_copied_and_cut_without_a_script(app: Flask, browser: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    install(form("all", {"a": field("text"), "b": field("text")}), form("other", {"c": field("text")}))
    base = f"/apps/{APP}/forms/{{}}/design".format

    def pasted(into: str, selected: str) -> str:
        """The page after the button “Paste after it” was pressed on a field."""
        page = browser.get(f"{base(into)}/fields?sel=field/{selected}").text
        told = re.search(r'id="tool-paste" name="do" value="([^"]*)"', page)
        assert told
        rev = re.search(r'data-revision="(\d+)"', page)
        sent = {"do": unescape(told[1]), "rev": rev[1] if rev else "", "tab": "fields"}
        return browser.post(f"{base(into)}/commands", data=sent, follow_redirects=True).text

    take = {"clip": "copy", "sel": "field/a"}
    answer = browser.post(f"{base('all')}/clip", data=take, follow_redirects=True)
    assert "Fields copied: 1" in answer.text and "fields.paste" in answer.text
    assert re.findall(r'id="pick-(\w+)"', pasted("all", "b")) == ["a", "b", "a_2"]

    browser.post(f"{base('all')}/clip", data={**take, "clip": "cut"})
    assert re.findall(r'id="pick-(\w+)"', pasted("other", "c")) == ["c", "a"]
    left = browser.get(f"{base('all')}/fields?sel=field/b").text
    assert re.findall(r'id="pick-(\w+)"', left) == ["b", "a_2"]
    assert "fields.paste" not in left, "it is gone from where it was"
    for unfit in ({"sel": "field/nothing"}, {"sel": "section/s"}, {}):
        assert browser.post(f"{base('all')}/clip", data=unfit).status_code == 404
