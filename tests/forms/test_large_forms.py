"""A form of five times the fields and rules is no more than five times the work, and a bit."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from runtime.accounts.models import User
from tests.builder.factory import APP, field, form, install, rule
from tests.forms.followup import sign_in
from tests.support.effort import calls

MOST = 6


def large(fields: int, rules: int) -> tuple[str, dict[str, str]]:
    """The address of a form of so many fields, of which `rules` show another, and values that show them all."""
    keys = [f"f{number}" for number in range(fields)]
    shown = [
        rule(f"r{number}", {"properties": {keys[number]: {"const": "x"}}, "required": [keys[number]]},
             show=[keys[number + rules]])
        for number in range(rules)
    ]  # fmt: skip
    name = f"bill{fields}"
    install(form(name, {key: field("text") for key in keys}, rules=shown))
    values = {key: "x" if number < rules else "y" for number, key in enumerate(keys)}
    return f"/apps/{APP}/forms/{name}", values


def efforts(browser: FlaskClient, path: str, values: dict[str, str]) -> list[int]:
    """The calls for opening, evaluating and saving the form, once it is known."""

    def asked(address: str, once: str, status: int) -> None:
        data = {**values, "_once": once}
        answer = browser.post(address, data=data) if once else browser.get(address)
        assert answer.status_code == status, answer.text[:500]

    found = []
    for address, status in ((f"{path}/new", 200), (f"{path}/eval", 200), (f"{path}/new", 303)):
        once = "" if not found else "first"
        asked(address, once, status)
        found.append(calls(lambda: asked(address, once and "second", status)))  # noqa: B023
    return found


@pytest.mark.timeout(60)
def test_a_form_of_500_fields_and_200_rules_is_five_times_the_work_of_100_and_40(
    app: Flask, alice: User
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    small, huge = large(100, 40), large(500, 200)
    browser = sign_in(app.test_client(), alice)
    less, more = efforts(browser, *small), efforts(browser, *huge)
    assert [few * MOST >= many for few, many in zip(less, more, strict=True)] == [True] * 3, (less, more)
