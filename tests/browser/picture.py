"""Takes the picture of the README: `python -m tests.browser.picture`. The product starts as for its users."""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import executable
from tests.browser.office import NEW, Office, found, pick, set_up, staff
from tests.support.mail import MailSink
from tests.support.system import ROOT

PICTURE = ROOT / "docs" / "images" / "new-follow-up.png"


def take(office: Office, path: Path) -> None:
    """A follow-up that is nearly ready to be saved, with its reminder switched on."""
    page = office.tab("seller")
    page.goto(NEW)
    pick(page, "customer", "north")
    pick(page, "deal", "crm")
    page.locator("#content").fill(
        "They like the offer and want to see the import of their old data before they decide. "
        "Rose asks for two references from trading companies."
    )
    page.locator("#result").check()
    page.locator("#deal_stage-3").check()
    page.locator("#remind").check()
    page.locator("#next_on").fill(str(office.day(7)))
    page.locator("#prepare").fill("Import of 200 of their customers, two references, the price list")
    page.locator("#rec").focus()
    page.wait_for_load_state("networkidle")
    page.locator("#s-content").evaluate("card => scrollTo(0, scrollY + card.getBoundingClientRect().y - 72)")
    page.screenshot(path=path)


def main() -> None:
    """Start, set up, take the picture, stop."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as home:
        chromium = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox"])
        mails = MailSink()
        office = found(Path(home), chromium, mails, "en")
        try:
            office.system.start()
            set_up(office)
            staff(office)
            take(office, PICTURE)
        finally:
            office.system.stop()
            mails.stop()


if __name__ == "__main__":
    main()
