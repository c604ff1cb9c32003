"""What a reference in a column of a sub-table offers and fills, as its panel edits it."""

import json
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from builder.commands import Target
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.errors import Invalid
from runtime.records import store
from runtime.records.sources import Actor
from tests.builder.commands.support import Desk
from tests.builder.factory import field, form, install
from tests.builder.test_repairs import judged
from tests.support.world import World, world_on

QUOTE = Target("form", "quote")
OF_COUNTRY = {
    "required": ["country"],
    "properties": {"country": {"type": "number", "const": {"fact": "record.country"}}},
}


def forms() -> list[dict[str, Any]]:
    """A quote to a country, whose lines name products that are sold there."""
    columns = {
        "product": field("reference", form="product", title="Product"),
        "price": field("number", {"type": "number"}, title="Price"),
        "remark": field("text", {"type": "string"}, title="Remark"),
    }
    quote = {
        "name": field("text", {"type": "string"}, title="Name"),
        "country": field("reference", form="country", title="Country"),
        "lines": field(
            "sub_table", {"type": "array", "items": {"type": "object", "properties": columns}}, title="Lines"
        ),
    }
    product = {
        "name": field("text", {"type": "string"}, title="Name"),
        "country": field("reference", form="country", title="Country"),
        "price": field("number", {"type": "number"}, title="List price"),
    }
    return [
        form("quote", quote, title_field="name"),
        form("product", product, title_field="name"),
        form("country", {"name": field("text", {"type": "string"})}, title_field="name"),
    ]


def column(desk: Desk) -> Any:
    return desk.get(*QUOTE)["properties"]["lines"]["items"]["properties"]["product"]["fw"]


def test_a_column_offers_what_fits_its_record_and_fills_columns_of_its_row() -> None:
    desk = Desk(*forms())

    desk.do(*QUOTE, "reference.offer", {"field": "lines.product", "offer": OF_COUNTRY})
    desk.do(*QUOTE, "reference.fill", {"field": "lines.product", "target": "lines.price"})

    assert column(desk)["offer"] == OF_COUNTRY
    assert column(desk)["fill"] == {"price": "price"}
    assert not judged(desk, QUOTE)
    desk.do(*QUOTE, "reference.fill", {"field": "lines.product", "target": "lines.price", "source": ""})
    desk.do(*QUOTE, "reference.offer", {"field": "lines.product", "offer": {}})
    assert not {"offer", "fill"} & column(desk).keys()


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("reference.offer", {"field": "lines.price", "offer": OF_COUNTRY}, "no_reference"),
        ("reference.offer", {"field": "lines.gone", "offer": OF_COUNTRY}, "unknown"),
        (
            "reference.offer",
            {
                "field": "lines.product",
                "offer": {"properties": {"name": {"const": {"fact": "record.price"}}}},
            },
            "unknown_fact",
        ),
        ("reference.fill", {"field": "lines.product", "target": "name"}, "unknown"),
        ("reference.fill", {"field": "country", "target": "lines.remark"}, "unknown"),
        ("reference.fill", {"field": "lines.product", "target": "lines.gone"}, "unknown"),
        (
            "reference.fill",
            {"field": "lines.product", "target": "lines.price", "source": "name"},
            "wrong_type",
        ),
    ],
)
def test_what_a_column_cannot_offer_or_fill_is_refused(name: str, arguments: Any, code: str) -> None:
    desk = Desk(*forms())

    with pytest.raises(Invalid) as refused:
        desk.do(*QUOTE, name, arguments)

    assert refused.value.problems[0].code == code


@pytest.fixture(scope="module")
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The three forms in force, with products of two countries and a quote to one of them."""
    with world_on("sqlite", request, tmp_path_factory.mktemp("columns"), WTF_CSRF_ENABLED=False) as opened:
        with opened.app.app_context():
            install(*forms())
            actor = Actor(None, "sample", trusted=True)
            with transaction():
                made = {
                    name: store.save(actor, lookup.form("shop", "country"), {"name": name}).id
                    for name in ("Norway", "Chile")
                }
                for name, country in (("Fish", "Norway"), ("Skis", "Norway"), ("Wine", "Chile")):
                    values = {"name": name, "country": made[country], "price": 5}
                    store.save(actor, lookup.form("shop", "product"), values)
                store.save(actor, lookup.form("shop", "quote"), {"name": "Q1", "country": made["Norway"]})
        yield opened


def panel(world: World) -> str:
    address = "/apps/shop/forms/quote/design/fields?sel=field/lines.product&pane=properties"
    answer = world.browsers["anna"].get(address)
    assert answer.status_code == 200
    return unescape(answer.text)


def test_the_panel_of_a_column_suggests_counts_and_fills(shop: World) -> None:
    # given
    assert "Only where Country is this record's Country" in panel(shop)

    # when
    for name, arguments in (
        ("reference.offer", {"field": "lines.product", "offer": OF_COUNTRY}),
        ("reference.fill", {"field": "lines.product", "target": "lines.price"}),
    ):
        sent = {"do": json.dumps({"name": name, "args": arguments}), "tab": "fields", "rev": "9999"}
        answer = shop.browsers["anna"].post("/apps/shop/forms/quote/design/commands", data=sent)
        assert answer.status_code in (200, 303), answer.text[:300]

    # then
    shown = panel(shop)
    assert "2 of 3 records for Q1" in shown
    assert 'id="fill-lines-price"' in shown
