"""What the cells of a spreadsheet mean: what we wrote comes back as it was, and what others write is understood."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from runtime.fields import ALL_POINTERS, FIELD_TYPES, Field, FieldError, Reader
from runtime.fields._html import plain
from runtime.records.pointing import Names, kind_of
from runtime.transfer import cells, meaning
from runtime.transfer.meaning import Manner
from tests.fields.support import CHINESE, READER, Everybody, example_field

NOBODY_CALLED_SO = Names({})
IMPORTABLE = [
    (name, value)
    for name, one in FIELD_TYPES.items()
    if meaning.is_importable(example_field(name))
    for _raw, value in one.examples
    if value is not None
]


def means(name: str, cell: Any, manner: Manner | None = None, names: Names = NOBODY_CALLED_SO) -> Any:
    return meaning.value(example_field(name), cell, manner or Manner(READER), names)


def called(one: Field, value: Any, shown: str) -> Names:
    """Everybody by the name under which they were exported."""
    ids = value if isinstance(value, list) else [value]
    names = shown.replace("、", ", ").split(", ")
    return Names({kind_of(one): {name: {each} for name, each in zip(names, ids, strict=True)}})


@pytest.mark.parametrize("reader", [READER, CHINESE], ids=["en", "zh"])
@pytest.mark.parametrize("name, value", IMPORTABLE, ids=lambda part: ascii(part)[:40])
def test_what_an_export_holds_is_read_as_the_same_value(name: str, value: Any, reader: Reader) -> None:
    one = example_field(name)
    kind = cells.kind(one)
    written = cells.typed(kind, one, value, reader, Everybody())
    names = called(one, value, str(written)) if name in ALL_POINTERS else NOBODY_CALLED_SO
    wanted = plain(value) if name == "rich_text" else value  # its formats are not in a cell
    for cell in (written, meaning.kept(cells.text(kind, written), guarded=True)):
        found = meaning.value(one, cell, Manner(reader), names)
        if name == "datetime":
            found, wanted = found[:16], value[:16]  # to the minute
        assert (plain(found) if name == "rich_text" else found) == wanted, cell


def test_a_guard_is_taken_off_and_nothing_else_is() -> None:
    for text in ("=1+1", "'=1+1", "''=1", "-5", "'-5", "+86 138", "'hello", "@x", "＝1", "a'b", "'", "''"):
        assert meaning.kept(cells.harmless(text), guarded=True) == text
    assert meaning.kept("'=1+1", guarded=False) == "'=1+1"


GERMAN, AMERICAN = Manner(READER, "dmy", commas=True), Manner(READER, "mdy")
READ: list[tuple[str, Any, Manner | None, Any]] = [
    ("number", "1,234.5", None, Decimal("1234.5")),
    ("number", "1.234,5", GERMAN, Decimal("1234.5")),
    ("number", "1.234", GERMAN, Decimal(1234)),
    ("number", "１２，３４５", None, Decimal(12345)),
    ("number", "-1 234,50", GERMAN, Decimal("-1234.5")),
    ("money", "1.234,50 €", GERMAN, Decimal("1234.5")),
    ("money", "¥1,200元", None, Decimal(1200)),
    ("percent", Decimal("0.15"), None, Decimal("0.15")),
    ("percent", "15", None, Decimal("0.15")),
    ("percent", "12,5 %", GERMAN, Decimal("0.125")),
    ("date", "21.11.2026", GERMAN, "2026-11-21"),
    ("date", "11/21/2026", AMERICAN, "2026-11-21"),
    ("date", "２０２６年１１月２１日", None, "2026-11-21"),
    ("date", "2026-11-21 00:00:00", None, "2026-11-21"),
    ("date", Decimal(46347), None, "2026-11-21"),
    ("date", "46347", None, "2026-11-21"),
    ("date", Decimal(1), None, "1900-01-01"),
    ("datetime", "21.11.2026 9:30", GERMAN, "2026-11-21T01:30:00Z"),
    ("datetime", "2026-11-21", None, "2026-11-20T16:00:00Z"),
    ("datetime", Decimal("46347.375"), None, "2026-11-21T01:00:00Z"),
    ("time", Decimal("0.375"), None, "09:00"),
    ("phone", Decimal("13800138000"), None, "+8613800138000"),
    ("text", Decimal("7"), None, "7"),
    ("text", True, None, "yes"),
    ("choice", "有意向", None, "interested"),
    ("choice", "INTERESTED", None, "interested"),
    ("yes_no", True, None, True),
    ("yes_no", "否", None, False),
    ("yes_no", None, None, None),
    ("multi_choice", "电话、mail", None, ["mail", "phone"]),
]


@pytest.mark.parametrize("name, cell, manner, wanted", READ, ids=lambda part: ascii(part)[:30])
def test_cells_are_read_as_people_write_them(
    name: str, cell: Any, manner: Manner | None, wanted: Any
) -> None:
    assert means(name, cell, manner) == wanted


@pytest.mark.parametrize(
    "name, cell",
    [
        ("number", "1.234,5"),
        ("date", "11/21/2026"),
        ("date", "31.02.2026"),
        ("choice", "Nothing"),
        ("member", "Bob"),
    ],
)
def test_what_cannot_be_told_is_refused(name: str, cell: Any) -> None:
    with pytest.raises(FieldError):
        means(name, cell)


def test_cells_are_kept_as_json() -> None:
    kept = [
        (datetime(2026, 11, 21), "2026-11-21"),
        (datetime(2026, 11, 21, 9, 29, 59, 999_990), "2026-11-21 09:30:00"),
        (date(2026, 11, 21), "2026-11-21"),
        (time(9, 30), "09:30"),
        (0.1, Decimal("0.1")),
        (0.1 + 0.2, Decimal("0.3")),
        (float("nan"), "nan"),
        ("  \u200bblank edges ", "blank edges"),
        ("nul\x00", "\ufffd"),
        ("", None),
    ]
    assert [meaning.kept(cell, guarded=True) for cell, _ in kept] == [wanted for _, wanted in kept]


def test_the_order_of_days_and_decimal_commas_are_told_from_the_values() -> None:
    assert meaning.order_of_days(["2026-11-21", "soon"]) == ("ymd", "")
    assert meaning.order_of_days(["01.02.2026", "21.02.2026"]) == ("dmy", "")
    assert meaning.order_of_days(["01/02/2026", "01/21/2026"]) == ("mdy", "")
    assert meaning.order_of_days(["01/02/2026"]) == ("mdy", "01/02/2026")
    assert meaning.has_commas(["1.234,56", "7,5"])
    assert not meaning.has_commas(["1,234.56", "7.5", "3,000"])


def test_names_in_a_list_may_hold_what_stands_between_two() -> None:
    one = example_field("references")
    names = Names({kind_of(one): {"Acme": {1}, "Smith, Jones": {2}, "Twice": {3, 4}}})
    assert means("references", "Smith, Jones, Acme", names=names) == [2, 1]
    for unknown in ("Acme, Nobody", "Twice"):
        with pytest.raises(FieldError):
            means("references", unknown, names=names)
