"""Saying a condition in the rows of its editor."""

from typing import Any

from playwright.sync_api import Page

from runtime.conditions import Group, Row, rows
from tests.browser.rebuild import hands
from tests.browser.rebuild.hands import at, storing


def say(page: Page, place: str, document: Any) -> None:
    """The rows of a condition, in the editor that stands at this place."""
    say_rows(page, place, rows(document))


def say_rows(page: Page, place: str, group: Group) -> None:
    """One row after the other; with several, whether all or any must hold."""
    for number, row in enumerate(group.items):
        assert isinstance(row, Row)
        if not at(page, f"{place}-c.{number}-path").count():
            at(page, f"{place}-c-add").click()
            hands.settled(page)
        _say_row(page, f"{place}-c.{number}", row)
    if len(group.items) > 1:
        hands.choose(page, f"{place}-c-mode", group.mode)


def _say_row(page: Page, line: str, row: Row) -> None:
    hands.look(page, f"{line}-path", row.path)
    if row.value is None:
        hands.choose(page, f"{line}-op", row.operator)
        return
    hands.look(page, f"{line}-op", row.operator)
    with storing(page):
        at(page, f"{line}-v0").select_option(str(row.value))
