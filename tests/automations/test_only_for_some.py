"""A part of a message that only those get who may see what decides about it, as it goes out."""

from typing import Any

from sqlalchemy import select

from runtime.accounts.models import User, UserRole
from runtime.db import db, transaction
from runtime.notifications.models import Delivery
from tests.automations.conftest import APP_DOCUMENT, MESSAGE, TASK, Sales, publish, rule, saved
from tests.conftest import make_user

MANY = {"required": ["number"], "properties": {"number": {"type": "number", "minimum": 10}}}
READ = [{"form": "task", "actions": ["read"], "scope": "all"}]


def someone(role: str) -> User:
    user = make_user(role.title())
    with transaction() as session:
        session.add(UserRole(user_id=user.id, app="sales", role=role))
    return user


def told(sales: Sales, hidden: str, condition: dict[str, Any], **values: Any) -> dict[str, str]:
    """What a boss and a clerk, from whom the field is hidden, get where a part is for the condition and one for its
    opposite.
    """
    roles = [{"key": key, "title": key, "grants": READ} for key in ("boss", "clerk")]
    publish("app", "sales", {**APP_DOCUMENT, "roles": [*APP_DOCUMENT["roles"], *roles]})
    field = TASK["properties"][hidden]
    properties = {hidden: {**field, "fw": {**field["fw"], "access": {"clerk": "hidden"}}}}
    publish("form", "task", {**TASK, "properties": {**TASK["properties"], **properties}})
    conditions = [{"key": "so", "when": condition}, {"key": "other", "when": {"not": condition}}]
    texts = dict.fromkeys(
        ("en", "zh"), "{% if record.is.so %}So{% endif %}{% if record.is.other %}Other{% endif %}."
    )
    publish("message", "due", {**MESSAGE, "body": texts, "conditions": conditions})
    people = {someone(role).id: role for role in ("boss", "clerk")}
    to = [{"role": "boss"}, {"role": "clerk"}]
    sales.automate(rule("tell", saved("task"), {"type": "notify", "message": "due", "to": to}))
    sales.save("task", title="Call", **values)
    sales.work()
    return {people[each.user_id]: each.body for each in db.session.scalars(select(Delivery))}


def test_a_part_is_for_those_who_see_what_decides_about_it(sales: Sales) -> None:
    assert told(sales, "number", MANY, number=12) == {"boss": "So.", "clerk": "."}


def test_who_does_not_see_the_owner_gets_no_part_that_tells_him(sales: Sales) -> None:
    mine = {"required": ["owner_id"], "properties": {"owner_id": {"const": sales.user_id}}}
    assert told(sales, "owner", mine, owner=sales.user_id) == {"boss": "So.", "clerk": "."}


def test_who_does_not_see_the_owner_gets_no_part_that_tells_his_department(sales: Sales) -> None:
    theirs = {"required": ["department_id"], "properties": {"department_id": {"const": 4711}}}
    assert told(sales, "owner", theirs, owner=sales.user_id) == {"boss": "Other.", "clerk": "."}
