"""Rules of the rows of a sub-table in the designer: made, tried with a record and a row, told, found and mended."""

import json
from collections.abc import Iterator
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest

from builder import advice, repairs, rule_uses, where_used
from builder.commands import Target
from builder.problems import place
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.errors import Invalid
from runtime.records import store
from runtime.records.sources import Actor
from runtime.text import localized
from tests.builder.commands.support import Desk, speaking
from tests.builder.factory import app, context, field, form, install, rule
from tests.builder.test_repairs import judged, seen
from tests.support.world import World, world_on

QUOTE = Target("form", "quote")
KINDS = {"goods": {"en": "Goods"}, "hours": {"en": "Hours"}}
YES = {"required": ["urgent"], "properties": {"urgent": {"const": True}}}
OF_RECORD = {"required": ["record"], "properties": {"record": YES}}
HOURS = {"required": ["kind"], "properties": {"kind": {"const": "hours"}}}


def quote(*rules: Any, **own: Any) -> dict[str, Any]:
    """A quote whose rows have a kind, a price and a remark."""
    columns = {
        "kind": field("choice", {"enum": list(KINDS)}, title="Kind", labels=KINDS),
        "price": field("number", {"type": "number"}, title="Price"),
        "remark": field("text", {"type": "string"}, title="Remark"),
    }
    rows = {"type": "object", "properties": columns} | ({"fw": {"rules": list(rules)}} if rules else {})
    fields = {
        "name": field("text", {"type": "string"}, title="Name"),
        "urgent": field("yes_no", {"type": "boolean"}, title="Urgent"),
        "lines": field("sub_table", {"type": "array", "items": rows}, title="Lines"),
    }
    return form("quote", fields, title_field="name", **own)


def of_rows(desk: Desk) -> Any:
    return desk.get(*QUOTE)["properties"]["lines"]["items"].get("fw", {}).get("rules", [])


# commands


def test_a_rule_on_a_column_stands_with_its_rows_and_names_its_fields_as_they_do() -> None:
    desk = Desk(quote())

    desk.do(*QUOTE, "rule.add", {"field": "lines.price", "effect": "show", "when": OF_RECORD})
    desk.do(*QUOTE, "rule.effect", {"rule": "lines.show_price", "effect": "require", "field": "lines.price"})
    desk.do(*QUOTE, "rule.set", {"rule": "lines.show_price", "field": "lines.remark", "value": "record.name"})
    desk.do(*QUOTE, "rule.message", {"rule": "lines.show_price", "field": "lines.kind", "value": "Look"})
    desk.do(*QUOTE, "rule.when", {"rule": "lines.show_price", "when": HOURS})

    [made] = of_rows(desk)
    assert made == {
        "key": "show_price",
        "when": HOURS,
        "then": {
            "show": ["price"],
            "require": ["price"],
            "set": {"remark": "record.name"},
            "message": {"kind": {"text": {"en": "Look"}}},
        },
    }
    assert "rules" not in desk.get(*QUOTE)["fw"]
    assert not judged(desk, QUOTE)


def test_the_last_rule_of_rows_leaves_nothing_behind() -> None:
    desk = Desk(quote(rule("ask", HOURS, require=["price"])))

    desk.do(*QUOTE, "rule.copy", {"rule": "lines.ask"})
    desk.do(*QUOTE, "rule.switch", {"rule": "lines.ask_2", "on": False})
    assert [each.get("off", False) for each in of_rows(desk)] == [False, True]
    for key in ("ask", "ask_2"):
        desk.do(*QUOTE, "rule.delete", {"rule": f"lines.{key}"})

    assert desk.get(*QUOTE) == quote()


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("rule.add", {"field": "lines.gone", "effect": "show", "when": {}}, "unknown"),
        ("rule.add", {"field": "lines.price", "effect": "show", "when": YES}, "unknown_field"),
        ("rule.add", {"field": "name", "effect": "show", "when": HOURS}, "unknown_field"),
        ("rule.add", {"field": "lines.price", "effect": "set", "when": {}, "value": "name"}, "unknown_name"),
        ("rule.effect", {"rule": "lines.ask", "effect": "lock", "field": "name"}, "unfit"),
        ("rule.effect", {"rule": "lines.gone", "effect": "lock", "field": "lines.kind"}, "unknown"),
    ],
)
def test_what_a_row_does_not_see_is_refused(name: str, arguments: Any, code: str) -> None:
    desk = Desk(quote(rule("ask", HOURS, require=["price"])))

    with pytest.raises(Invalid) as refused:
        desk.do(*QUOTE, name, arguments)

    assert refused.value.problems[0].code == code


def test_another_key_of_a_field_reaches_what_rows_read_of_their_record() -> None:
    desk = Desk(quote(rule("ask", OF_RECORD, require=["price"], set={"remark": "record.name & kind"})))

    desk.do(*QUOTE, "field.rename", {"field": "urgent", "key": "hot"})
    desk.do(*QUOTE, "field.rename", {"field": "name", "key": "called"})

    [changed] = of_rows(desk)
    assert changed["when"]["properties"]["record"]["required"] == ["hot"]
    assert changed["then"]["set"] == {"remark": "record.called & kind"}
    assert not judged(desk, QUOTE)


def test_a_problem_of_a_row_leads_to_its_rule_and_can_be_mended() -> None:
    desk = Desk(quote(rule("ask", HOURS, require=["price", "gone"])))
    [problem] = judged(desk, QUOTE)

    assert place("form", desk.get(*QUOTE), problem.path)[1]["sel"] == "rule/lines.ask"
    with speaking():
        repair = repairs.find("form", desk.get(*QUOTE), problem, seen(desk))
    assert repair is not None
    desk.do(*QUOTE, repair.command, repair.arguments)
    assert of_rows(desk)[0]["then"] == {"require": ["price"]} and not judged(desk, QUOTE)


def test_where_a_column_and_a_field_are_used_names_rules_of_rows() -> None:
    desk = Desk(quote(rule("ask", OF_RECORD, require=["price"], set={"remark": "kind"})))
    known = seen(desk)

    def told(key: str) -> list[str]:
        find = where_used.of_column if "." in key else where_used.of_field
        with speaking():
            return [use.words for use in find(known, "quote", key, lambda title: localized(title, "en"))]

    ask = ["The rule ask of the rows of Lines of Quote"]
    assert told("lines.price") == told("lines.kind") == told("lines.remark") == told("urgent") == ask
    assert told("name") == ["The name of a record of Quote"]


def test_the_list_of_rules_says_which_formulas_of_rows_read_what_a_rule_acts_on() -> None:
    # given a column and a rule of rows that read the price of the row and the name of the record
    document = quote(rule("ask", HOURS, require=["price"]), rule("say", HOURS, set={"remark": "record.name"}))
    columns = document["properties"]["lines"]["items"]["properties"]
    columns["total"] = field("formula", formula="price * 2", result="number", title="Total")
    studio: Any = SimpleNamespace(document=document, context=context(document), text=lambda title: title)

    # when
    def entry(key: str, on: str) -> Any:
        return SimpleNamespace(key=key, on={on}, reads=frozenset(), off=False, effects="")

    found = rule_uses.in_form(studio, [entry("lines.ask", "lines.price"), entry("ask_name", "name")])

    # then
    assert found == {"lines.ask": ("Total",), "ask_name": ("Remark",)}


def test_a_rule_of_rows_that_reads_what_some_do_not_see_is_told() -> None:
    document = quote(rule("ask", OF_RECORD, require=["price"]), rule("more", HOURS, lock=["price"]))
    for holder, key in (
        (document["properties"], "urgent"),
        (document["properties"]["lines"]["items"]["properties"], "kind"),
    ):
        holder[key]["fw"]["access"] = {"clerk": "hidden"}

    with speaking():
        found = advice.run("form", document, context(document))

    around = ("properties", "lines", "items", "fw", "rules")
    told = {problem.path for problem in found if problem.code == "hidden_read"}
    assert told == {(*around, 0, "when"), (*around, 1, "when")}


# pages


@pytest.fixture(scope="module")
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two quotes: an urgent one with two rows, and an empty one, the newest."""
    with world_on("sqlite", request, tmp_path_factory.mktemp("rows"), WTF_CSRF_ENABLED=False) as world:
        with world.app.app_context():
            shown = rule("show_price", OF_RECORD, show=["price"])
            needed = rule("need_remark", HOURS, require=["remark"])
            sold = quote(shown, needed)
            columns = sold["properties"]["lines"]["items"]["properties"]
            columns["cost"] = field("number", title="Cost", access={"clerk": "hidden"})
            columns["twice"] = field("formula", formula="price * 2", title="Twice")
            grants = [{"form": "quote", "actions": ["read"], "scope": "all"}]
            install(sold, app=app(roles=[{"key": "clerk", "title": "Clerk", "grants": grants}]))
            with transaction():
                found = lookup.form("shop", "quote")
                rows = [
                    {"kind": "goods", "price": 1, "cost": 4},
                    {"kind": "hours", "remark": "x", "cost": 38},
                ]
                for values in ({"name": "Q1", "urgent": True, "lines": rows}, {"name": "Q2"}):
                    store.save(Actor(None, "sample", trusted=True), found, values)
        yield world


BASE = "/apps/shop/forms/quote/design"


def get(world: World, path: str, **query: str) -> str:
    answer = world.browsers["anna"].get(f"{BASE}/{path}", query_string=query)
    assert answer.status_code == 200
    return unescape(answer.text)


def test_rules_of_rows_are_listed_apart_and_tried_with_each_row(shop: World) -> None:
    text = get(shop, "rules", record="1")

    assert "Rules of the rows of Lines" in text
    assert "applies to rows 1, 2" in text and "applies to row 2" in text
    assert "Show Price" in text and "this record's Urgent" in text
    assert "there are no rows" in get(shop, "rules", record="2")


def test_a_rule_of_rows_is_tried_with_the_chosen_row(shop: World) -> None:
    first = get(shop, "rules", sel="rule/lines.need_remark", record="1")
    assert "Q1, row 1 → does not apply (Kind is Goods)" in first
    assert 'id="rules-row"' in first

    assert "Q1, row 2 → applies" in get(shop, "rules", sel="rule/lines.need_remark", record="1", row="2")
    new = get(shop, "rules", sel="rule/lines.show_price", record="2")
    assert "Q2, a new row → does not apply (this record's Urgent is empty)" in new
    assert "Price: Hidden: it is shown only when this record's Urgent is yes" in new


def test_a_new_rule_of_rows_offers_fields_of_the_row_and_of_the_record_apart(shop: World) -> None:
    text = get(shop, "rules", add="lines")

    assert '<optgroup label="This record">' in text
    assert 'value="lines.price"' in text and 'value="section/' not in text
    assert 'value="record.urgent"' in text and 'value="own:quote.lines"' in text


def test_the_panel_of_a_column_shows_its_rules_and_makes_one_without_javascript(shop: World) -> None:
    text = get(shop, "fields", sel="field/lines.price", pane="properties")
    assert "Show Price when this record's Urgent is yes" in text and 'id="field-rule-lock"' in text

    made = shop.browsers["anna"].post(
        f"{BASE}/condition",
        data={
            "do": json.dumps({"name": "rule.add", "args": {"field": "lines.kind", "effect": "lock"}}),
            "sight": "own:quote.lines",
            "place": "new-lock",
            "tab": "fields",
            "rev": "9999",
            "c.mode": "all",
            "c.0.path": "record.urgent",
            "c.0.op": "is_yes",
        },
        follow_redirects=True,
    )
    assert made.status_code == 200
    assert "Lock Kind when this record's Urgent is yes" in unescape(
        get(shop, "fields", sel="field/lines.kind", pane="properties")
    )


def test_the_preview_says_why_the_columns_of_rows_are_as_they_are(shop: World) -> None:
    text = get(shop, "preview", record="1")

    assert "Price, rows 1, 2 of Lines" in text and "Shown, because this record's Urgent is yes" in text
    assert "Remark, row 2 of Lines" in text and "Required, because Kind is Hours" in text


def test_the_formula_of_a_rule_of_rows_is_tried_with_its_row(shop: World) -> None:
    answer = shop.browsers["anna"].post(
        f"{BASE}/formula/preview",
        data={"scope": "form:quote.lines", "text": "record.name & kind", "place": "x", "record": "1"},
        query_string={"record": "1", "row": "2"},
    )

    assert "Q1, row 2" in unescape(answer.text) and "Q1hours" in answer.text


def previewed(world: World, text: str, scope: str = "form:quote", **query: str) -> str:
    """What the editor says of a formula, tried with the urgent quote."""
    posted = {"scope": scope, "text": text, "place": "x", "record": "1"}
    answer = world.browsers["anna"].post(
        f"{BASE}/formula/preview", data=posted | query, query_string={"record": "1", **query}
    )
    return unescape(answer.text)


def test_a_formula_of_the_form_names_the_columns_of_all_rows(shop: World) -> None:
    assert "Q1 → <output>42</output>" in previewed(shop, "SUM(lines.cost)")
    assert "Q1 → <output>42</output>" in previewed(shop, "SUM(record.lines.cost)")
    assert "Did you mean lines.cost (Lines › Cost)?" in previewed(shop, "SUM(lines.costs)")
    assert "Lines › Cost" in get(shop, "formula/names", scope="form:quote")
    assert "There is no field" in previewed(shop, "SUM(lines.cost)", scope="form:quote.lines")


def test_a_total_of_a_column_is_not_shown_to_whom_the_column_is_hidden(shop: World) -> None:
    for text in ("SUM(lines.cost)", "SUM(record.lines.cost)", "COUNT(lines.cost) + 1"):
        told = previewed(shop, text, role="clerk")
        assert "42" not in told and "<output>" not in told, text
    assert "<output>1</output>" in previewed(shop, "SUM(lines.price)", role="clerk")
    assert "<output>" not in previewed(shop, "cost + 1", scope="form:quote.lines", role="clerk")


def test_the_formula_of_a_column_has_the_editor_of_formulas(shop: World) -> None:
    panel = get(shop, "fields", sel="field/lines.twice", record="1")

    assert 'name="scope" value="form:quote.lines"' in panel and "Q1, row 1 → <output>2</output>" in panel
