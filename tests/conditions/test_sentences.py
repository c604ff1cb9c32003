"""A condition said in words, in the reader's language."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from flask import Flask
from flask_babel import Babel

from runtime.conditions import Group, Row, from_rows, phrase
from runtime.documents import dumps
from tests.conditions.world import Generator

CHINESE = {
    "%(field)s is at least %(value)s": "%(field)s 不小于 %(value)s",
    "%(field)s is %(value)s": "%(field)s 为 %(value)s",
    "%(left)s or %(right)s": "%(left)s或%(right)s",
    "%(left)s and %(right)s": "%(left)s且%(right)s",
    "(%(condition)s)": "（%(condition)s）",
}


@pytest.fixture(autouse=True)
def language(tmp_path: Path) -> Iterator[None]:
    """An application that speaks English and a few words of Chinese."""
    catalogue = Catalog(locale="zh")
    for message, translation in CHINESE.items():
        catalogue.add(message, translation)
    target = tmp_path / "zh" / "LC_MESSAGES"
    target.mkdir(parents=True)
    with (target / "messages.mo").open("wb") as file:
        write_mo(file, catalogue)
    app = Flask(__name__)
    Babel(app, default_translation_directories=str(tmp_path))
    with app.app_context():
        yield


def say(document: Any, locale: str = "en") -> str:
    titles = {"record.amount": "Amount", "user.id": "my number"}
    return phrase(document, lambda path: titles.get(path, path), lambda path, value: dumps(value), locale)


def test_rows_are_said_in_the_words_of_their_operators() -> None:
    group = Group(
        "all",
        (
            Row("record.amount", "at_least", 100),
            Group("any", (Row("state", "equals", "open"), Row("owner", "is_empty"))),
            Row("grade", "one_of", ["A", "B"]),
            Row("pieces", "between", [1, 3]),
        ),
    )
    assert say(from_rows(group)) == (
        'Amount is at least 100 and (state is "open" or owner is empty) '
        'and grade is one of "A" or "B" and pieces is between 1 and 3'
    )


def test_what_may_not_hold_is_said_with_one_not() -> None:
    none = Group("none", (Row("state", "equals", "open"), Row("owner", "is_empty")))
    group = Group("all", (Row("record.amount", "at_least", 100), none))
    assert say(from_rows(group)) == 'Amount is at least 100 and not (state is "open" or owner is empty)'


def test_the_same_condition_is_said_in_chinese() -> None:
    group = Group("any", (Row("record.amount", "at_least", 100), Row("state", "equals", "open")))
    assert say(from_rows(group), "zh") == 'Amount 不小于 100或state 为 "open"'


def test_a_fact_is_said_by_its_title() -> None:
    assert (
        say(from_rows(Group("all", (Row("record.amount", "equals", {"fact": "user.id"}),))))
        == "Amount is my number"
    )


def test_always_and_never_are_said() -> None:
    assert say({}) == "always"
    assert say({"not": {}}) == say(False) == "never"


def test_what_rows_cannot_say_is_said_keyword_by_keyword() -> None:
    document = {
        "properties": {
            "record": {"properties": {"amount": {"type": "number", "minimum": 5, "exclusiveMaximum": 9}}}
        },
        "not": {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
    }
    assert say(document) == (
        "(Amount is empty or Amount is at least 5 and Amount is less than 9) "
        "and not (a is not empty or b is not empty)"
    )


def test_every_condition_can_be_said() -> None:
    generator = Generator(Random(3), wrapped=True, facts=True)
    for _ in range(500):
        said = say(generator.condition())
        assert said and "%(" not in said.replace("%(x)s", "") and said.count("(") == said.count(")")
