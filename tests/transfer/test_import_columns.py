"""What the columns of a spreadsheet are taken for, and where a field is made of one that the form does not know."""

import html
import re

import pytest

from runtime.transfer import import_pages
from tests.support.world import World
from tests.transfer.test_imports import Wizard, alone, sheet, world  # noqa: F401  (fixtures)


def test_a_column_is_found_by_what_others_call_it(world: World) -> None:  # noqa: F811
    found = Wizard(world, "客户\t联系电话\tMail\tTel\n甲\t13800138000\ta@example.com\t1\n")
    assert found.targets() == ["name", "phone", "email", ""], "nothing is taken twice"


def test_a_name_of_a_field_counts_more_than_what_others_call_it(world: World) -> None:  # noqa: F811
    found = Wizard(world, "Title\tName\nDr.\tAda\n")
    assert found.targets() == ["", "name"]


def test_who_designs_makes_fields_of_the_columns_that_the_form_does_not_know(world: World) -> None:  # noqa: F811
    found = Wizard(world, sheet(["Name", "Shoe size", "Hat"], ["Ada", "42", 'a "b"']))
    page = found.get("columns")
    sent = re.search(
        r'<form id="new-fields".*?action="([^"]+)".*?<textarea[^>]*>(.*?)</textarea>', page, re.S
    )
    assert sent, page
    answer = found.browser.post(sent[1], data={"form": "customer", "text": html.unescape(sent[2])})
    assert answer.status_code == 200
    assert 'value="Shoe size"' in answer.text and 'value="Hat"' in answer.text
    assert 'value="Name"' not in answer.text, "the form has that already"


def test_who_may_not_design_is_not_offered_new_fields(world: World) -> None:  # noqa: F811
    page = Wizard(world, sheet(["Name", "Shoe size"], ["Ada", "42"]), who="bob").get("columns")
    assert "new-fields" not in page and "Make fields" not in page


def test_a_field_that_came_meanwhile_is_found_until_somebody_chose(
    world: World,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as before:
        before.setattr("runtime.transfer.mapping.automatic", lambda _user, _form, names: ["" for _ in names])
        found = Wizard(world, sheet(["Name", "Phone"], ["Ada", "13800138000"]))
        assert found.targets() == ["", ""]
    assert found.targets() == ["name", "phone"]
    found.post("columns", column=["name", ""], do="columns")
    assert found.targets() == ["name", ""], "what somebody left out stays left out"


@pytest.mark.parametrize(
    ("text", "place"),
    [("", (0, 0)), ("12", (12, 0)), ("12.100", (12, 100)), ("x.5", (5, 0)), ("9" * 30, (0, 0))],
)
def test_the_address_of_a_page_of_problems_says_where_it_begins(text: str, place: tuple[int, int]) -> None:
    assert import_pages.place_of(text) == place
