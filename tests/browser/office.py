"""A company that begins with Formwright: the real processes, and people who come in through the pages.

Everything here is done as people do it, through links and forms found by address, name or id and never by
their texts, so that the same steps run in both languages.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, BrowserContext, Page, expect

from runtime import config
from tests.browser.watch import watch
from tests.support.mail import MailSink
from tests.support.system import System

PASSWORD = "green hills far away"
FORMS = "/apps/followup/forms"
NEW = f"{FORMS}/visit/new"
LANGUAGES = {"en": "en", "zh": "zh-CN"}
STARTER = Path(config.ROOT, "runtime", "starters", "followup.json")
NAMES = {
    "en": {"admin": "Ada", "manager": "Mona Miller", "seller": "Sam Smith", "stranger": "Eve Evans"},
    "zh": {"admin": "王建国", "manager": "马晓红", "seller": "李雷", "stranger": "韩梅梅"},
}
DEPARTMENTS = {"en": ("North", "South"), "zh": ("华北销售部", "华南销售部")}
# In one of them it is always later than nine in the morning and not nearly midnight.
ZONES = ("Asia/Shanghai", "Europe/London", "America/Los_Angeles")


def zone_after_nine() -> str:
    """A zone where a reminder that is due today at 09:00 goes out at once."""
    return next(zone for zone in ZONES if "09:05" <= f"{datetime.now(ZoneInfo(zone)):%H:%M}" < "23:40")


@dataclass
class Person:
    """Somebody with a browser; `state` is what that browser keeps (cookies)."""

    name: str
    email: str
    state: Any = None


@dataclass
class Office:
    """A running system, its mail server and its people: admin, manager, seller, and a stranger elsewhere."""

    system: System
    mails: MailSink
    chromium: Browser
    locale: str
    zone: str
    errors: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for key, name in NAMES[self.locale].items():
            self.people[key] = Person(name, f"{key}@example.com")

    @property
    def base(self) -> str:
        """The address that people use; links in mails begin with it."""
        return f"http://localhost:{self.system.port}"

    def tab(self, who: str = "", *, width: int = 1280, dark: bool = False, script: bool = True) -> Page:
        """A tab of this person's browser, or of a browser that nobody has signed in with."""
        context = self.chromium.new_context(
            base_url=self.base,
            locale=LANGUAGES[self.locale],
            timezone_id=self.zone,
            viewport={"width": width, "height": 844 if width < 500 else 800},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            has_touch=width < 500,
            reduced_motion="reduce",
            storage_state=self.people[who].state if who else None,
        )
        context.set_default_timeout(30_000)
        watch(context, self.errors)
        self.contexts.append(context)
        return context.new_page()

    def keep(self, who: str, page: Page) -> None:
        """Remember that this person is signed in."""
        self.people[who].state = page.context.storage_state()

    def day(self, days: int = 0) -> date:
        """The date in so many days, where the company is."""
        return datetime.now(ZoneInfo(self.zone)).date() + timedelta(days=days)

    def setup_link(self) -> str:
        """The address that `up` printed."""
        found = re.search(r"http\S+/setup/(\S+)", (self.system.home / "up.log").read_text())
        assert found
        return f"/setup/{found[1]}"

    def close_tabs(self) -> None:
        """Close every tab; afterwards nothing may have gone wrong in any."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()
        found, self.errors[:] = self.errors[:], []
        assert found == [], "\n".join(found)


def found(home: Path, chromium: Browser, mails: MailSink, locale: str) -> Office:
    """A company on a fresh data folder, not started; its app keeps the time of a city where it is after nine."""
    zone = zone_after_nine()
    system = System(home, SMTP_URL=mails.url)
    if zone != ZONES[0]:
        package = json.loads(STARTER.read_text("utf-8"))
        package["definitions"]["app"]["zone"] = zone
        (home / "package.json").write_text(json.dumps(package))
        system.run("init")
        system.run("packages", "install", str(home / "package.json"))
    return Office(system, mails, chromium, locale, zone)


def set_up(office: Office) -> None:
    """The first administrator follows the link, says who they are, and is told what to do next."""
    page = office.tab()
    page.goto(office.setup_link())
    expect(page.locator("html")).to_have_attribute("lang", LANGUAGES[office.locale])
    admin = office.people["admin"]
    page.locator("#locale").select_option(office.locale)
    page.locator("#name").fill(admin.name)
    page.locator("#email").fill(admin.email)
    page.locator("#password").fill(PASSWORD)
    page.locator("main form button").click()
    expect(page).to_have_url(f"{office.base}/")
    expect(page.locator("ol.todo li")).to_have_count(3)
    expect(page.locator("ol.todo .done")).to_have_count(0)
    office.keep("admin", page)


def staff(office: Office) -> None:
    """The administrator adds two departments and their people, who choose their passwords."""
    page = office.tab("admin")
    here, elsewhere = DEPARTMENTS[office.locale]
    for name in (here, elsewhere):
        page.goto("/admin/departments/new")
        page.locator("#name").fill(name)
        press_primary(page)
        page.wait_for_url("**/admin/departments")
    for who, role, department in (
        ("manager", "manager", here),
        ("seller", "sales", here),
        ("stranger", "sales", elsewhere),
    ):
        invite(office, page, who, role, department)
    page.goto("/admin/departments")
    page.get_by_role("link", name=here, exact=True).click()
    page.locator("#manager_id").select_option(label=office.people["manager"].name)
    press_primary(page)
    page.wait_for_url("**/admin/departments")


def invite(office: Office, page: Page, who: str, role: str, department: str) -> None:
    """Add one person, who then follows the one-time link in a browser of their own."""
    person = office.people[who]
    page.goto("/admin/users/new")
    page.locator("#name").fill(person.name)
    page.locator("#email").fill(person.email)
    page.locator("#department_id").select_option(label=department)
    page.locator(f"input[name=roles][value='followup:{role}']").check()
    press_primary(page)
    theirs = office.tab()
    theirs.goto(page.locator("#link").input_value())
    theirs.locator("#password").fill(PASSWORD)
    press_primary(theirs)
    expect(theirs).to_have_url(f"{office.base}/")
    office.keep(who, theirs)


def press_primary(page: Page) -> None:
    """Press the main button of the page's form."""
    page.locator("main form button.btn-primary").click()


def focus(page: Page) -> str:
    """The id of the element that has the focus."""
    return str(page.evaluate("document.activeElement.id"))


def pick(page: Page, key: str, words: str) -> None:
    """Search in a picker and take the only one that is found."""
    page.locator(f"#{key}").click()
    page.locator(f"#{key}").fill("")
    page.locator(f"#{key}").press_sequentially(words)
    expect(page.locator(f"#o-{key} [role=option][data-value]")).to_have_count(1)
    page.locator(f"#o-{key} [role=option]").click()
    expect(page.locator(f"#o-{key}")).to_be_hidden()


def answer(page: Page, key: str) -> str:
    """What the page of a record says at a field."""
    return page.locator(f"#f-{key} dd").inner_text()
