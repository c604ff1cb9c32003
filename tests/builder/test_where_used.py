"""Everything that uses a field, a form, a message or a role is found, in words and with its place."""

from typing import Any

import pytest
from flask import Flask

from builder import where_used
from builder.checks import Context
from runtime.text import localized
from tests.builder.factory import app as app_document
from tests.builder.factory import automation, context, field, form, message, rule, update

CUSTOMER = form("customer", {"name": field("text"), "phone": field("phone"), "owner": field("member")})


def order(**own: Any) -> dict[str, Any]:
    fields = {
        "customer": field("reference", form="customer"),
        "price": field("number", title={"en": "Price"}),
        "note": field("text"),
        "due": field("date"),
    }
    return form("order", {**fields, **own.pop("fields", {})}, **own)


def places(documents: Context, of_form: str, key: str) -> list[tuple[str, str, str]]:
    uses = where_used.of_field(documents, of_form, key, lambda title: localized(title, "en"))
    return [(use.kind, use.key, "/".join(map(str, use.path))) for use in uses]


@pytest.fixture(autouse=True)
def _request(app: Flask) -> Any:
    with app.test_request_context():
        yield


def test_a_field_that_nothing_names_is_used_nowhere() -> None:
    assert places(context(order(layout=[{"rows": [["price"]]}]), CUSTOMER), "order", "price") == []


@pytest.mark.parametrize(
    ("own", "path"),
    [
        ({"title_field": "price"}, "fw/title_field"),
        ({"list": {"columns": ["price"]}}, "fw/list"),
        ({"list": {"sort": "-price"}}, "fw/list"),
        ({"unique": [["note"], ["price", "due"]]}, "fw/unique/1"),
        ({"rules": [rule("r", {}, hide=["price"])]}, "fw/rules/0"),
        ({"rules": [rule("r", {}, set={"note": 'IF(price > 1, "a", "b")'})]}, "fw/rules/0"),
        ({"rules": [rule("r", {"required": ["price"]}, hide=["note"])]}, "fw/rules/0"),
        ({"rules": [rule("r", {}, message={"price": {"text": "No"}})]}, "fw/rules/0"),
        ({"rules": [{**rule("r", {}, set={"note": "price"}), "off": True}]}, "fw/rules/0"),
        ({"checks": [{"key": "c", "formula": "price > 0", "at": "note", "message": "No"}]}, "fw/checks/0"),
        ({"checks": [{"key": "c", "formula": "TRUE", "at": "price", "message": "No"}]}, "fw/checks/0"),
        ({"fields": {"double": field("formula", formula="price * 2")}}, "properties/double"),
        ({"fields": {"double": field("formula", formula="record.price")}}, "properties/double"),
        ({"fields": {"next": field("number", initial="price")}}, "properties/next"),
    ],
)
def test_a_form_uses_its_own_field(own: Any, path: str) -> None:
    assert places(context(order(**own), CUSTOMER), "order", "price") == [("form", "order", path)]


def test_rules_use_sections_and_tabs_whether_they_are_on_or_off() -> None:
    off = {**rule("s", {}, hide=["section/why"]), "off": True}
    documents = context(order(rules=[rule("r", {}, show=["note", "section/why"]), off]))
    uses = where_used.of_part(documents, "order", "section/why", lambda title: localized(title, "en"))
    assert [use.path for use in uses] == [("fw", "rules", 0), ("fw", "rules", 1)]
    assert not where_used.of_part(documents, "order", "tab/why", str)


@pytest.mark.parametrize(
    "fields",
    [
        {"phone": field("lookup", through="customer", field="phone")},
        {"picked": field("reference", form="customer", fill={"note": "phone"})},
        {"picked": field("reference", form="customer", offer={"required": ["phone"]})},
    ],
)
def test_another_form_shows_fills_or_offers_by_the_field(fields: Any) -> None:
    (name,) = fields
    found = places(context(order(fields=fields), CUSTOMER), "customer", "phone")
    assert found == [("form", "order", f"properties/{name}")]


def test_a_fact_of_an_offer_is_a_field_of_the_own_form() -> None:
    offer = {"properties": {"name": {"const": {"fact": "record.note"}}}}
    documents = context(order(fields={"picked": field("reference", form="customer", offer=offer)}), CUSTOMER)
    assert places(documents, "order", "note") == [("form", "order", "properties/picked")]


def test_automations_use_what_starts_them_what_they_read_and_what_they_write() -> None:
    condition = {"properties": {"record": {"required": ["price"]}}}
    documents = context(
        order(),
        CUSTOMER,
        automation("writes", "order", update("customer", phone="record.note"), when=condition),
    )
    assert places(documents, "order", "price") == [("automation", "writes", "when")]
    assert places(documents, "order", "note") == [("automation", "writes", "actions/0")]
    assert places(documents, "customer", "phone") == [("automation", "writes", "actions/0")]


def test_a_message_uses_the_fields_of_its_form() -> None:
    documents = context(order(), CUSTOMER, message("hello", "Pay {{ price }}", on="order"))
    assert {path for _kind, _key, path in places(documents, "order", "price")} == {"subject"}


def test_a_message_uses_a_field_beside_its_record_also_by_its_length() -> None:
    documents = context(order(), CUSTOMER, message("hello", "{{ customer.phone.size }}", on="order"))
    found = places(documents, "customer", "phone")
    assert {path for kind, _key, path in found if kind == "message"} == {"subject"}


def test_recipients_use_member_fields() -> None:
    tell = {"type": "notify", "message": "hello", "to": [{"manager_of": "owner"}]}
    documents = context(CUSTOMER, automation("tells", "customer", tell))
    assert places(documents, "customer", "owner") == [("automation", "tells", "actions/0")]


def test_a_broken_formula_or_condition_uses_nothing_and_breaks_nothing() -> None:
    broken = order(
        fields={"double": field("formula", formula="price *")}, rules=[rule("r", {"bad": 1}, hide=["note"])]
    )
    assert places(context(broken, CUSTOMER), "order", "price") == []


def test_a_use_says_in_words_what_it_is() -> None:
    documents = context(order(title_field="price", rules=[rule("r", {}, hide=["price"])]), CUSTOMER)
    uses = where_used.of_field(documents, "order", "price", lambda title: localized(title, "en"))
    assert [use.words for use in uses] == ["The name of a record of Order", "The rule r of Order"]


def test_forms_messages_and_roles_are_found_where_they_are_named() -> None:
    role = {"key": "sales", "title": "Sales", "grants": [{"form": "customer", "actions": ["read"]}]}
    tell = {"type": "notify", "message": "hello", "to": [{"role": "sales"}]}
    hidden = {"note": field("text", access={"sales": "hidden"})}
    base = context(
        order(fields=hidden), CUSTOMER, message("hello", "Hi"), automation("tells", "customer", tell)
    )
    documents = Context(base.app, {**base.documents, ("app", base.app): app_document(roles=[role])})

    def words(found: list[where_used.Use]) -> set[str]:
        return {use.words for use in found}

    def tell_title(title: Any) -> str:
        return localized(title, "en")

    assert words(where_used.of_definition(documents, "form", "customer", tell_title)) == {
        "The rights of Sales",
        "The field customer of Order",
        "What starts tells",
    }
    assert words(where_used.of_definition(documents, "message", "hello", tell_title)) == {"Step 1 of tells"}
    assert words(where_used.of_definition(documents, "role", "sales", tell_title)) == {
        "Step 1 of tells",
        "The field note of Order",
    }
