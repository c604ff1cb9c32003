"""Two designers change the same thing: the later one sees both values and chooses, also without JavaScript."""

import json
import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from builder import drafts
from runtime.db import db
from tests.builder.factory import APP, field, form, install
from tests.builder.factory import app as app_document
from tests.conftest import make_user
from tests.forms.followup import sign_in

FIRST = 0
DESIGN = f"/apps/{APP}/forms/bill/design"


@pytest.fixture
def people(app: Flask) -> tuple[FlaskClient, FlaskClient]:
    """The browsers of two designers, who look at the same revision of a form."""
    app.config["WTF_CSRF_ENABLED"] = False
    name = field("text", title={"en": "Name", "zh": "名称"}, help={"en": "Which?", "zh": "哪个？"})
    install(form("bill", {"name": name, "more": field("text")}), app=app_document(languages=["en", "zh"]))
    dora, lee = (make_user(name, is_designer=True) for name in ("Dora", "Lee"))
    return sign_in(app.test_client(), dora), sign_in(app.test_client(), lee)


def set_help(browser: FlaskClient, **texts: str) -> TestResponse:
    """Ask for other texts under the question, from the page of the first revision."""
    asked = {"name": "field.set", "args": {"field": "name", "path": ["fw", "help"], "value": texts}}
    told = {"do": json.dumps(asked), "rev": str(FIRST), "tab": "fields", "sel": "field/name"}
    return browser.post(f"{DESIGN}/commands", data=told)


def stored() -> Any:
    """The texts under the question."""
    db.session.rollback()
    db.session.expire_all()
    document: Any = drafts.read_draft(APP, "form", "bill").document
    return document["properties"]["name"]["fw"]["help"]


def inputs(page: str) -> list[tuple[str, str, bool]]:
    """The inputs of the choice: name, value, and whether it would be posted as it is."""
    box = page[page.index("data-clash") :]
    found = re.findall(r"<input[^>]*>", box[: box.index("</section>")])
    told = [(re.search(' name="([^"]*)"', one), re.search(' value="([^"]*)"', one), one) for one in found]
    return [
        (unescape(name[1]), unescape(value[1]) if value else "", "radio" not in one or " checked" in one)
        for name, value, one in told
        if name
    ]


def test_the_later_one_sees_both_values_and_may_use_his(people: tuple[FlaskClient, FlaskClient]) -> None:
    dora, lee = people
    assert set_help(lee, en="Theirs").status_code == 303

    answer = set_help(dora, en="Mine")

    assert answer.status_code == 409
    assert stored() == {"en": "Theirs"}
    for words in ("Lee changed this meanwhile", "<td>Theirs</td><td>Mine</td>", "Keep theirs"):
        assert words in answer.text
    data = [(name, value) for name, value, posted in inputs(answer.text) if posted]
    assert dora.post(f"{DESIGN}/commands", data=dict(data)).status_code == 303
    assert stored() == {"en": "Mine"}


def test_of_several_values_each_is_chosen(people: tuple[FlaskClient, FlaskClient]) -> None:
    dora, lee = people
    set_help(lee, en="Theirs", zh="他们的")

    answer = set_help(dora, en="Mine", zh="我的")

    asked = inputs(answer.text)
    data = {name: value for name, value, posted in asked if posted}
    english, chinese = sorted(name for name in data if name.startswith("mine."))
    assert dora.post(f"{DESIGN}/commands", data={**data, chinese: ""}).status_code == 303
    assert stored() == {"en": "Mine", "zh": "他们的"}
    data["rev"] = str(drafts.read_draft(APP, "form", "bill").revision)
    dora.post(f"{DESIGN}/commands", data={**data, english: "", chinese: ""})
    assert stored() == {"en": "Mine", "zh": "他们的"}


def test_a_value_that_one_of_them_took_away_is_shown_beside_the_other(
    people: tuple[FlaskClient, FlaskClient],
) -> None:
    dora, lee = people
    gone = {"name": "field.set", "args": {"field": "name", "path": ["fw", "help"], "remove": True}}
    lee.post(f"{DESIGN}/commands", data={"do": json.dumps(gone), "rev": str(FIRST), "tab": "fields"})

    answer = set_help(dora, en="Mine")

    assert answer.status_code == 409
    assert "<td>–</td><td>Mine</td>" in answer.text
    data = {name: value for name, value, posted in inputs(answer.text) if posted}
    assert dora.post(f"{DESIGN}/commands", data=data).status_code == 303
    assert stored() == {"en": "Mine"}


def test_what_can_no_longer_be_done_is_told(people: tuple[FlaskClient, FlaskClient]) -> None:
    dora, lee = people
    gone = {"name": "field.delete", "args": {"field": "name"}}
    lee.post(f"{DESIGN}/commands", data={"do": json.dumps(gone), "rev": str(FIRST)})

    answer = set_help(dora, en="Mine")

    assert answer.status_code == 303
    assert "Lee changed this meanwhile" in dora.get(answer.location).text


def test_a_field_that_was_changed_meanwhile_is_deleted_all_the_same_when_chosen(
    people: tuple[FlaskClient, FlaskClient],
) -> None:
    dora, lee = people
    set_help(lee, en="Theirs")
    gone = {"do": json.dumps({"name": "field.delete", "args": {"field": "name"}}), "rev": str(FIRST)}

    answer = dora.post(f"{DESIGN}/commands", data=gone)

    assert answer.status_code == 409 and "Deleted" in answer.text
    data = {name: value for name, value, posted in inputs(answer.text) if posted}
    assert dora.post(f"{DESIGN}/commands", data=data).status_code == 303
    document: Any = drafts.read_draft(APP, "form", "bill").document
    assert list(document["properties"]) == ["more"]
