"""A part of a message that only those get who may see what decides about it, as it goes out."""

from sqlalchemy import select

from runtime.accounts.models import User, UserRole
from runtime.db import db, transaction
from runtime.notifications.models import Delivery
from tests.automations.conftest import APP_DOCUMENT, MESSAGE, TASK, Sales, publish, rule, saved
from tests.conftest import make_user

MANY = {"required": ["number"], "properties": {"number": {"type": "number", "minimum": 10}}}
FEW = {"not": MANY}
READ = [{"form": "task", "actions": ["read"], "scope": "all"}]
TEXT = "{% if record.is.many %}Many{% endif %}{% if record.is.few %}Few{% endif %}."


def someone(role: str) -> User:
    user = make_user(role.title())
    with transaction() as session:
        session.add(UserRole(user_id=user.id, app="sales", role=role))
    return user


def test_a_part_is_for_those_who_see_what_decides_about_it(sales: Sales) -> None:
    roles = [{"key": key, "title": key, "grants": READ} for key in ("boss", "clerk")]
    hidden = {
        "number": {
            "type": "integer",
            "fw": {**TASK["properties"]["number"]["fw"], "access": {"clerk": "hidden"}},
        }
    }
    publish("app", "sales", {**APP_DOCUMENT, "roles": [*APP_DOCUMENT["roles"], *roles]})
    publish("form", "task", {**TASK, "properties": {**TASK["properties"], **hidden}})
    conditions = [{"key": "many", "when": MANY}, {"key": "few", "when": FEW}]
    texts = dict.fromkeys(("en", "zh"), TEXT)
    publish("message", "due", {**MESSAGE, "body": texts, "conditions": conditions})
    boss, clerk = someone("boss"), someone("clerk")
    to = [{"role": "boss"}, {"role": "clerk"}]
    sales.automate(rule("tell", saved("task"), {"type": "notify", "message": "due", "to": to}))

    sales.save("task", title="Call", number=12)
    sales.work()

    told = {each.user_id: each.body for each in db.session.scalars(select(Delivery))}
    assert told == {boss.id: "Many.", clerk.id: "."}
