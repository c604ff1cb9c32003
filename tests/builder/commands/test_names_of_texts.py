"""Names that a text of a message makes itself (`assign`, `for`): followed by renames, found by *Where used*."""

from typing import Any

import pytest

from builder import where_used
from builder.commands._names import in_liquid, renaming
from runtime.notifications import liquid_check
from runtime.text import localized
from tests.builder.commands.support import Desk, speaking
from tests.builder.factory import context, field, form, message

COLUMNS = {"price": field("number", {"type": "number"}), "kind": field("text", {"type": "string"})}
DEAL = form(
    "deal",
    {
        "name": field("text", {"type": "string"}),
        "customer": field("reference", form="customer"),
        "lines": field("sub_table", {"type": "array", "items": {"type": "object", "properties": COLUMNS}}),
    },
    title_field="name",
)
CUSTOMER = form("customer", {"phone": field("text", {"type": "string"})})
phone_is_tel = renaming("phone", "tel")


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("{% assign c = customer %}{{ c.phone }}", "{% assign c = customer %}{{ c.tel }}"),
        (
            "{% assign c = customer %}{% assign d = c %}{{ d.phone | upcase }}",
            "{% assign c = customer %}{% assign d = c %}{{ d.tel | upcase }}",
        ),
        (
            "{% assign phone = customer.phone %}{{ phone }}",
            "{% assign phone = customer.tel %}{{ phone }}",
        ),
        ("{% assign c = name %}{{ c.phone }}", "{% assign c = name %}{{ c.phone }}"),
        (
            "{% assign c = customer | upcase %}{{ c.phone }}",
            "{% assign c = customer | upcase %}{{ c.phone }}",
        ),
        (
            "{{ c.phone }}{% assign c = customer %}{% if c.phone %}{{c.phone}}{% endif %}",
            "{{ c.phone }}{% assign c = customer %}{% if c.tel %}{{c.tel}}{% endif %}",
        ),
    ],
)
def test_another_key_reaches_what_is_read_through_a_name_of_the_text(text: str, after: str) -> None:
    assert in_liquid(text, renaming("gone", "x"), ("customer",), phone_is_tel) == after


def test_another_key_of_a_field_is_followed_through_the_values_of_the_record() -> None:
    text = "{% assign v = record.values %}{{ v.name }}{{ record.values.name }}{{ name }}"
    renamed = "{% assign v = record.values %}{{ v.title }}{{ record.values.title }}{{ title }}"
    assert in_liquid(text, renaming("name", "title")) == renamed


def test_another_key_of_a_column_is_followed_into_loops() -> None:
    # given
    text = "{% for line in lines %}{{ line.price }}{{ forloop.index }}{% endfor %}{{ line.price }}"
    desk = Desk(DEAL, CUSTOMER, message("told", text, on="deal"))

    # when
    desk.do("form", "deal", "field.rename", {"field": "lines.price", "key": "cost"})

    # then
    assert desk.get("message", "told")["body"] == {"en": text.replace("line.price", "line.cost", 1)}


def uses(of: str, text: str) -> list[Any]:
    documents = context(DEAL, CUSTOMER, message("told", text, on="deal"))

    home, find = "customer" if of == "phone" else "deal", where_used.of_field
    if "." in of:
        find = where_used.of_column
    with speaking():
        found = find(documents, home, of, lambda title: localized(title, "en"))
    return [use.key for use in found if use.kind == "message"]


@pytest.mark.parametrize(
    ("of", "text"),
    [
        ("phone", "{% assign c = customer %}{{ c.phone }}"),
        ("name", "{% assign v = record.values %}{{ v.name }}"),
        ("name", "{{ record.values.name }}"),
        ("lines.price", "{% for line in lines %}{{ line.price }}{% endfor %}"),
        ("lines", "{% for line in lines %}{{ line.price }}{% endfor %}"),
    ],
)
def test_what_a_text_reads_through_its_own_names_is_found(of: str, text: str) -> None:
    assert uses(of, text) == ["told"]
    assert uses(of, text.replace(of.rpartition(".")[2], "other")) == []


def test_an_unknown_name_behind_one_of_the_text_is_a_problem() -> None:
    known = frozenset(("customer", "customer.phone"))
    text = "{% assign c = customer %}{{ c.phone }}\n{{ c.fone }}"
    [fault] = liquid_check.faults(text, known, as_markdown=False)
    assert (fault.code, fault.line, fault.detail) == ("unknown_variable", 2, "c.fone")
