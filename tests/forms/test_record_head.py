"""What stands around the answers on the page of a record: its number and what can be done with it."""

import re

from runtime.accounts.models import User
from runtime.definitions import lookup
from tests.forms.followup import FOLLOWUP, Browser, make

CUSTOMERS = f"{FOLLOWUP}/customer/"


def test_the_number_of_a_record_stands_beside_its_title(browser: Browser, seller: User) -> None:
    serial = next(
        key for key, one in lookup.form("followup", "customer").fields.items() if one.type.name == "serial"
    )
    address = f"{CUSTOMERS}{make('customer', {'name': 'Acme'})}/"
    head = re.search(r"<h1>(.*?)</h1>", browser.open(address).text)
    assert head
    shown = re.fullmatch(r'Acme <small class="fw-number">([^<]+)</small>', head[1])
    assert shown and re.search(rf'id="f-{serial}".*?{shown[1]}', browser.page, re.S)


def test_one_deed_stands_out_and_the_others_wait_in_a_menu(browser: Browser, seller: User) -> None:
    page = browser.open(f"{CUSTOMERS}{make('customer', {'name': 'Acme'})}/").text
    head = page[page.index('class="page-head"') : page.index("fw-jumps")]
    menu = head[head.index('id="ways-menu"') :]
    assert head.count("btn-primary") == 1
    assert "data-print" in menu and "/versions/" in menu
    below = page[page.index("fw-jumps") :]
    assert all(f'href="#{place}"' in below and f'id="{place}"' in below for place in ("related", "story"))
