"""What telling many people costs: what is the same for all of them is read once."""

from runtime.accounts.models import Department, UserRole
from runtime.db import transaction
from tests.automations.conftest import APP_DOCUMENT, MESSAGE, Sales, publish, rule, saved
from tests.conftest import Queries, make_user

BELOW = [
    {"form": form, "actions": ["create", "read", "update"], "scope": "department_below"}
    for form in ("visit", "task")
]


def test_the_tree_of_departments_is_read_once_however_many_are_told(sales: Sales, queries: Queries) -> None:
    publish("app", "sales", {**APP_DOCUMENT, "roles": [{"key": "seller", "title": "S", "grants": BELOW}]})
    publish("message", "due", {**MESSAGE, "body": dict.fromkeys(("en", "zh"), "{{ visit.name }}")})
    with transaction() as session:
        session.add(Department(id=1, name="All", path="/1/"))
    for number in range(3):
        user = make_user(f"Seller{number}", department_id=1)
        with transaction() as session:
            session.add(UserRole(user_id=user.id, app="sales", role="seller"))
    sales.automate(
        rule("tell", saved("task"), {"type": "notify", "message": "due", "to": [{"role": "seller"}]})
    )
    sales.save("task", title="Call", by=sales.user, visit=sales.save("visit", name="Acme", by=sales.user))
    queries.clear()

    sales.work()

    trees = [each for each in queries.statements if "SELECT departments.id, departments.path" in each]
    parts = [each for each in queries.statements if "departments.path LIKE" in each]
    assert (len(trees), parts) == (1, [])
