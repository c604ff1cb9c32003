"""Fields are added, moved, placed side by side, widened, copied and deleted."""

import pytest

from builder.commands import Target
from runtime.errors import Invalid
from runtime.fields import FIELD_TYPES
from tests.builder.commands.support import Desk, check_layout, rows
from tests.builder.factory import field, form

FIELDS = {key: field("text", title=key.upper()) for key in "abcd"}
LAYOUT = [
    {"key": "one", "section": "One", "rows": [["a", "b"], ["c"]]},
    {"key": "two", "section": "Two", "rows": [["d"]]},
]


@pytest.fixture
def desk() -> Desk:
    return Desk(form("order", FIELDS, ("a",), layout=LAYOUT, title_field="a", list={"columns": ["a", "b"]}))


def both(desk: Desk) -> list[list[object]]:
    return [rows(desk.form(), 0), rows(desk.form(), 1)]


def test_a_field_is_added_at_the_end_and_named_by_its_type_in_both_languages(desk: Desk) -> None:
    schema = desk.order("field.add", type="date")["properties"]["date"]
    assert schema["fw"]["title"] == {"en": "Date", "zh": "日期"}
    assert both(desk)[1] == [["d"], ["date"]]
    assert desk.say == "Date added at position 5 of 5"
    assert desk.done.select == "field/date"


def test_a_field_is_added_where_it_is_asked_for(desk: Desk) -> None:
    desk.order("field.add", type="text", title="E", section="one", row=1)
    desk.order("field.add", type="text", title="F", section="one", row="2", cell="0")
    desk.order("field.add", type="text", title="G", after="a")
    desk.order("field.add", type="text", title="H", beside="d")
    assert both(desk) == [[["a", "b"], ["g"], ["e"], ["f", "c"]], [["d", "h"]]]


def test_the_first_field_of_a_form_makes_its_layout() -> None:
    desk = Desk(form("order", {}))
    document = desk.order("field.add", type="text", title="名称", locale="zh")
    assert document["fw"]["layout"] == [{"key": "section_1", "rows": [["mingcheng"]]}]
    assert document["properties"]["mingcheng"]["fw"]["title"] == {"zh": "名称"}


@pytest.mark.parametrize("kind", FIELD_TYPES)
def test_every_type_can_be_added_and_its_options_are_those_of_its_schema(kind: str) -> None:
    desk = Desk(form("order", FIELDS), form("customer", {"name": field("text"), "phone": field("phone")}))
    desk.order("field.add", type="reference", title="Customer")
    desk.order("field.add", type=kind, title="New")
    check_layout(desk.form())
    assert desk.form()["properties"]["new"]["fw"]["type"] == kind


def test_a_reference_a_look_up_and_a_choice_begin_with_what_the_app_has(desk: Desk) -> None:
    desk = Desk(form("order", {}), form("customer", {"name": field("text"), "phone": field("phone")}))
    fields = {}
    for kind in ("lookup", "reference", "choice", "formula", "serial"):
        fields = desk.order("field.add", type=kind)["properties"]
    assert "through" not in fields["lookup"]["fw"]  # there was no reference then
    assert fields["reference"]["fw"]["form"] == "customer"
    assert len(fields["choice"]["enum"]) == 3
    assert desk.order("field.add", type="lookup")["properties"]["lookup_2"]["fw"]["field"] == "phone"


def test_keys_are_new_and_not_reserved() -> None:
    published = form("order", {"amount": field("number"), "gone": field("text")})
    desk = Desk(form("order", {"amount": field("number")}), in_force=(published,))
    for title in ("Amount", "Gone", "Id", "1st day", "Größe"):
        desk.order("field.add", type="text", title=title)
    assert list(desk.form()["properties"]) == [
        "amount",
        "amount_2",
        "gone_2",
        "id_2",
        "field_1st_day",
        "groe",
    ]


def test_what_cannot_be_added_is_refused(desk: Desk) -> None:
    assert desk.refused("field.add", type="magic") == "unknown"
    assert desk.refused("field.add", type="text", after="nobody") == "unknown"
    assert desk.refused("field.add", type="text", section="nowhere") == "unknown"
    for _ in range(2):
        desk.order("field.add", type="text", beside="a")
    assert desk.refused("field.add", type="text", beside="a") == "full"


def test_a_row_moves_past_rows_and_into_the_next_section(desk: Desk) -> None:
    desk.order("field.move", field="c", by=-1)
    assert both(desk) == [[["c"], ["a", "b"]], [["d"]]]
    desk.order("field.move", field="c", by=1)
    desk.order("field.move", field="c", by=1)
    assert both(desk) == [[["a", "b"]], [["c"], ["d"]]]
    assert desk.say == "C moved to position 3 of 4"


def test_a_field_in_a_shared_row_passes_its_neighbour_and_then_leaves_the_row(desk: Desk) -> None:
    desk.order("field.move", field="a", by="1")
    assert both(desk)[0] == [["b", "a"], ["c"]]
    desk.order("field.move", field="a", by=1)
    assert both(desk)[0] == [["b"], ["a"], ["c"]]


def test_at_the_edge_of_the_form_a_field_stays(desk: Desk) -> None:
    before = both(desk)
    desk.order("field.move", field="d", by=1)
    assert both(desk) == before


def test_a_field_moves_to_a_place_that_is_counted_without_it(desk: Desk) -> None:
    desk.order("field.move", field="c", section="one", row=0)
    assert both(desk) == [[["c"], ["a", "b"]], [["d"]]]
    desk.order("field.move", field="a", section="two", row=0, cell=1)
    assert both(desk) == [[["c"], ["b"]], [["d", "a"]]]
    desk.order("field.move", field="d", after="c")
    assert both(desk) == [[["c"], ["d"], ["b"]], [["a"]]]
    desk.order("field.move", field="d", after="d")
    assert both(desk) == [[["c"], ["d"], ["b"]], [["a"]]]
    assert desk.refused("field.move", field="d", section="one", row=9, cell=0) == "unknown"
    assert desk.refused("field.move", field="d") == "place"


def test_a_field_is_placed_left_or_right_of_another(desk: Desk) -> None:
    desk.order("field.place", field="d", beside="a", side="left")
    assert both(desk) == [[["d", "a", "b"], ["c"]], []]
    assert desk.say == "D is now beside A, in 3 columns"
    desk.order("field.place", field="d", beside="c")
    assert both(desk)[0] == [["a", "b"], ["c", "d"]]
    assert desk.refused("field.place", field="d", beside="d") == "same"


def test_a_width_leaves_the_rest_to_the_others(desk: Desk) -> None:
    desk.order("cell.span", field="a", span=8)
    assert both(desk)[0][0] == [{"field": "a", "span": 8}, "b"]
    desk.order("cell.span", field="b", span="4")
    assert both(desk)[0][0] == [{"field": "a", "span": 8}, {"field": "b", "span": 4}]
    desk.order("cell.span", field="b", span=8)
    assert both(desk)[0][0] == ["a", {"field": "b", "span": 8}]
    assert desk.words == "B takes 8 of 12 columns"


def test_a_row_that_would_be_too_wide_is_shared_evenly(desk: Desk) -> None:
    desk.order("cell.span", field="a", span=8)
    desk.order("cell.span", field="a", span=12)
    assert both(desk)[0][0] == ["a", "b"]
    assert desk.words == "A takes 6 of 12 columns"
    desk.order("cell.span", field="a", span=6)
    assert both(desk)[0][0] == ["a", "b"], "what is so anyway is not written down"


def test_who_comes_or_goes_lets_the_row_be_shared_evenly(desk: Desk) -> None:
    desk.order("cell.span", field="a", span=8)
    desk.order("field.place", field="c", beside="b")
    assert both(desk)[0] == [["a", "b", "c"]]


def test_a_field_that_stands_alone_keeps_its_width_when_it_moves(desk: Desk) -> None:
    desk.order("cell.span", field="c", span=6)
    desk.order("field.move", field="c", by=1)
    assert both(desk)[1] == [[{"field": "c", "span": 6}], ["d"]]


def test_a_copy_has_all_the_properties_and_stands_below(desk: Desk) -> None:
    document = desk.order("field.copy", field="a")
    assert document["properties"]["a_2"]["fw"]["title"]["en"] == "A (copy)"
    assert document["required"] == ["a", "a_2"]
    assert both(desk)[0] == [["a", "b"], ["a_2"], ["c"]]


def test_a_deleted_field_is_gone_from_where_the_form_is_well_without_it() -> None:
    rules = [{"key": "r", "when": {"required": ["a"]}, "then": {"show": ["b"]}}]
    own = {"layout": LAYOUT, "title_field": "a", "list": {"columns": ["a"], "sort": "-a"}, "rules": rules}
    desk = Desk(form("order", FIELDS, ("a",), **own, unique=[["a", "b"], ["c"]]))
    document = desk.order("field.delete", field="a")
    assert "a" not in document["properties"]
    assert document["fw"] == {"layout": [{**LAYOUT[0], "rows": [["b"], ["c"]]}, LAYOUT[1]], "rules": rules,
                              "unique": [["c"]]}  # fmt: skip
    assert "required" not in document
    assert desk.done.select == "field/b"
    assert desk.refused("field.delete", field="a") == "unknown"


def test_several_fields_are_added_moved_and_deleted_together(desk: Desk) -> None:
    asked = [
        {"type": "text", "title": "E"},
        {"type": "choice", "title": "F", "options": ["Yes", "No", "Yes"]},
    ]
    document = desk.order("fields.add", fields=asked, after="c")
    assert both(desk)[0] == [["a", "b"], ["c"], ["e"], ["f"]]
    assert document["properties"]["f"]["enum"] == ["yes", "no"]
    desk.order("fields.move", fields=["f", "e"], by=-1)
    assert both(desk)[0] == [["a", "b"], ["e"], ["f"], ["c"]]
    desk.order("fields.move", fields=["a", "b"], by=-1)
    assert both(desk)[0] == [["a"], ["b"], ["e"], ["f"], ["c"]]
    assert list(desk.order("fields.delete", fields=["a", "b", "e"])["properties"]) == ["c", "d", "f"]
    assert desk.words == "Deleted 3 fields"


def test_a_group_is_saved_in_the_app_and_added_with_free_keys() -> None:
    fields = {"net": field("number", title="Net"), "tax": field("formula", formula="net * 0.2 + record.net")}
    desk = Desk(form("order", fields, layout=[{"key": "one", "rows": [["tax", "net"]]}]))
    desk.order("group.save", fields=["net", "tax"], title="Money")
    (group,) = desk.get("app", "shop")["field_groups"]
    assert (group["key"], list(group["properties"])) == ("money", ["tax", "net"])
    document = desk.order("group.add", group="money", after="net")
    assert rows(document) == [["tax", "net"], ["tax_2"], ["net_2"]]
    assert document["properties"]["tax_2"]["fw"]["formula"] == "net_2 * 0.2 + record.net_2"
    assert desk.refused("group.add", group="nothing") == "unknown"
    assert desk.refused("group.save", fields=["net"], title=" ") == "required"


def test_a_saved_group_is_renamed_in_its_languages() -> None:
    desk = Desk(form("order", FIELDS))
    desk.order("group.save", fields=["a"], title="Money")
    for arguments, code in (
        ({"group": "none", "value": "x"}, "unknown"),
        ({"group": "money", "remove": True}, "required"),
    ):
        with pytest.raises(Invalid) as refused:
            desk.do("app", "shop", "group.title", arguments)
        assert refused.value.problems[0].code == code
    desk.do("app", "shop", "group.title", {"group": "money", "value": {"en": "Cash", "zh": "现金"}})
    (group,) = desk.get("app", "shop")["field_groups"]
    assert (group["key"], group["title"]) == ("money", {"en": "Cash", "zh": "现金"})
    assert desk.words == "Renamed the group Cash"


def test_a_group_takes_no_values_over_and_keeps_what_is_required() -> None:
    taken = field("number", title="Net", converted_from="net_text")
    desk = Desk(form("order", {"net": taken, "tax": field("number")}, required=["net"]))
    desk.order("group.save", fields=["net", "tax"], title="Money")
    (group,) = desk.get("app", "shop")["field_groups"]
    assert "converted_from" not in group["properties"]["net"]["fw"]
    group["properties"]["net"]["fw"]["converted_from"] = "net_text"  # saved by an earlier release
    document = desk.order("group.add", group="money")
    assert "converted_from" not in document["properties"]["net_2"]["fw"]
    assert document["properties"]["net"]["fw"]["converted_from"] == "net_text"
    assert document["required"] == ["net", "net_2"]


def test_a_group_is_refused_where_the_form_would_have_too_many_fields() -> None:
    desk = Desk(form("order", {f"f{number}": field("text") for number in range(499)}))
    desk.order("group.save", fields=["f1", "f2"], title="Two")
    assert desk.refused("group.add", group="two") == "limit"


def test_a_group_has_a_title_in_each_language_and_is_deleted_again() -> None:
    desk = Desk(form("order", {"net": field("number"), "tax": field("number")}))
    desk.order("group.save", fields=["net"], en="Money ", zh="金额")
    desk.order("group.save", fields=["tax"], en="", zh="税")
    first, second = desk.get("app", "shop")["field_groups"]
    assert (first["title"], second["title"]) == ({"en": "Money", "zh": "金额"}, {"zh": "税"})
    assert desk.refused("group.save", fields=["tax"], en=" ", zh="") == "required"
    desk.do("app", "shop", "group.delete", {"group": first["key"]})
    assert desk.words == "Deleted the group Money"
    assert desk.get("app", "shop")["field_groups"] == [second]
    desk.do("app", "shop", "group.delete", {"group": second["key"]})
    assert "field_groups" not in desk.get("app", "shop")
    with pytest.raises(Invalid):
        desk.do("app", "shop", "group.delete", {"group": "money"})


def test_a_command_reads_the_document_without_changing_it(desk: Desk) -> None:
    before = desk.documents[Target("form", "order")]
    desk.order("field.move", field="a", by=1)
    assert rows(before) == [["a", "b"], ["c"]]
