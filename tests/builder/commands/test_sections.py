"""Sections and tabs are added, named, moved, wrapped and deleted."""

import pytest

from runtime.definitions.layout import parse_layout
from tests.builder.commands.support import Desk, check_layout, rows, sections
from tests.builder.factory import field, form

FIELDS = {key: field("text", title=key.upper()) for key in "abc"}
LAYOUT = [{"key": "one", "section": "One", "rows": [["a"], ["b"]]}, {"key": "two", "rows": [["c"]]}]
TABS = [{"key": "left", "title": "Left"}, {"key": "right", "title": "Right"}]
TABBED = [
    {"key": "one", "tab": "left", "rows": [["a"]]},
    {"key": "two", "tab": "left", "rows": [["b"]]},
    {"key": "three", "tab": "right", "rows": [["c"]]},
]


@pytest.fixture
def desk() -> Desk:
    return Desk(form("order", FIELDS, layout=LAYOUT))


@pytest.fixture
def tabbed() -> Desk:
    return Desk(form("order", FIELDS, layout=TABBED, tabs=TABS))


def tabs(desk: Desk) -> list[str]:
    return [tab["key"] for tab in desk.form()["fw"].get("tabs", ())]


def of_tabs(desk: Desk) -> list[tuple[str, str]]:
    return [(section["key"], section["tab"]) for section in desk.form()["fw"]["layout"]]


def test_a_layout_without_keys_gets_them_by_its_order() -> None:
    desk = Desk(form("order", FIELDS, layout=[{"rows": [["a"]]}, {"section": "B", "rows": [["b"]]}]))
    document = desk.order("section.title", section="section_2", locale="zh", text="乙")
    assert sections(document) == ["section_1", "section_2"]
    assert document["fw"]["layout"][1]["section"] == {"en": "B", "zh": "乙"}
    check_layout(document)


def test_a_section_is_added_behind_another_or_at_the_end(desk: Desk) -> None:
    desk.order("section.add", title="Three", locale="en")
    assert sections(desk.form()) == ["one", "two", "section_1"]
    assert desk.words == "Added the section Three, 3 of 3"
    document = desk.order("section.add", after="one")
    assert sections(document) == ["one", "section_2", "two", "section_1"]
    assert document["fw"]["layout"][1]["section"]["en"] == "Section 4"
    assert desk.done.select == "section/section_2"


def test_a_section_loses_its_title_with_its_last_language(desk: Desk) -> None:
    assert (
        "section" not in desk.order("section.title", section="one", locale="en", text="")["fw"]["layout"][0]
    )
    assert desk.words == "The section is now called Section 1"


def test_a_section_moves_and_stays_at_the_edge(desk: Desk) -> None:
    assert sections(desk.order("section.move", section="one", by=1)) == ["two", "one"]
    assert sections(desk.order("section.move", section="one", by=1)) == ["two", "one"]
    assert sections(desk.order("section.move", section="two", after="one")) == ["one", "two"]
    assert desk.refused("section.move", section="one") == "place"
    assert desk.refused("section.move", section="nowhere", by=1) == "unknown"


def test_the_fields_of_a_deleted_section_go_to_the_one_before(desk: Desk) -> None:
    assert rows(desk.order("section.delete", section="two")) == [["a"], ["b"], ["c"]]
    assert desk.refused("section.delete", section="one") == "last"


def test_the_fields_of_the_first_section_go_to_the_next(desk: Desk) -> None:
    assert rows(desk.order("section.delete", section="one")) == [["a"], ["b"], ["c"]]
    assert desk.done.select == "section/two"


def test_a_row_gets_a_section_of_its_own(desk: Desk) -> None:
    document = desk.order("section.wrap", field="b")
    assert sections(document) == ["one", "section_1", "two"]
    assert rows(document, 1) == [["b"]]
    assert sections(desk.order("section.wrap", field="c"))[-2:] == ["two", "section_2"]


def test_the_first_row_of_a_section_stays_in_front_of_it(desk: Desk) -> None:
    document = desk.order("section.wrap", field="a")
    assert (sections(document), rows(document)) == (["section_1", "one", "two"], [["a"]])


def test_the_first_tab_holds_all_that_was_there(desk: Desk) -> None:
    document = desk.order("tab.add", title="More")
    assert document["fw"]["tabs"] == [
        {"key": "tab_1", "title": {"en": "Tab 1", "zh": document["fw"]["tabs"][0]["title"]["zh"]}},
        {"key": "tab_2", "title": {"en": "More"}},
    ]
    assert of_tabs(desk) == [("one", "tab_1"), ("two", "tab_1"), ("section_1", "tab_2")]
    assert desk.done.select == "tab/tab_2"


def test_a_tab_is_added_behind_another(tabbed: Desk) -> None:
    tabbed.order("tab.add", after="left")
    assert tabs(tabbed) == ["left", "tab_1", "right"]
    assert of_tabs(tabbed)[2] == ("section_1", "tab_1")


def test_a_tab_is_named_in_each_language_and_keeps_one(tabbed: Desk) -> None:
    document = tabbed.order("tab.title", tab="left", locale="zh", text="左")
    assert document["fw"]["tabs"][0]["title"] == {"en": "Left", "zh": "左"}
    tabbed.order("tab.title", tab="left", locale="en", text="")
    assert tabbed.refused("tab.title", tab="left", locale="zh", text=" ") == "required"


def test_a_tab_moves_with_its_sections(tabbed: Desk) -> None:
    tabbed.order("tab.move", tab="right", by=-1)
    assert tabs(tabbed) == ["right", "left"]
    assert of_tabs(tabbed) == [("three", "right"), ("one", "left"), ("two", "left")]
    tabbed.order("tab.move", tab="right", by=-1)
    assert tabs(tabbed) == ["right", "left"]


def test_the_sections_of_a_deleted_tab_go_to_the_one_before(tabbed: Desk) -> None:
    tabbed.order("tab.delete", tab="right")
    assert of_tabs(tabbed) == [("one", "left"), ("two", "left"), ("three", "left")]
    tabbed.order("tab.delete", tab="left")
    assert "tabs" not in tabbed.form()["fw"]
    assert all("tab" not in section for section in tabbed.form()["fw"]["layout"])


def test_a_tab_that_was_just_added_leaves_nothing_behind(tabbed: Desk) -> None:
    tabbed.order("tab.add")
    tabbed.order("tab.delete", tab="tab_1")
    assert of_tabs(tabbed) == [("one", "left"), ("two", "left"), ("three", "right")]


def test_a_section_goes_into_another_tab(tabbed: Desk) -> None:
    tabbed.order("section.move", section="one", tab="right")
    assert of_tabs(tabbed) == [("two", "left"), ("three", "right"), ("one", "right")]
    tabbed.order("section.move", section="three", by=-1)
    assert of_tabs(tabbed)[1] == ("three", "left")
    tabbed.order("section.move", section="three", by=1)
    assert of_tabs(tabbed) == [("two", "left"), ("three", "right"), ("one", "right")]
    tabbed.order("section.move", section="two", after="one")
    assert of_tabs(tabbed) == [("three", "right"), ("one", "right"), ("two", "right")]


def test_a_field_moves_over_the_edge_of_a_tab(tabbed: Desk) -> None:
    tabbed.order("field.move", field="b", by=1)
    assert rows(tabbed.form(), 2) == [["b"], ["c"]]
    check_layout(tabbed.form())


def test_a_section_is_added_to_a_tab(tabbed: Desk) -> None:
    tabbed.order("section.add", tab="left")
    assert of_tabs(tabbed) == [("one", "left"), ("two", "left"), ("section_1", "left"), ("three", "right")]
    assert tabbed.refused("section.add", tab="nowhere") == "unknown"


@pytest.fixture
def bare() -> Desk:
    """A form with a tab that has no section."""
    return Desk(form("order", FIELDS, layout=TABBED[:2], tabs=[*TABS, {"key": "last", "title": "Last"}]))


def test_a_field_moved_into_an_empty_tab_stands_in_a_new_section_of_it(bare: Desk) -> None:
    bare.order("section.delete", section="two")
    bare.order("field.move", field="a", tab="right")
    assert of_tabs(bare) == [("one", "left"), ("section_1", "right")]
    assert rows(bare.form(), 1) == [["a"]]
    assert "section" not in bare.form()["fw"]["layout"][1], "nobody gave it a title"
    check_layout(bare.form())
    bare.order("field.move", field="b", tab="right")
    assert rows(bare.form(), 1) == [["a"], ["b"]]
    assert bare.refused("field.move", field="b", tab="nowhere") == "unknown"


def test_whatever_is_new_in_an_empty_tab_makes_a_section_there(bare: Desk) -> None:
    bare.order("field.add", type="text", title="New", tab="right")
    bare.order("group.save", fields=["a", "b"], title="Pair")
    bare.order("group.add", group="pair", tab="last")
    assert [tab for _key, tab in of_tabs(bare)] == ["left", "left", "right", "last"]
    assert [rows(bare.form(), number) for number in (2, 3)] == [[["new"]], [["a_2"], ["b_2"]]]
    check_layout(bare.form())


@pytest.mark.parametrize("cut", [True, False])
def test_fields_are_pasted_into_an_empty_tab(bare: Desk, cut: bool) -> None:
    bare.order("fields.paste", form="order", fields=["a", "b"], tab="right", cut=cut)
    assert rows(bare.form(), 2) == ([["a"], ["b"]] if cut else [["a_2"], ["b_2"]])
    assert of_tabs(bare)[2][1] == "right"
    check_layout(bare.form())


@pytest.mark.parametrize("off", [False, True])
@pytest.mark.parametrize("published", [False, True])
def test_a_new_section_does_not_get_the_key_of_one_that_a_rule_or_the_version_in_force_names(
    off: bool, published: bool
) -> None:
    hiding = {"key": "r", "when": {}, "then": {"hide": ["section/section_1", "tab/tab_1"]}, "off": off}
    before = [*LAYOUT, {"key": "section_1", "rows": []}]
    in_force = form("order", FIELDS, layout=before, tabs=[{"key": "tab_1", "title": "One"}])
    desk = (
        Desk(form("order", FIELDS, layout=LAYOUT), in_force=(in_force,))
        if published
        else Desk(form("order", FIELDS, layout=LAYOUT, rules=[hiding]))
    )
    assert sections(desk.order("section.add")) == ["one", "two", "section_2"]
    desk.order("tab.add")
    assert tabs(desk) == ["tab_2", "tab_3"]


def test_a_section_without_a_key_gives_way_to_one_that_has_the_key_of_its_place() -> None:
    layout = [{"key": "section_2", "rows": [["a"]]}, {"rows": [["b"]]}]
    document = form("order", FIELDS, layout=layout)
    assert [part.key for part in parse_layout(document["fw"], FIELDS)] == ["section_2", "section_1"]
    assert sections(Desk(document).order("section.title", section="section_1", locale="en", text="B")) == [
        "section_2",
        "section_1",
    ]
