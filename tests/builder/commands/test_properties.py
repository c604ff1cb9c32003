"""Properties of fields, of options and of the form are set, judged by their schemas."""

import pytest

from builder.commands import Done
from tests.builder.commands.support import Desk
from tests.builder.factory import field, form

CHOICE = field("choice", {"enum": ["a", "b"], "default": "a"}, title="Grade", labels={"a": {"en": "Aye"}})


@pytest.fixture
def desk() -> Desk:
    fields = {"name": field("text", {"maxLength": 9}, title="Name"), "grade": CHOICE, "sum": field("number")}
    return Desk(form("order", {**fields, "about": field("heading")}))


def grade(desk: Desk) -> dict[str, object]:
    found: dict[str, object] = desk.form()["properties"]["grade"]
    return found


def test_a_property_is_set_and_removed(desk: Desk) -> None:
    name = desk.order("field.set", field="name", path=["maxLength"], value=20)["properties"]["name"]
    assert name["maxLength"] == 20
    name = desk.order("field.set", field="name", path=["maxLength"], remove=True)["properties"]["name"]
    assert "maxLength" not in name
    assert desk.words == "Changed Longest of Name"


def test_a_control_that_can_only_send_text_sets_a_number_and_empties_it(desk: Desk) -> None:
    name = desk.order("field.set", field="name", path=["maxLength"], value="20")["properties"]["name"]
    assert name["maxLength"] == 20
    name = desk.order("field.set", field="name", path=["maxLength"], value="")["properties"]["name"]
    assert "maxLength" not in name


def test_a_text_takes_part_when_one_language_of_it_is_set(desk: Desk) -> None:
    desk.order("field.set", field="name", path=["fw", "help"], value="Who?")
    name = desk.order("field.set", field="name", path=["fw", "help", "zh"], value="谁？")["properties"][
        "name"
    ]
    assert name["fw"]["help"] == {"en": "Who?", "zh": "谁？"}
    for locale in ("en", "zh"):
        desk.order("field.set", field="name", path=["fw", "help", locale], remove=True)
    assert "help" not in desk.form()["properties"]["name"]["fw"]


def test_a_default_is_read_as_its_field_reads_it(desk: Desk) -> None:
    total = desk.order("field.set", field="sum", path=["default"], value="2.50")["properties"]["sum"]
    assert str(total["default"]) == "2.5"
    assert desk.refused("field.set", field="sum", path=["default"], value="many") == "number"


def test_a_limit_of_a_percentage_is_written_as_its_values_are() -> None:
    desk = Desk(form("order", {"share": field("percent", title="Share")}))
    share = desk.order("field.set", field="share", path=["maximum"], value="100%")["properties"]["share"]
    assert share["maximum"] == 1
    share = desk.order("field.set", field="share", path=["default"], value="12.5")["properties"]["share"]
    assert str(share["default"]) == "0.125"
    assert desk.refused("field.set", field="share", path=["maximum"], value="all") == "number"


@pytest.mark.parametrize(
    "path, value, code",
    [
        (["maxLength"], "many", "type"),
        (["maxLength"], -1, "minimum"),
        (["nothing"], 1, "additionalProperties"),
        (["fw", "nothing"], 1, "additionalProperties"),
        (["fw", "type"], "number", "type"),
        (["fw"], {"type": "number"}, "type"),
        (["maxLength", "more"], 1, "unknown"),
    ],
)
def test_what_the_schema_does_not_know_is_refused(
    desk: Desk, path: list[str], value: object, code: str
) -> None:
    assert desk.refused("field.set", field="name", path=path, value=value) == code


def test_what_was_wrong_before_does_not_keep_from_mending_something_else() -> None:
    desk = Desk(form("order", {"look": field("lookup")}))
    look = desk.order("field.set", field="look", path=["fw", "through"], value="customer")["properties"][
        "look"
    ]
    assert look["fw"] == {"type": "lookup", "through": "customer"}


def test_a_field_is_required_or_not(desk: Desk) -> None:
    assert desk.order("field.required", field="name", on=True)["required"] == ["name"]
    assert desk.order("field.required", field="sum", on="on")["required"] == ["name", "sum"]
    assert desk.order("field.required", field="name")["required"] == ["sum"]
    assert "required" not in desk.order("field.required", field="sum", on="")
    assert desk.refused("field.required", field="about", on=True) == "not_writable"


def test_pasted_lines_become_options(desk: Desk) -> None:
    desk.order(
        "choice.paste", field="grade", lines="Aye\n\n  First  choice \nFirst choice\n二\n", locale="en"
    )
    assert grade(desk)["enum"] == ["a", "b", "first_choice", "er"]
    assert desk.words == "Grade has 4 options now"
    assert desk.refused("choice.paste", field="grade", lines=" \n") == "empty"
    assert desk.refused("choice.paste", field="name", lines="x") == "no_options"


def test_pasted_lines_replace_options_but_not_the_values_of_those_that_stay(desk: Desk) -> None:
    desk.order("choice.paste", field="grade", lines="New\nb", replace=True)
    assert grade(desk)["enum"] == ["new", "b"]
    assert "default" not in grade(desk)


def test_pasted_lines_take_the_place_of_the_options_a_choice_began_with(desk: Desk) -> None:
    desk.order("field.add", type="choice", title="Kind")
    form = desk.order("choice.paste", field="kind", lines="Train\nPlane")
    assert form["properties"]["kind"]["enum"] == ["train", "plane"]
    form = desk.order("choice.paste", field="kind", lines="Car")
    assert form["properties"]["kind"]["enum"] == ["train", "plane", "car"]


def test_the_value_of_an_option_changes_with_its_label_and_the_default(desk: Desk) -> None:
    desk.order("choice.rename", field="grade", value="a", to="A")
    assert grade(desk)["enum"] == ["A", "b"]
    assert grade(desk)["default"] == "A"
    assert grade(desk)["fw"]["labels"] == {"A": {"en": "Aye"}}  # type: ignore[index]
    assert desk.words == "The value of Aye is now A"
    assert desk.refused("choice.rename", field="grade", value="A", to="b") == "twice"
    assert desk.refused("choice.rename", field="grade", value="A", to="a b") == "value"
    assert desk.refused("choice.rename", field="grade", value="a", to="c") == "unknown"


def test_the_value_of_an_option_stays_once_it_was_published_or_something_speaks_of_it() -> None:
    document = form("order", {"grade": CHOICE, "sum": field("number")})
    desk = Desk(document, in_force=(document,))
    assert desk.refused("choice.rename", field="grade", value="a", to="c") == "published"
    when = {"properties": {"grade": {"const": "a"}}, "required": ["grade"]}
    desk = Desk(
        form("order", document["properties"], rules=[{"key": "r", "when": when, "then": {"show": ["sum"]}}])
    )
    assert desk.refused("choice.rename", field="grade", value="a", to="c") == "used"
    desk.order("choice.rename", field="grade", value="b", to="c")
    assert grade(desk)["enum"] == ["a", "c"]


def test_an_option_is_added_labelled_moved_and_deleted(desk: Desk) -> None:
    desk.order("choice.add", field="grade", text="Cee", after="a")
    assert grade(desk)["enum"] == ["a", "cee", "b"]
    desk.order("choice.add", field="grade")
    assert grade(desk)["enum"] == ["a", "cee", "b", "option_4"]
    desk.order("choice.set", field="grade", value="b", locale="zh", text="乙")
    assert grade(desk)["fw"]["labels"]["b"] == {"zh": "乙"}  # type: ignore[index]
    desk.order("choice.move", field="grade", value="b", by=-1)
    desk.order("choice.move", field="grade", value="option_4", after="")
    assert grade(desk)["enum"] == ["option_4", "a", "b", "cee"]
    assert desk.words == "Option 4 moved to position 1 of 4 in Grade"
    for value in ("a", "b", "cee"):
        desk.order("choice.delete", field="grade", value=value)
    assert (grade(desk)["enum"], grade(desk).get("default")) == (["option_4"], None)
    assert desk.refused("choice.delete", field="grade", value="option_4") == "last"
    assert desk.refused("choice.delete", field="grade", value="a") == "unknown"


def test_the_label_of_a_published_option_outlives_it() -> None:
    document = form("order", {"grade": CHOICE})
    desk = Desk(document, in_force=(document,))
    desk.order("choice.delete", field="grade", value="a")
    assert grade(desk)["fw"]["labels"] == {"a": {"en": "Aye"}}  # type: ignore[index]


def test_the_form_has_properties_too(desk: Desk) -> None:
    desk.order("form.set", path=["title", "zh"], value="订单")
    desk.order("form.set", path=["title_field"], value="name")
    document = desk.order("form.set", path=["fw", "list", "columns"], value=["name", "sum"])
    assert document["title"] == {"en": "Order", "zh": "订单"}
    assert document["fw"] == {"title_field": "name", "list": {"columns": ["name", "sum"]}}
    assert desk.order("form.set", path=["list", "columns"], remove=True)["fw"] == {"title_field": "name"}
    assert desk.refused("form.set", path=["rules"], value=[]) == "unknown"
    assert desk.refused("form.set", path=["icon"], value="No Icon") == "pattern"
    assert desk.refused("form.set", path=["title"], remove=True) == "required"


def test_a_title_merges_its_languages_and_keeps_the_key(desk: Desk) -> None:
    document = desk.order("field.title", field="name", locale="zh", text="名称")
    assert document["properties"]["name"]["fw"]["title"] == {"en": "Name", "zh": "名称"}
    document = desk.order("field.title", field="name", locale="en", text="")
    assert document["properties"]["name"]["fw"]["title"] == {"zh": "名称"}


def test_a_title_proposes_a_key_only_when_asked_and_only_before_publishing(desk: Desk) -> None:
    desk.order("field.title", field="name", locale="en", text="Full name", rekey=True)
    assert desk.done.select == "field/full_name"
    published = form("order", {"name": field("text")})
    desk = Desk(published, in_force=(published,))
    done: Done = desk.do(
        "form", "order", "field.title", {"field": "name", "locale": "en", "text": "Full", "rekey": True}
    )
    assert done.select == "field/name"
