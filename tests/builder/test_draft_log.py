"""What was done to a draft, by whom and when, for everybody who may design it."""

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from builder import drafts, history
from runtime.db import db
from tests.builder.factory import APP, field, form, install
from tests.conftest import make_user
from tests.forms.followup import sign_in

DESIGN = f"/apps/{APP}/forms/bill/design"


@pytest.fixture
def people(app: Flask) -> tuple[FlaskClient, FlaskClient]:
    """The browsers of two designers of one form."""
    app.config["WTF_CSRF_ENABLED"] = False
    install(form("bill", {"name": field("text", title="Name")}))
    dora, lee = (make_user(name, is_designer=True) for name in ("Dora", "Lee"))
    return sign_in(app.test_client(), dora), sign_in(app.test_client(), lee)


def told(browser: FlaskClient, path: str = "") -> list[str]:
    """The lines of the log as they are read."""
    page = browser.get(f"{DESIGN}/versions{path}")
    assert page.status_code == 200
    found = re.search(r'<ol class="design-log".*?</ol>', page.text, re.DOTALL)
    lines = re.findall(r"<li>(.*?)</li>", found[0], re.DOTALL) if found else []
    return [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in lines]


def add(browser: FlaskClient, title: str) -> None:
    db.session.rollback()
    revision = drafts.read_draft(APP, "form", "bill").revision if told(browser) else 0
    did = {"name": "field.add", "args": {"type": "text", "title": title}}
    assert (
        browser.post(f"{DESIGN}/commands", data={"do": json.dumps(did), "rev": revision}).status_code == 303
    )


def test_the_steps_of_everybody_are_told_with_their_names(people: tuple[FlaskClient, FlaskClient]) -> None:
    # given
    dora, lee = people
    add(dora, "Amount")
    add(lee, "Place")

    # when
    lee.post(f"{DESIGN}/undo", data={"steps": "1", "rev": "2"})

    # then
    place, amount = told(dora)
    assert place.startswith("Added Place undone Lee ·")
    assert amount.startswith("Added Amount Dora ·")


def test_a_long_log_goes_on_at_its_oldest_step(people: tuple[FlaskClient, FlaskClient]) -> None:
    # given
    dora, _lee = people
    for number in range(history.LISTED + 2):
        add(dora, f"Field {number}")

    # when
    page = dora.get(f"{DESIGN}/versions").text
    earlier = re.search(r'id="changes-earlier" href="[^"?]*(\?[^"#]+)', page)

    # then
    assert earlier
    assert [line.split(" Dora")[0] for line in told(dora, earlier[1])] == ["Added Field 1", "Added Field 0"]


@pytest.mark.parametrize("text", ["x", "-1", "9" * 30, "9" * 12, "1;", "٣"])
def test_an_address_that_makes_no_sense_shows_the_newest(
    people: tuple[FlaskClient, FlaskClient], text: str
) -> None:
    add(people[0], "Amount")
    assert len(told(people[0], f"?before={text}")) == 1
