"""A form that is opened to the public, and what people without an account do with it."""

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from runtime.db import db
from runtime.definitions import lookup
from runtime.records.tables import table
from tests.builder.factory import APP, field, form
from tests.support.world import World

DESIGN = f"/apps/{APP}/forms/survey/design"
CANARY = "Zwitscherkanarie"
CUSTOMER = form("customer", {"name": field("text")}, title_field="name")
SURVEY = form(
    "survey",
    {
        "number": field("serial", pattern="S-{n:4}"),
        "name": field("text", title="Your name"),
        "mail": field("email", title="E-mail"),
        "seats": field("number", title="Seats"),
        "price": field("formula", formula="seats * 10", result="number", title="Price"),
        "customer": field("reference", form="customer", title="Customer"),
        "boss": field("member", title="Boss"),
        "photo": field("image", title="Photo"),
        "signed": field("signature", title="Signed"),
        "papers": field("file", {"maxItems": 3}, title="Papers", kinds=["pdf"], max_size=1),
        "hush": field("file", title="Hush", access={"r": "hidden"}),
        "secret": field("text", title="Secret", access={"r": "hidden"}),
        "guests": field(
            "sub_table",
            {"type": "array", "items": {"type": "object", "properties": {"who": field("text")}}},
            title="Guests",
        ),
    },
    ("name", "customer"),
    title_field="name",
    unique=[["mail"]],
    layout=[
        {"section": "You", "rows": [["number"], ["name"], ["mail"], ["boss"], ["secret"]]},
        {
            "section": "Your visit",
            "rows": [
                ["seats"],
                ["price"],
                ["customer"],
                ["photo"],
                ["signed"],
                ["papers"],
                ["hush"],
                ["guests"],
            ],
        },
    ],
)
ROLE = {"key": "r", "title": "R", "grants": [{"form": "survey", "actions": ["read"], "scope": "all"}]}
LATER = timedelta(seconds=5)


def opened(world: World) -> str:
    assert world.browsers["dora"].post(f"{DESIGN}/public/open").status_code == 303
    page = world.browsers["dora"].get(f"{DESIGN}/public").text
    found = re.search(r'id="public-link" value="[^"]*?(/f/[^"]+)"', page)
    assert found
    return found[1]


def settings(world: World, **typed: str) -> TestResponse:
    return world.browsers["dora"].post(f"{DESIGN}/public/settings", data=typed)


def guest(world: World) -> FlaskClient:
    """A browser of somebody who has no account, at an address of his own."""
    found = world.app.test_client()
    guest.number = getattr(guest, "number", 0) + 1  # type: ignore[attr-defined]
    host = f"10.{guest.number // 250}.{guest.number % 250}.7"  # type: ignore[attr-defined]
    found.environ_base["REMOTE_ADDR"] = host
    return found


def hidden(page: str) -> dict[str, str]:
    """What the page of the form sends along."""
    found = re.findall(r'<input type="hidden" name="(_\w+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


def send(browser: FlaskClient, address: str, **typed: Any) -> TestResponse:
    """Open the form, take the time that people take, and send it."""
    with time_machine.travel(datetime.now(UTC) - LATER):
        page = browser.get(address)
    assert page.status_code == 200
    return browser.post(address, data={**hidden(page.text), **typed})


def stored(world: World) -> list[dict[str, Any]]:
    with world.app.app_context():
        own = table(lookup.form(APP, "survey"))
        return [dict(row._mapping) for row in db.session.execute(select(own).order_by(own.c.id))]
