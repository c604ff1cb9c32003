"""Documents parsed into frozen objects, and the order of what follows from what."""

import pytest
from flask import Flask

from runtime.definitions import dependencies, documents
from runtime.definitions.dependencies import RingError
from runtime.definitions.documents import Form
from runtime.definitions.layout import Section
from tests.builder.factory import field, form, rule


def parsed(document: dict[str, object]) -> Form:
    return documents.parse_form(
        document, app="shop", definition_id=1, version_id=2, number=3, table_name="shop_x", zone="UTC"
    )


FIELDS = {
    "name": field("text", title={"en": "Name", "zh": "名称"}),
    "about": field("heading"),
    "total": field("formula", formula="net * 2"),
    "net": field("number", {"default": 5}),
    "customer": field("reference", form="customer", fill={"phone": "phone"}, offer={"required": ["name"]}),
    "phone": field("phone", initial='"+8613800138000"'),
    "grade": field("lookup", through="customer", field="grade"),
}


def test_a_form_knows_its_fields_in_order_with_title_default_and_required() -> None:
    found = parsed(form("order", FIELDS, ("name",)))
    assert list(found.fields) == list(FIELDS)
    assert (found.key, found.definition_id, found.version_id, found.number) == ("order", 1, 2, 3)
    assert found.fields["name"].title == {"en": "Name", "zh": "名称"}
    assert (found.fields["name"].required, found.fields["net"].required) == (True, False)
    assert (found.fields["net"].default, found.fields["net"].title) == (5, "net")


def test_formulas_initial_values_and_offers_are_read_once() -> None:
    found = parsed(form("order", FIELDS))
    assert found.formulas["total"].text == "net * 2"
    assert set(found.initials) == {"phone"}
    assert found.offers["customer"].holds({"name": "x"})


def test_computed_fields_come_after_what_they_are_made_from() -> None:
    assert parsed(form("order", FIELDS)).computed_order == ("total", "phone", "grade")
    chain = {"c": field("formula", formula="b"), "b": field("formula", formula="a"), "a": field("number")}
    assert parsed(form("chain", chain)).computed_order == ("b", "c")


def test_a_ring_of_computed_fields_is_named() -> None:
    ring = {"a": field("formula", formula="b"), "b": field("formula", formula="a")}
    with pytest.raises(RingError) as caught:
        parsed(form("ring", ring))
    assert caught.value.ring == ("a", "b", "a")


def test_the_order_puts_sources_first_and_keeps_the_rest() -> None:
    graph = {"a": frozenset("bc"), "b": frozenset("d")}
    assert dependencies.order(graph, "ae") == ["d", "b", "c", "a", "e"]


def _keys(section: Section) -> list[list[str]]:
    return [[cell.field for cell in row] for row in section.rows]


def test_fields_that_are_not_placed_stand_at_the_end_of_the_last_section() -> None:
    layout = [{"section": "A", "rows": [["name"]]}, {"section": "B", "rows": [["net", "total"]]}]
    sections = parsed(form("order", FIELDS, layout=layout)).layout
    assert _keys(sections[0]) == [["name"]]
    assert _keys(sections[1]) == [["net", "total"], ["about"], ["customer"], ["phone"], ["grade"]]


def test_without_a_layout_every_field_has_its_row() -> None:
    (section,) = parsed(form("order", FIELDS)).layout
    assert _keys(section) == [[key] for key in FIELDS]


def test_a_list_shows_the_first_stored_fields_newest_first() -> None:
    found = parsed(form("order", FIELDS))
    assert (found.list_columns, found.sort) == (("name", "total", "net", "customer", "phone"), "-id")


def test_a_text_in_set_is_a_formula_and_anything_else_a_constant() -> None:
    (found,) = parsed(form("order", FIELDS, rules=[rule("r", {}, set={"name": "phone", "net": 4})])).rules
    assert found.set["name"].text == "phone"
    assert (found.set["net"], found.hidden_value) == (4, "clear")


def test_an_app_without_settings_speaks_english_in_utc() -> None:
    found = documents.parse_app({"key": "shop", "title": "Shop"}, definition_id=1, version_id=1, number=1)
    assert (found.zone, found.default_locale, found.languages, dict(found.roles)) == (
        "UTC",
        "en",
        ("en",),
        {},
    )


def test_an_automation_runs_as_who_started_it_unless_said_otherwise(app: Flask) -> None:
    document = {"key": "a", "title": "A", "trigger": {"type": "record_saved", "form": "order"}, "actions": []}
    found = documents.parse_automation(document, app="shop", definition_id=1, version_id=1, number=1)
    assert (found.form, found.run_as, found.when) == ("order", "starter", None)


def test_around_a_section_is_its_tab() -> None:
    layout = [{"key": "visit", "tab": "money", "rows": [["name"]]}]
    tabs = [{"key": "money", "title": "Money"}]
    found = parsed(form("thing", {"name": field("text")}, layout=layout, tabs=tabs))
    assert found.around("section/visit") == ["tab/money"]
    assert found.around("name") == ["section/visit", "tab/money"]
    assert found.around("tab/money") == []
