"""A form from a spreadsheet: titles and types found, whatever somebody sends, one command to take back."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.xml.constants import SHARED_STRINGS
from werkzeug.test import TestResponse

from builder import definitions, sheets, spreadsheet
from runtime import workbooks
from runtime.errors import Invalid
from tests.support.world import World, world_on


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The app with its people; pages take forms without a CSRF token."""
    home = tmp_path_factory.mktemp("spreadsheet")
    with world_on("sqlite", request, home, WTF_CSRF_ENABLED=False) as opened:
        yield opened


def xlsx(*rows: list[Any], merge: str = "") -> bytes:
    """A workbook of one sheet."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if merge:
        book.active.merge_cells(merge)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def found(content: bytes | str) -> dict[str, str]:
    sheet = sheets.pasted(content) if isinstance(content, str) else sheets.read(content)
    return {column.title: column.type for column in spreadsheet.proposed(sheet.rows)}


def test_types_are_told_from_the_values_of_a_workbook() -> None:
    rows: list[list[Any]] = [
        ["Name", "Qty", "Price", "Born", "Seen at", "Agreed", "Grade", "Mail", "Mobile", "Note", "Account"]
    ]
    for number in range(8):
        moment = datetime(2026, 3, 1 + number, 9, 30)
        grade, mail = "AB"[number % 2], f"a{number}@example.com"
        rows.append(
            [
                *(f"Person {number}", number, 9.5, date(2000, 1, 1 + number), moment, number % 2 == 0, grade),
                *(mail, 13800138000 + number, "Line one\nline two", f"00{number}7"),
            ]
        )

    assert found(xlsx(*rows)) == {
        "Name": "text",
        "Qty": "number",
        "Price": "money",
        "Born": "date",
        "Seen at": "datetime",
        "Agreed": "yes_no",
        "Grade": "choice",
        "Mail": "email",
        "Mobile": "phone",
        "Note": "long_text",
        "Account": "text",
    }


def test_types_are_told_from_the_values_of_a_text_in_chinese() -> None:
    text = "姓名,数量,单价,入职日期,是否在职,部门\n" + "".join(
        f"员工{n},{n},¥{n}.50,2024/1/{n + 1},{'是' if n % 2 else '否'},{'销售' if n % 2 else '生产'}\n"
        for n in range(6)
    )

    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        assert found(text.encode(encoding)) == {
            "姓名": "text",
            "数量": "number",
            "单价": "money",
            "入职日期": "date",
            "是否在职": "yes_no",
            "部门": "choice",
        }, encoding


def test_shares_times_of_day_and_addresses_are_told_apart() -> None:
    text = "Share\tStarts\tSite\n" + "\n".join(f"{n}.5%\t{n}:30\thttps://e{n}.example/" for n in range(3, 9))
    assert found(text) == {"Share": "percent", "Starts": "time", "Site": "url"}


def test_a_row_of_titles_alone_is_told_by_its_words() -> None:
    assert found("Customer\tPhone\tOrder date\tAmount\tRemarks") == {
        "Customer": "text",
        "Phone": "phone",
        "Order date": "date",
        "Amount": "money",
        "Remarks": "long_text",
    }
    assert found("客户\n电话\n备注") == {"客户": "text", "电话": "phone", "备注": "long_text"}


def test_the_options_of_a_choice_are_found_in_their_order() -> None:
    text = "State\n" + "open\nclosed\nopen\nopen\nwaiting\nclosed\n"

    [column] = spreadsheet.proposed(sheets.read(text.encode()).rows)

    assert (column.type, column.options) == ("choice", ("open", "closed", "waiting"))


def test_titles_are_found_below_a_merged_heading_and_beside_merged_cells() -> None:
    rows = [
        ["Report of 2026", None, None],
        ["Name", "Address", None],
        [None, "Street", "City"],
        ["A", "B", "C"],
    ]

    assert list(found(xlsx(*rows, merge="A1:C1"))) == ["Name", "Street", "City"]


TEXTS_AMONG_SHEETS = (
    b'<Override PartName="/xl/worksheets/texts.xml" ContentType="%s" />' % SHARED_STRINGS.encode()
)


def bomb(kind: str) -> bytes:
    """A file that is small and unpacks to much, or says so."""
    good = io.BytesIO(xlsx(["a"], ["b"]))
    made = io.BytesIO()
    with zipfile.ZipFile(good) as parts, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for part in parts.infolist():
            content = parts.read(part)
            if part.filename == "xl/worksheets/sheet1.xml" and kind == "far away":
                content = content.replace(b'r="2"', b'r="1048576"').replace(b'r="A2"', b'r="XFD1048576"')
            if part.filename == "xl/worksheets/sheet1.xml" and kind == "entities":
                head = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "' + b"x" * 10_000 + b'">'
                steps = b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 100) for n in range(6))
                content = head + steps + b"]>" + content.replace(b"<t>a</t>", b"<t>&g;</t>")
            if part.filename == "xl/worksheets/sheet1.xml" and kind == "outside":
                head = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
                content = head + content.replace(b"<t>a</t>", b"<t>&a;</t>")
            if part.filename == "xl/worksheets/sheet1.xml" and kind == "blank for long":
                content = content.replace(b'r="1"', b'r="1048575"').replace(b'r="2"', b'r="1048576"')
            if part.filename == "xl/styles.xml" and kind == "of many styles":
                content += b" " * workbooks.MAX_PART
            if kind == "of misplaced texts":
                content = content.replace(b"</Types>", TEXTS_AMONG_SHEETS + b"</Types>")
            out.writestr(part.filename, content)
        if kind == "of misplaced texts":
            out.writestr("xl/worksheets/texts.xml", b"<sst/>")
        if kind == "with a large picture":
            out.writestr("xl/media/image1.png", b"\0" * (workbooks.MAX_PART + 1))
        if kind == "unpacks to much":
            out.writestr("xl/media/image1.png", b"\0" * (sheets.MAX_UNPACKED + 1))
        if kind == "of many parts":
            for number in range(workbooks.MAX_PARTS + 1):
                out.writestr(f"xl/{number}", b"")
    return made.getvalue()


REFUSED = {
    "empty": b"",
    "blank": b" \n \n",
    "a cut workbook": xlsx(["a"])[:400],
    "an archive of something else": b"PK\x03\x04 and so on",
    "an old or locked workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "a picture": b"\x89PNG\r\n\x1a\n\0\0\xff\xff",
    "an empty workbook": xlsx(),
    "1,000 columns": xlsx([f"Column {number}" for number in range(1_000)]),
    "1,000 columns of text": ",".join(f"c{number}" for number in range(1_000)).encode(),
    "unpacks to much": bomb("unpacks to much"),
    "of many parts": bomb("of many parts"),
    "of many styles": bomb("of many styles"),
    "of misplaced texts": bomb("of misplaced texts"),
    "blank for long": bomb("blank for long"),
    "entities": bomb("entities"),
    "outside": bomb("outside"),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", REFUSED)
def test_whatever_is_no_spreadsheet_is_refused_in_words(name: str) -> None:
    with pytest.raises(Invalid) as caught:
        sheets.read(REFUSED[name])

    assert caught.value.problems[0].message


def test_large_pictures_in_a_workbook_are_no_reason_to_refuse_it() -> None:
    assert found(bomb("with a large picture"))


@pytest.mark.timeout(20)
def test_a_cell_far_away_costs_nothing() -> None:
    assert sheets.read(bomb("far away")).rows == [["a"]]


@pytest.mark.timeout(20)
def test_only_the_first_rows_of_many_are_looked_at() -> None:
    rows = sheets.read(b"a,b\n" + b"1,2\n" * 1_000_000).rows

    assert len(rows) == sheets.MAX_ROWS


def send(world: World, content: bytes, **rest: str) -> TestResponse:
    data = {"file": (io.BytesIO(content), "Kunden 2026.csv"), **rest}
    return world.browsers["dora"].post(
        "/apps/followup/spreadsheet/", data=data, content_type="multipart/form-data", buffered=True
    )


def document(world: World, form: str) -> Any:
    answer = world.browsers["dora"].get(f"/apps/followup/forms/{form}/design/")
    assert answer.status_code == 200
    with world.app.app_context():
        return definitions.document("followup", "form", form)


def test_a_sheet_becomes_a_form_whose_fields_one_undo_takes_back(world: World) -> None:
    page = send(world, b"Name,Grade\nA,x\nB,x\nC,y\nD,y\n")
    assert page.status_code == 200 and 'value="Kunden 2026"' in page.text

    chosen = {"on.0": "yes", "title.0": "Name", "type.0": "text", "on.1": "yes", "title.1": "Grade"}
    chosen |= {"type.1": "choice", "options.1": "x\r\ny\r\nz", "title": "Clients"}
    answer = world.browsers["dora"].post("/apps/followup/spreadsheet/fields", data=chosen)

    assert (answer.status_code, answer.location) == (303, "/apps/followup/forms/clients/design/")
    made = document(world, "clients")
    assert [one["fw"]["type"] for one in made["properties"].values()] == ["text", "choice"]
    assert len(made["properties"]["grade"]["enum"]) == 3
    world.browsers["dora"].post(f"{answer.location}undo", data={"rev": "2"})
    assert document(world, "clients")["properties"] == {}


def test_columns_are_added_to_a_form_that_is_there_and_some_left_out(world: World) -> None:
    chosen = {"form": "contact", "title.0": "No", "type.0": "text", "on.1": "yes", "title.1": "Birthday"}
    before = list(document(world, "contact")["properties"])

    world.browsers["dora"].post("/apps/followup/spreadsheet/fields", data={**chosen, "type.1": "date"})

    assert list(document(world, "contact")["properties"]) == [*before, "birthday"]


@pytest.mark.parametrize("name", ["1,000 columns of text", "a cut workbook", "unpacks to much"])
def test_what_cannot_be_used_is_said_on_the_page_and_nothing_is_made(world: World, name: str) -> None:
    before = world.stored()

    answer = send(world, REFUSED[name])

    assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert world.stored() == before


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"title": "T"},
        {"title": "", "on.0": "yes", "title.0": "A", "type.0": "text"},
        {"title": "T", "on.0": "yes", "title.0": "A", "type.0": "python"},
        {"title": "T\x00", "on.0": "yes", "title.0": "A", "type.0": "text"},
    ],
)
def test_a_choice_of_columns_that_cannot_be_makes_nothing(world: World, sent: dict[str, str]) -> None:
    before = world.stored()

    answer = world.browsers["dora"].post("/apps/followup/spreadsheet/fields", data=sent)

    assert answer.status_code == 422
    assert world.stored() == before


def test_only_designers_get_there(world: World) -> None:
    for who in ("bob", "stan"):
        assert world.browsers[who].get("/apps/followup/spreadsheet/").status_code == 404
    assert world.browsers["dora"].get("/apps/followup/spreadsheet/?form=nothing").status_code == 404
