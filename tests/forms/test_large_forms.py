"""A form of 500 fields and 200 rules is opened, evaluated and saved within a second each."""

from collections.abc import Callable
from time import perf_counter

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from runtime.accounts.models import User
from runtime.definitions import lookup
from tests.builder.factory import APP, field, form, install, rule
from tests.forms.followup import sign_in

FIELDS, RULES, SECONDS = 500, 200, 1.0
FORM = f"/apps/{APP}/forms/bill"


def best_of_two(ask: Callable[[int], TestResponse], status: int) -> float:
    """The shorter of two times, as another process may have the machine."""
    found = []
    for number in range(2):
        began = perf_counter()
        answer = ask(number)
        found.append(perf_counter() - began)
        assert answer.status_code == status, answer.text[:500]
    return min(found)


@pytest.mark.timeout(60)
def test_a_form_of_500_fields_and_200_rules_is_quick(app: Flask, alice: User) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    keys = [f"f{number}" for number in range(FIELDS)]
    rules = [
        rule(f"r{number}", {"properties": {keys[number]: {"const": "x"}}, "required": [keys[number]]},
             show=[keys[number + RULES]])
        for number in range(RULES)
    ]  # fmt: skip
    install(form("bill", {key: field("text") for key in keys}, rules=rules))
    assert len(lookup.form(APP, "bill").fields) == FIELDS
    browser = sign_in(app.test_client(), alice)
    values = {key: "x" if number < RULES else "y" for number, key in enumerate(keys)}

    assert best_of_two(lambda _n: browser.get(f"{FORM}/new"), 200) <= SECONDS
    assert best_of_two(lambda _n: browser.post(f"{FORM}/eval", data={**values, "_once": "e"}), 200) <= SECONDS
    saved = best_of_two(lambda n: browser.post(f"{FORM}/new", data={**values, "_once": f"s{n}"}), 303)
    assert saved <= SECONDS
