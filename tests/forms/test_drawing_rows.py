"""The rows of a list as HTML: whatever they hold is text, and many of them cost little."""

import re
from html import unescape

from tests.forms.followup import FOLLOWUP, Browser, make_all
from tests.support.effort import calls

CUSTOMERS = f"{FOLLOWUP}/customer/"
PER_ROW = 100  # calls of functions: drawing each cell by a template took 300 more


def test_given_values_that_look_like_html_when_a_list_shows_them_then_they_are_texts(
    browser: Browser,
) -> None:
    names = ["<b>Acme</b> & 'Co'", 'mark-0; "quoted" {{ 7 * 7 }} %s', "<script>alert(1)</script>"]
    ids = make_all("customer", [{"name": name, "address": name} for name in names])

    page = browser.client.get(f"{CUSTOMERS}?sort=id&cols=name,address").text

    for record, name in zip(ids, names, strict=True):
        row = re.search(rf'<tr id="row-{record}">.*?</tr>', page, re.S)
        assert row
        cells = [
            unescape(re.sub(r"<[^>]*>", "", each))
            for each in re.findall(r"<td(?! class=.fw-choose)[^>]*>(.*?)</td>", row[0], re.S)
        ]
        assert cells == [name, name]
        assert f'href="{CUSTOMERS}{record}/?sort=id&amp;cols=name,address"' in unescape(row[0]).replace(
            "%2C", ","
        ).replace("&cols", "&amp;cols")


def test_given_a_hundred_rows_when_they_are_drawn_then_each_takes_few_calls(browser: Browser) -> None:
    make_all("customer", [{"name": f"Customer {number}"} for number in range(100)])

    def effort(rows: int) -> int:
        def work() -> None:
            assert browser.client.get(f"{CUSTOMERS}?upto={rows}").text.count("<tr id=") == rows + (rows < 100)

        work()
        return calls(work)

    assert effort(100) - effort(50) < 50 * PER_ROW
