"""Two tasks with many records, in so many clicks: assigned and taken back; imported with bad rows that are mended."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from runtime import batches, jobs, outbox
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.records.tables import table
from runtime.transfer import importing_job
from tests.browser.axe import problems
from tests.browser.design import Counter
from tests.forms.followup import FOLLOWUP, make_all

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OpenTab = Callable[..., Page]
LANGUAGES = ["en", pytest.param("zh", marks=pytest.mark.full)]
# Seconds are twice those of the design, or four times where most of them are the work of the job, which this process
# does as well: other work slows a machine down.
SYSTEM = ("revision", "updated_at", "updated_by", "version_id")


def work(turns: int | None = None) -> None:
    """Work off what is due, as the workers would; only so many turns of it."""
    db.session.rollback()  # what was read before is old
    done = 0
    while (ids := outbox.due_ids()) and done != turns:
        for outbox_id in ids:
            jobs.work(outbox_id)
        done += 1
    db.session.rollback()


def stored() -> list[dict[str, Any]]:
    """All that customers hold, but for what every save changes."""
    own = table(lookup.form("followup", "customer"))
    kept = [column for column in own.c if column.name not in SYSTEM]
    rows = [dict(row) for row in db.session.execute(select(*kept).order_by(own.c.id)).mappings()]
    db.session.rollback()
    return rows


def speaks(user: User, language: str) -> None:
    with transaction() as session:
        session.get_one(User, user.id).locale = language


@pytest.mark.parametrize("language", LANGUAGES)
def test_t21_all_250_that_match_are_assigned_and_taken_back_in_seven_clicks(
    open_tab: OpenTab, alice: User, seller: User, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    make_all("customer", [{"name": f"Many {n:03}", "grade": "A"} for n in range(250)])
    make_all("customer", [{"name": "Another"}])
    who, name = seller.id, seller.name
    work()
    before = stored()
    speaks(alice, language)
    page = open_tab(alice)
    counter = Counter(page)
    page.goto(f"{FOLLOWUP}/customer/?q=Many")

    with counter.budget(clicks=7, seconds=4 * 15), monkeypatch.context() as patch:
        page.locator("#choose-all").click()
        every = page.locator("[name=_all]")
        expect(every).to_contain_text("250")
        every.click()
        page.locator("button[name=_field][value=owner]").click()
        expect(page.locator("h1")).to_contain_text("250")
        page.locator("#owner").click()
        page.locator("[role=option]", has_text=name).click()
        expect(page.locator("#rec .btn-primary")).to_contain_text("250")
        page.locator("#rec .btn-primary").click()

        told = page.locator("#how-far")
        expect(told).to_have_attribute("value", "0")
        patch.setattr(batches, "IN_A_TURN", 1)
        for _update in range(2):
            shown = told.get_attribute("value")
            work(turns=1)
            expect(told).not_to_have_attribute("value", str(shown))
        patch.undo()
        work()
        undo = page.locator("button[name=do][value=undo]")
        expect(undo).to_be_visible()
        assert [row["owner_id"] for row in stored()[:250]] == [who] * 250
        undo.click()
        expect(page.locator("#bulk-state[hx-get]")).to_be_visible()
        work()
        expect(page.locator("#bulk-state:not([hx-get]) #how-far")).to_have_attribute("value", "250")

    assert problems(page, "taken back") == []  # which takes seconds of its own
    assert stored() == before


BAD = {
    3: ("grade", "Q", "A"),
    17: ("phone", "12", "13800138000"),
    21: ("owner", "Nobody", "alice@example.com"),
}
BAD |= {25: ("name", "", "Task 025"), 29: ("grade", "D", "B"), 33: ("email", "x", "x@example.com")}
BAD |= {37: ("phone", "ab", "13800138001")}
COLUMNS = ("name", "grade", "phone", "owner", "email")


def spreadsheet(rows: int) -> str:
    """Rows for customers, seven of them with something wrong."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for number in range(rows):
        row = {"name": f"Task {number:03}", "grade": "A", "phone": "", "owner": "", "email": ""}
        if number in BAD:
            row[BAD[number][0]] = BAD[number][1]
        writer.writerow(row.values())
    return out.getvalue()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rows", [60, pytest.param(1000, marks=pytest.mark.full)])
def test_t23_an_import_with_seven_bad_rows_is_mended_and_finished_in_fourteen_clicks(
    open_tab: OpenTab, alice: User, monkeypatch: pytest.MonkeyPatch, rows: int, language: str
) -> None:
    make_all("customer", [{"name": "There already"}])
    speaks(alice, language)
    page = open_tab(alice)
    counter = Counter(page)
    page.goto(f"{FOLLOWUP}/customer/")
    content = spreadsheet(rows).encode()
    state = page.locator(".fw-counts")
    good = rows - len(BAD)

    with counter.budget(clicks=14, keys=8, seconds=2 * 40), monkeypatch.context() as patch:
        page.locator("#ways").click()
        page.locator("a[href$='/imports/']").click()
        page.locator("#file").set_input_files({"name": "many.csv", "mimeType": "text/csv", "buffer": content})
        page.locator("form .btn-primary").click()
        expect(page.locator("#progress")).to_be_visible()
        work()
        page.locator("button[name=do][value=columns]").click()
        page.locator("#automations-rest").click()
        page.locator("form .btn-primary").click()
        expect(page.locator("#progress")).to_be_visible()
        work()
        run = page.locator("button[name=do][value=run]")
        expect(run).to_contain_text(f"{good}")

        # what is broken off keeps what is done, and goes on with the rest
        patch.setattr(importing_job, "IN_A_TURN", 1)
        patch.setattr(importing_job, "BATCH", 20)
        run.click()
        expect(page.locator("#how-far")).to_have_attribute("value", "0")
        work(turns=1)
        expect(page.locator("#how-far")).to_have_attribute("value", "20")
        page.locator("button[name=do][value=stop]").click()
        expect(run).to_contain_text(f"{good - 20}")
        expect(state.locator("strong").first).to_have_text("20")
        patch.undo()
        run.click()
        work()
        expect(state.locator("strong").first).to_have_text(f"{good}")

        with page.expect_download() as got:
            page.locator("a[download]").click()
        for number, (key, _wrong, right) in BAD.items():
            control = page.locator(f"[name='v.{number + 2}.{key}']")
            if key == "grade":
                control.select_option(right)
            else:
                control.fill(right)
        page.locator("button[name=do][value=mend]").click()
        expect(run).to_contain_text("7")
        run.click()
        work()
        expect(state.locator("strong").first).to_have_text(f"{rows:,}")

    assert problems(page, "imported") == []
    told = list(csv.reader(io.StringIO(got.value.path().read_text("utf-8-sig"))))
    assert [row[5] for row in told[1:]] == [str(number + 2) for number in BAD]
    for row, (key, wrong, _right) in zip(told[1:], BAD.values(), strict=True):
        assert row[COLUMNS.index(key)] == wrong and row[6]
    assert len(stored()) == rows + 1
