"""Going somewhere by its name: what one may read, and nothing of the rest."""

import re

import pytest
from flask import Flask

from runtime.accounts.models import User
from tests.forms.followup import FOLLOWUP, Browser, followup, make, seller, sign_in, sqlite_template

__all__ = ["followup", "seller", "sqlite_template"]


@pytest.fixture
def browser(app: Flask, seller: User) -> Browser:
    return Browser(sign_in(app.test_client(), seller))


def found(page: str) -> list[str]:
    """Where the results lead, in order."""
    return re.findall(r'<li><a href="([^"]+)"', page[page.index('id="go-found"') :])


def test_given_a_name_when_somebody_goes_there_then_forms_new_records_and_records_are_offered(
    browser: Browser,
) -> None:
    one = make("customer", {"name": "华新电子"})
    assert found(browser.open("/go?q=custom").text) == [f"{FOLLOWUP}/customer/", f"{FOLLOWUP}/customer/new"]
    assert found(browser.open("/go?q=hxdz&app=followup").text) == [f"{FOLLOWUP}/customer/{one}/"]
    assert "/profile" in found(browser.open("/go").text)


def test_given_a_page_of_an_app_when_htmx_asks_then_its_records_are_searched_and_the_list_comes_alone(
    browser: Browser,
) -> None:
    one = make("customer", {"name": "Acme"})
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://localhost{FOLLOWUP}/visit/?q=x"}
    answer = browser.client.get("/go?q=acme", headers=headers)
    assert found(answer.text) == [f"{FOLLOWUP}/customer/{one}/"]
    assert "<html" not in answer.text


def test_given_somebody_without_rights_when_he_looks_then_he_learns_of_nothing(
    app: Flask, seller: User, charlie: User
) -> None:
    make("customer", {"name": "Acme"})
    client = sign_in(app.test_client(), charlie)
    for query in (
        "",
        "?q=acme&app=followup",
        "?q=custom",
        "?q=users",
        "?q=%00&app=nothing",
        "?q=" + "x" * 9000,
    ):
        page = client.get("/go" + query)
        assert page.status_code == 200
        assert not [each for each in found(page.text) if each.startswith(("/apps", "/admin"))]
