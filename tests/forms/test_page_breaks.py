"""A page break splits a form into pages at filling: one mechanism with tabs and sections."""

from typing import Any

import pytest

from builder import advice
from runtime.definitions.layout import parse_layout
from runtime.forms.shown import Shown, ShownSection
from runtime.forms.steps import BREAK, keys_of_pages, steps
from tests.builder.commands.support import speaking
from tests.builder.factory import context, field, form


def one(key: str) -> Shown:
    """A field as a page shows it; one whose key begins with `_` is a page break."""
    return Shown(key, key, "", BREAK if key.startswith("_") else "fields/input.html")


def section(key: str, *rows: str, tab: str = "") -> ShownSection:
    return ShownSection(key, key.upper(), tuple(tuple(map(one, row.split())) for row in rows), tab, tab)


def keys(*fields: str, **how: bool) -> list[str]:
    """The keys of the pages of a form with these fields, one below the other."""
    rows = {"key": "s", "rows": [[key] for key in fields]}
    return keys_of_pages(parse_layout({"layout": [rows]}, fields), **how)


def pages(*sections: ShownSection) -> list[list[tuple[str, list[str]]]]:
    """The sections of each page: title and fields."""
    cut = any(one.template == BREAK for part in sections for row in part.rows for one in row)
    return [
        [(part.title, [each.key for row in part.rows for each in row]) for part in page.sections]
        for page in steps(sections, "", cut=cut).all
    ]


@pytest.mark.parametrize(
    "sections, expected",
    [
        ([section("s", "a", "b"), section("t", "c")], [[("S", ["a", "b"])], [("T", ["c"])]]),
        ([section("s", "a", "_x", "b"), section("t", "c")], [[("S", ["a"])], [("", ["b"]), ("T", ["c"])]]),
        ([section("s", "a b", "_x"), section("t", "c")], [[("S", ["a", "b"])], [("T", ["c"])]]),
        ([section("s", "a _x b")], [[("S", ["a"])], [("", ["b"])]]),
        ([section("s", "_x", "a", "_y", "_z", "b", "_w")], [[("S", ["a"])], [("", ["b"])]]),
        (
            [section("s", "a", "_x", "b", tab="one"), section("t", "c", tab="two")],
            [[("S", ["a"])], [("", ["b"])], [("T", ["c"])]],
        ),
        ([section("s", "_x")], [[]]),
    ],
)
def test_pages_end_at_breaks_and_tabs_and_without_either_at_sections(sections: Any, expected: Any) -> None:
    assert pages(*sections) == expected


def test_a_page_is_found_again_by_its_break_whatever_stands_before_it() -> None:
    long = [section("s", "a", "_x", "b", "_y", "c")]
    at = steps(long, "after-_y", cut=True)
    assert (at.at, at.fields, at.is_last) == (2, {"c"}, True)
    assert steps([section("s", "a", "_y", "c")], "after-_y", cut=True).at == 1


def test_pages_whose_break_a_rule_hides_are_one() -> None:
    assert len(steps([section("s", "a"), section("t", "c")], "", cut=True).all) == 1


@pytest.mark.parametrize(
    "left, at",
    [
        ("a _x b _y c d", "after-_y"),
        ("a _x b c d", "after-_x"),
        ("a _x c d", "after-_x"),
        ("a b c d", "first"),
    ],
)
def test_who_is_on_a_page_whose_break_a_rule_hides_stays_with_its_questions(left: str, at: str) -> None:
    order = keys("a", "_x", "b", "_y", "c", "_z", "d", cut=True)
    here = steps([section("s", *left.split())], "after-_y", cut=True, order=order)
    assert (here.now.key, "c" in here.fields) == (at, True)


def test_a_question_that_its_answer_hides_leads_to_the_one_before() -> None:
    order = keys("a", "b", "c", by_question=True)
    assert steps([section("s", "a", "c")], "b", by_question=True, order=order).now.key == "a"


@pytest.mark.parametrize(
    "rows, told",
    [
        (["a", "x", "b"], []),
        (["x", "a", "b"], ["x"]),
        (["a", "b", "x"], ["x"]),
        (["a", "x", "y", "b"], ["y"]),
    ],
)
def test_a_break_that_makes_no_page_is_told(rows: list[str], told: list[str]) -> None:
    fields = {key: field("page_break" if key in "xy" else "text", title=key.upper()) for key in rows}
    document = form("visit", fields, layout=[{"key": "s", "rows": [[key] for key in rows]}])
    with speaking():
        found = advice.run("form", document, context(document))
    assert [str(each.path[1]) for each in found if each.code == "empty_page"] == told
