"""Fields are copied and cut, and pasted in the same form or in another one."""

import pytest
from flask import Flask

from builder import checks
from runtime.errors import Invalid
from tests.builder.commands.support import Desk, check_layout, rows
from tests.builder.factory import context, field, form

BILL = form(
    "bill",
    {
        "price": field("number", {"type": "number"}, title={"en": "Price", "zh": "单价"}),
        "count": field("number", {"type": "number"}, title={"en": "Count", "zh": "数量"}),
        "total": field(
            "formula", title={"en": "Total", "zh": "合计"}, formula="price * count", result="number"
        ),
    },
    ("price",),
)
ORDER = form("order", {key: field("text", title=key.upper()) for key in ("a", "b", "count")}, ("a",))


@pytest.fixture
def desk() -> Desk:
    return Desk(ORDER, BILL)


def test_copies_go_behind_a_field_of_another_form_with_keys_of_their_own(desk: Desk) -> None:
    done = desk.order("fields.paste", form="bill", fields=["total", "count", "price"], after="a")
    assert rows(done, 0) == [["a"], ["price"], ["count_2"], ["total"], ["b"], ["count"]]
    assert done["properties"]["total"]["fw"]["formula"] == "price * count_2"
    assert done["properties"]["price"]["fw"]["title"] == {"en": "Price", "zh": "单价"}
    assert done["required"] == ["a", "price"]
    assert desk.done.select == "field/price"
    assert desk.say == "Pasted 3 fields at position 2 of 6"
    assert list(desk.form("bill")["properties"]) == ["price", "count", "total"]
    check_layout(done)


def test_what_is_cut_is_gone_where_it_was(desk: Desk) -> None:
    done = desk.order("fields.paste", form="bill", fields=["price"], cut=True)
    assert rows(done, 0) == [["a"], ["b"], ["count"], ["price"]]
    assert list(desk.form("bill")["properties"]) == ["count", "total"]
    assert "required" not in desk.form("bill")


def test_what_a_pasted_field_names_and_the_form_has_not_is_a_problem(app: Flask, desk: Desk) -> None:
    done = desk.order("fields.paste", form="bill", fields=["total"])
    faults = checks.run("form", done, context(done, desk.form("bill")))
    assert [("price" in fault.message, fault.path[:2]) for fault in faults] == [
        (True, ("properties", "total"))
    ]


def test_copies_in_the_same_form_are_told_from_what_they_are_copies_of(desk: Desk) -> None:
    done = desk.order("fields.paste", form="order", fields=["a"], after="a")
    assert rows(done, 0) == [["a"], ["a_2"], ["b"], ["count"]]
    assert done["properties"]["a_2"]["fw"]["title"] == {"en": "A (copy)", "zh": "A（副本）"}
    assert done["required"] == ["a", "a_2"]


@pytest.mark.parametrize(
    ("fields", "place", "order"),
    [
        (["a"], {"after": "count"}, ["b", "count", "a"]),
        (["b", "count"], {"after": "count"}, ["a", "b", "count"]),
        (["a", "b"], {"after": "b"}, ["a", "b", "count"]),
        (["count", "a"], {}, ["b", "a", "count"]),
        (["count"], {"after": "a"}, ["a", "count", "b"]),
        (["a"], {"section": "section_1"}, ["b", "count", "a"]),
    ],
)
def test_what_is_cut_in_the_same_form_moves_and_stays_what_it_is(
    desk: Desk, fields: list[str], place: dict[str, str], order: list[str]
) -> None:
    before = desk.form()["properties"]
    done = desk.order("fields.paste", form="order", fields=fields, cut=True, **place)
    assert [key for row in rows(done, 0) for key in row] == order
    assert done["properties"] == before
    check_layout(done)


def test_what_is_cut_and_pasted_where_it_stood_stays_in_its_section() -> None:
    layout = [{"key": "one", "rows": [["a"], ["b"]]}, {"key": "two", "rows": [["x"], ["y"], ["z"]]}]
    desk = Desk(form("order", {key: field("text") for key in "abxyz"}, layout=layout))
    assert rows(desk.order("fields.paste", form="order", fields=["x"], cut=True, after="x"), 1)[0] == ["x"]
    done = desk.order("fields.paste", form="order", fields=["b", "x", "y"], cut=True, after="y")
    assert (rows(done, 0), rows(done, 1)) == ([["a"]], [["b"], ["x"], ["y"], ["z"]])


@pytest.mark.parametrize("name", ["field.copy", "fields.paste"])
def test_a_copy_of_a_converted_field_takes_nothing_over(name: str) -> None:
    new = field("number", {"type": "number"}, title="A", converted_from="old")
    desk = Desk(form("order", {"a": new}))
    which = {"field": "a"} if name == "field.copy" else {"form": "order", "fields": ["a"]}
    done = desk.order(name, **which)
    (copy,) = done["properties"].keys() - {"a"}
    assert "converted_from" not in done["properties"][copy]["fw"]
    assert done["properties"]["a"]["fw"]["converted_from"] == "old"


@pytest.mark.parametrize(
    "arguments",
    [
        {"form": "nowhere", "fields": ["a"]},
        {"form": "bill", "fields": ["a"]},
        {"form": "bill", "fields": ["price"], "after": "z"},
        {"form": "order", "fields": ["a"], "after": "z", "cut": True},
        {"form": "bill", "fields": ["price"], "section": "z"},
    ],
)
def test_what_is_not_there_is_refused(desk: Desk, arguments: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        desk.order("fields.paste", **arguments)
