"""Every text of the product has its Chinese translation, and none is left over or only guessed.

To bring the catalogue up to date:

    make messages
"""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from runtime import config

ROOT = Path(config.ROOT)
METHODS = [("runtime/**.py", "python"), ("builder/**.py", "python"), ("templates/**.html", "jinja2")]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
COUNTED = {"%(num)d", "%(num)s"}  # "1 problem" may be said without the number
CHINESE = re.compile(r"[\u3400-\u9fff]")


@cache
def chinese() -> Catalog:
    with (ROOT / "runtime/translations/zh/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale="zh")


def key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def texts(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def entries() -> list[Message]:
    return [message for message in chinese() if message.id]


@pytest.fixture(scope="module")
def in_the_sources() -> set[str]:
    """The English texts that templates and code hold."""
    keywords = {**DEFAULT_KEYWORDS, "_l": None, "N_": None}
    options = {"templates/**.html": {"silent": "false"}}
    found: set[str] = set()
    for folder in ("runtime", "builder", "templates"):
        methods = [(path.partition("/")[2], kind) for path, kind in METHODS if path.startswith(folder)]
        named = {path.partition("/")[2]: value for path, value in options.items() if path.startswith(folder)}
        for _file, _line, text, _comments, _context in extract_from_dir(
            ROOT / folder, method_map=methods, options_map=named, keywords=keywords
        ):
            found.add(text if isinstance(text, str) else text[0])
    return found


def test_every_text_of_the_sources_is_translated(in_the_sources: set[str]) -> None:
    translated = {key(message) for message in entries() if all(texts(message))}
    assert sorted(in_the_sources - translated) == []


def test_the_catalogue_holds_nothing_else(in_the_sources: set[str]) -> None:
    assert sorted({key(message) for message in entries()} - in_the_sources) == []


def test_no_translation_is_a_guess() -> None:
    assert [key(message) for message in entries() if message.fuzzy] == []


def test_every_translation_has_the_placeholders_of_its_text() -> None:
    def wrong(message: Message) -> bool:
        wanted = set(PLACEHOLDER.findall(key(message)))
        return any(set(PLACEHOLDER.findall(text)) - COUNTED != wanted - COUNTED for text in texts(message))

    assert [key(message) for message in entries() if wrong(message)] == []


def test_every_translation_passes_what_the_installer_asks_of_it() -> None:
    """`pybabel compile`, and with it `make setup`, fails where one does not."""
    assert [str(error) for _message, errors in chinese().check() for error in errors] == []


def test_no_translation_says_its_text_twice() -> None:
    """As merging two translations of one text may leave it."""

    def twice(text: str) -> bool:
        return any(text == text[: len(text) // times] * times for times in (2, 3) if len(text) >= 8)

    assert [key(message) for message in entries() if any(map(twice, texts(message)))] == []


def test_chinese_has_one_plural_form() -> None:
    assert chinese().num_plurals == 1


def test_every_translation_is_chinese() -> None:
    def foreign(message: Message) -> bool:
        text = message.string if isinstance(message.string, str) else message.string[0]
        return not CHINESE.search(PLACEHOLDER.sub("", text)) and bool(
            re.search(r"[a-z]{2}", PLACEHOLDER.sub("", text))
        )

    assert [key(message) for message in entries() if foreign(message)] == []


def test_templates_hold_no_chinese() -> None:
    found = [
        path.name for path in (ROOT / "templates").rglob("*.html") if CHINESE.search(path.read_text("utf-8"))
    ]
    assert found == []
