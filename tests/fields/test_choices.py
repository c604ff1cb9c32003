"""Several choices, and choices in a tree."""

import pytest

from runtime.fields import FieldError
from tests.fields.support import CHINESE, READER, example_field, field_of, parse, refusal, show
from tests.support.effort import calls

SEVERAL = example_field("multi_choice")
TREE = example_field("tree_choice")


@pytest.mark.parametrize(
    "raw, value",
    [
        (["", "visit", "mail"], ["mail", "visit"]),
        ("by phone, MAIL", ["mail", "phone"]),
        ("mail；visit", ["mail", "visit"]),
        (["", ""], None),
    ],
)
def test_boxes_and_one_text_name_the_same_values_in_their_order(raw: str | list[str], value: object) -> None:
    assert parse(SEVERAL, raw) == value


def test_several_values_are_read_as_each_language_lists_them() -> None:
    assert show(SEVERAL, ["mail", "phone"]) == "mail, By phone"
    assert show(SEVERAL, ["mail", "phone"], CHINESE) == "mail、电话"


def test_a_value_that_is_no_longer_offered_is_still_shown() -> None:
    assert show(SEVERAL, ["fax"]) == "fax"
    assert refusal(SEVERAL, ["", "fax"]) == "enum"


def test_a_thousand_boxes_are_not_looked_at() -> None:
    assert refusal(SEVERAL, ["mail"] * 501) == "maxItems"


@pytest.mark.parametrize(
    "raw, value",
    [
        (["hardware", "pumps"], ["hardware", "pumps"]),
        (["hardware", ""], ["hardware"]),
        (["service", "pumps"], ["service"]),
        (["", ""], None),
        ("pumps", ["hardware", "pumps"]),
        ("Hardware > 泵", ["hardware", "pumps"]),
    ],
)
def test_a_way_through_a_tree_ends_where_the_levels_stop_to_fit(raw: str | list[str], value: object) -> None:
    assert parse(TREE, raw) == value


def test_each_level_offers_what_lies_below_the_one_before() -> None:
    def offered(raw: str | list[str]) -> list[tuple[str, list[str]]]:
        return [(chosen, [key for key, _ in keys]) for chosen, keys in TREE.type.steps(TREE, raw, READER)]

    assert offered("") == [("", ["hardware", "service"])]
    assert offered(["hardware", ""]) == [("hardware", ["hardware", "service"]), ("", ["pumps", "valves"])]
    assert offered(["service", "pumps"]) == [("service", ["hardware", "service"])]


def test_an_api_that_sends_the_last_key_or_an_old_way_gets_the_whole_way() -> None:
    assert TREE.type.normalise(["pumps"], TREE) == ["hardware", "pumps"]
    assert TREE.type.normalise(["service", "pumps"], TREE) == ["hardware", "pumps"]


def test_where_only_ends_can_be_chosen_a_level_in_between_asks_for_the_next() -> None:
    options = {**TREE.options, "only_ends": True}
    field = field_of("tree_choice", dict(TREE.schema), **{k: v for k, v in options.items() if k != "type"})
    field.type.check(["service"], field)
    with pytest.raises(FieldError, match="deeper"):
        field.type.check(["hardware"], field)


@pytest.mark.parametrize(
    "parents", [{"a": "b", "b": "a"}, {"a": "a"}, {"a": "gone"}, {f"l{n}": f"l{n - 1}" for n in range(1, 9)}]
)
def test_a_ring_and_a_bottomless_tree_are_refused(parents: dict[str, str]) -> None:
    values = sorted({"a", "b", *(f"l{n}" for n in range(9))})
    field = field_of("tree_choice", {"enum": values}, parents=parents)
    with pytest.raises(FieldError, match="tree"):
        field.type.check_options(field)
    assert field.type.choices(field, READER)  # and it can still be drawn


def test_an_option_that_moved_is_shown_where_it_lies_now_and_one_that_is_gone_stays_to_be_seen() -> None:
    gone = field_of("tree_choice", {"enum": ["hardware", "service"]})
    raw = gone.type.to_raw(["hardware", "pumps"], gone, READER)
    assert TREE.type.to_raw(["service", "pumps"], TREE, READER) == ["hardware", "pumps"]
    assert raw == ["hardware", "pumps"]
    assert gone.type.steps(gone, raw, READER)[1] == ("pumps", [("pumps", "pumps")])
    assert refusal(gone, raw) == "enum"


def test_a_top_option_that_is_gone_stays_to_be_seen() -> None:
    gone = field_of("tree_choice", {"enum": ["service"]})
    assert gone.type.steps(gone, ["hardware"], READER) == [
        ("hardware", [("service", "service"), ("hardware", "hardware")])
    ]
    assert refusal(gone, "hardware") == "enum"


@pytest.mark.parametrize("label", ["Oil, gas", "Oil / gas", "Oil>gas、coal"])
def test_a_label_with_what_separates_others_is_read_back(label: str) -> None:
    enum, labels = {"enum": ["fuel", "oil", "crude"]}, {"fuel": label, "oil": "Oil", "crude": "Crude, raw"}
    tree = field_of("tree_choice", enum, labels=labels, parents={"crude": "fuel"})
    assert parse(field_of("multi_choice", enum, labels=labels), label) == ["fuel"]
    assert parse(tree, label) == ["fuel"]
    assert " / " in label or parse(tree, show(tree, ["fuel", "crude"])) == ["fuel", "crude"]


def test_boxes_stand_as_the_options_do() -> None:
    assert SEVERAL.type.to_raw(["phone", "mail"], SEVERAL, READER) == ["mail", "phone"]


def test_a_tree_of_ten_times_the_options_is_ten_times_the_work() -> None:
    def judged_and_read(options: int) -> None:
        values = [f"v{number}" for number in range(options)]
        parents = {
            key: values[place // 8 * 8 + place % 8 - 1] for place, key in enumerate(values) if place % 8
        }
        field = field_of("tree_choice", {"enum": values}, parents=parents)
        field.type.check_options(field)
        assert refusal(field, "x" * 200) == "enum"

    assert calls(lambda: judged_and_read(1000)) <= 15 * calls(lambda: judged_and_read(100))
