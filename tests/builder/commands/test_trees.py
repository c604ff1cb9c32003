"""Options in a tree: put below each other, and what becomes of them when one goes."""

import pytest

from tests.builder.commands.support import Desk
from tests.builder.factory import field, form

TREE = field(
    "tree_choice",
    {"enum": ["world", "asia", "china", "europe"], "default": ["world", "asia"]},
    title="Place",
    parents={"asia": "world", "china": "asia"},
)


@pytest.fixture
def desk() -> Desk:
    several = field("multi_choice", {"enum": ["a", "b"], "default": ["a", "b"]}, title="Tags")
    return Desk(form("order", {"place": TREE, "tags": several}))


def parents(desk: Desk) -> dict[str, str]:
    found: dict[str, str] = desk.form()["properties"]["place"]["fw"].get("parents", {})
    return found


def test_an_option_is_put_below_another_and_back_to_the_top(desk: Desk) -> None:
    desk.order("choice.under", field="place", value="europe", above="world")
    assert parents(desk)["europe"] == "world"
    desk.order("choice.under", field="place", value="europe", above="")
    assert "europe" not in parents(desk)


def test_an_option_cannot_lie_below_itself(desk: Desk) -> None:
    assert desk.refused("choice.under", field="place", value="world", above="china") == "ring"
    assert desk.refused("choice.under", field="place", value="world", above="gone") == "unknown"
    assert desk.refused("choice.under", field="tags", value="a", above="b") == "no_tree"


def test_what_lay_below_a_deleted_option_lies_below_the_one_above_it(desk: Desk) -> None:
    desk.order("choice.delete", field="place", value="asia")
    assert parents(desk) == {"china": "world"}


def test_another_value_is_known_to_what_lies_below_it(desk: Desk) -> None:
    desk.order("choice.rename", field="place", value="asia", to="orient")
    assert parents(desk) == {"orient": "world", "china": "orient"}
    assert desk.form()["properties"]["place"]["default"] == ["world", "orient"]


def test_a_default_loses_the_option_that_goes(desk: Desk) -> None:
    desk.order("choice.delete", field="tags", value="a")
    assert desk.form()["properties"]["tags"]["default"] == ["b"]
