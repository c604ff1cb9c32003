"""Going somewhere by its name: what one may read, and nothing of the rest."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from builder import drafts, publish
from runtime import access, going
from runtime.accounts.models import User, UserRole
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.forms.lists.models import ListView
from runtime.records import query
from tests.conftest import Queries
from tests.forms.followup import FOLLOWUP, Browser, followup, make, make_all, seller, sign_in, sqlite_template

__all__ = ["followup", "seller", "sqlite_template"]

DESIGN = f"{FOLLOWUP}/customer/design/fields"


@pytest.fixture
def browser(app: Flask, seller: User) -> Browser:
    return Browser(sign_in(app.test_client(), seller))


def found(page: str) -> list[str]:
    """Where the results lead, in order."""
    return [
        unescape(each) for each in re.findall(r'<li><a [^>]*href="([^"]+)"', page[page.index('id="found"') :])
    ]


def options(client: FlaskClient, sought: str, at: str) -> dict[str, str]:
    """What the dialog offers on a page: names by addresses."""
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://localhost{at}"}
    text = client.get("/go", query_string={"q": sought}, headers=headers).text
    assert "<html" not in text
    each = re.findall(r'<a [^>]*role="option".*? href="([^"]+)".*?</svg><span>(.*?)</span>', text)
    return {unescape(url): unescape(name) for url, name in each}


def test_given_a_name_when_somebody_goes_there_then_forms_new_records_and_records_are_offered(
    browser: Browser,
) -> None:
    one = make("customer", {"name": "华新电子"})
    assert found(browser.open("/go?q=custom").text) == [f"{FOLLOWUP}/customer/", f"{FOLLOWUP}/customer/new"]
    assert found(browser.open(f"/go?q=hxdz&at={FOLLOWUP}/visit/").text) == [f"{FOLLOWUP}/customer/{one}/"]
    (number,) = re.findall(r"C-\d+-0001", browser.open(f"{FOLLOWUP}/customer/").text)[:1]
    assert found(browser.open(f"/go?q={number}&at={FOLLOWUP}/visit/").text) == [f"{FOLLOWUP}/customer/{one}/"]
    assert "/profile" in found(browser.open("/go").text)


def test_given_a_page_of_an_app_when_the_dialog_asks_then_its_records_come_those_of_the_page_first(
    browser: Browser, seller: User
) -> None:
    one = make("customer", {"name": "Acme"})
    visit = {"customer": one, "content": "Acme wants ten", "result": "interested", "owner": seller.id}
    others = make_all("visit", [visit])
    urls = list(options(browser.client, "acme", f"{FOLLOWUP}/visit/?q=x"))
    assert urls == [f"{FOLLOWUP}/visit/{others[0]}/", f"{FOLLOWUP}/customer/{one}/"]
    assert options(browser.client, "acme", "/inbox/") == {}


def test_given_a_name_that_the_app_shares_then_what_is_called_so_itself_comes_first(browser: Browser) -> None:
    names = list(options(browser.client, "follow", "/").values())
    assert names.index("Follow-up") < names.index("New: Follow-up") < names.index("Customer")


def test_given_views_when_their_names_are_typed_then_own_and_shared_ones_are_offered_to_whom_they_are_for(
    app: Flask, browser: Browser, seller: User, charlie: User
) -> None:
    form = lookup.form("followup", "customer")
    with transaction() as session:
        session.add(ListView(user_id=seller.id, form_id=form.definition_id, title="Mine of old", look={}))
        session.add(ListView(user_id=charlie.id, form_id=form.definition_id, title="Mine of his", look={}))
        session.add(UserRole(user_id=charlie.id, app="followup", role="viewer"))
    share("boss_view", "Mine of all", [])
    share("sales_view", "Mine of sales", ["sales"])

    own = list(options(browser.client, "mine of", "/").values())
    other = list(options(sign_in(app.test_client(), charlie), "mine of", "/").values())

    assert own == ["Mine of old", "Mine of all", "Mine of sales"]
    assert "Mine of old" not in other
    assert "Mine of sales" not in other
    (url,) = options(browser.client, "mine of sales", "/")
    assert browser.open(url).status_code == 200


def share(key: str, title: str, roles: list[str]) -> None:
    """A published view of the list of customers."""
    named = {"key": key, "title": title, "form": "customer", "kind": "list"}
    document = {"$schema": "urn:formwright:view:1", **named, **({"roles": roles} if roles else {})}
    with transaction():
        drafts.save_draft(None, "followup", "view", key, document)
        publish.publish(None, "followup", "view", key)


def test_given_a_designer_when_he_designs_then_screens_of_the_app_and_fields_of_the_form_are_offered(
    app: Flask, browser: Browser, seller: User
) -> None:
    assert options(browser.client, "customer rules", DESIGN) == {}
    assert options(browser.client, "phone", DESIGN) == {}
    with transaction():
        db.session.get_one(User, seller.id).is_designer = True

    screens, fields = (
        options(browser.client, "customer rules", DESIGN),
        options(browser.client, "phone", DESIGN),
    )

    assert f"{FOLLOWUP}/customer/design/rules" in screens
    assert f"{FOLLOWUP}/customer/design/fields?sel=field/phone" in fields
    for url in (*screens, *fields):
        assert browser.open(url).status_code == 200
    assert options(browser.client, "customer rules", f"{FOLLOWUP}/customer/") == {}
    assert options(browser.client, "customer rules", "/apps/nothing/forms/customer/design/") == {}


def test_given_somebody_without_rights_when_he_looks_then_he_learns_of_nothing(
    app: Flask, seller: User, charlie: User
) -> None:
    make("customer", {"name": "Acme"})
    client = sign_in(app.test_client(), charlie)
    for sought in ("", "acme", "custom", "users", "design", "\x00", "x" * 9000):
        for at in (f"{FOLLOWUP}/customer/", DESIGN, "http://[", "//", "/apps"):
            page = client.get("/go", query_string={"q": sought, "at": at})
            assert page.status_code == 200
            assert not [each for each in found(page.text) if each.startswith(("/apps", "/admin"))]
            assert not options(client, sought or "acme", at).keys() - {"/", "/inbox/", "/drafts", "/profile"}


def test_given_a_hidden_field_when_its_text_is_sought_then_nothing_is_found_by_it(
    monkeypatch: pytest.MonkeyPatch, browser: Browser, seller: User
) -> None:
    one = make("customer", {"name": "Acme", "phone": "13800001234"})
    form = lookup.form("followup", "customer")
    assert [each.id for each in query.glance(seller, form, "13800001234", 5)] == [one]
    rights = access.fields(seller, form)
    monkeypatch.setattr(access, "fields", lambda _user, _form: type(rights)(hidden=frozenset({"phone"})))
    assert query.glance(seller, form, "13800001234", 5) == []
    assert [each.id for each in query.glance(seller, form, "acme", 5)] == [one]
    monkeypatch.setattr(query, "NEWEST", 1)
    make("customer", {"name": "Newer"})
    assert query.glance(seller, form, "acme", 5) == []


def test_given_many_records_when_a_name_is_sought_then_few_are_offered_in_few_statements(
    browser: Browser, queries: Queries
) -> None:
    make_all("customer", [{"name": f"Acme {number}"} for number in range(30)])
    options(browser.client, "acme", f"{FOLLOWUP}/customer/")
    queries.clear()
    assert len(options(browser.client, "acme", f"{FOLLOWUP}/customer/")) == going.RECORDS
    # Three of each of five forms: the state of its index, whether very many fit, and the records. Beside them the
    # session, what is in force, the roles and all views of the person's own.
    assert queries.count <= 3 * going.MOST_FORMS + 4, queries.statements
