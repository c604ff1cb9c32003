"""The pages about rules of one form, and what they post."""

import json
from html import unescape
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from runtime.db import db
from runtime.definitions.models import Definition, Draft
from tests.support.world import World

VISIT = "/apps/followup/forms/visit/design"


def draft(world: World, key: str = "visit") -> Any:
    """The draft of a form, by its own designer page first, which makes one."""
    assert world.browsers["dora"].get(f"/apps/followup/forms/{key}/design/rules").status_code == 200
    with world.app.app_context():
        own = select(Draft.document).join(Definition, Definition.id == Draft.definition_id)
        return db.session.scalar(own.where(Definition.key == key))


def rules(world: World) -> dict[str, Any]:
    return {rule["key"]: rule for rule in draft(world)["fw"]["rules"]}


def command(world: World, name: str, args: Any, *, tab: str = "rules", **controls: str) -> TestResponse:
    """Post a command as the page's forms do."""
    data = {"do": json.dumps({"name": name, "args": args}), "tab": tab, "rev": "9999", **controls}
    return world.browsers["dora"].post(f"{VISIT}/commands", data=data, follow_redirects=True)


def condition(
    world: World, name: str, args: Any, *, into: str = "when", sight: str = "own:visit", **controls: Any
) -> TestResponse:
    """Post the lines of a condition as its editor does."""
    data = {
        "do": json.dumps({"name": name, "args": args}),
        "into": into,
        "sight": sight,
        "place": "here",
        "tab": "rules",
        "rev": "9999",
        "c.mode": "all",
        **{name.replace("__", "."): value for name, value in controls.items()},
    }
    return world.browsers["dora"].post(f"{VISIT}/condition", data=data, follow_redirects=True)


def formula(world: World, name: str, args: Any, text: str, **controls: str) -> TestResponse:
    """Post a formula as its editor does."""
    data = {
        "do": json.dumps({"name": name, "args": args}),
        "scope": "form:visit",
        "text": text,
        "place": "here",
        "tab": "rules",
        "rev": "9999",
        **controls,
    }
    return world.browsers["dora"].post(f"{VISIT}/formula", data=data, follow_redirects=True)


def page(world: World, who: str = "dora", **query: str) -> str:
    answer = world.browsers[who].get(f"{VISIT}/rules", query_string=query)
    assert answer.status_code == 200
    return unescape(answer.text)
