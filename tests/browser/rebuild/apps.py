"""A new app from the home page, its settings, its roles with their rights, and empty parts in it."""

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page

from tests.browser.rebuild import hands
from tests.browser.rebuild.hands import at, press

Plan = Mapping[str, Any]
PLURALS = {"form": "forms", "automation": "automations", "message": "messages"}


def new_app(page: Page, app: Plan, locale: str) -> None:
    """An empty app, from the home page on."""
    page.goto("/")
    page.locator("main a[href='/apps/new-app']").first.click()
    hands.enter(page, at(page, "title"), app["title"][locale])
    page.locator("details.app-more summary").click()
    for language in app["languages"]:
        page.locator(f'input[name=languages][value="{language}"]').check()
    at(page, "zone").select_option(app["zone"])
    hands.enter(page, at(page, "key"), app["key"])
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/design/overview")


def set_app(page: Page, app: Plan) -> None:
    """The settings of the app."""
    overview(page, app["key"])
    hands.tab(page, "settings")
    for name in ("title", "description"):
        hands.write_titles(page, f"app-{name}", app[name])
    hands.follow(page, at(page, "app-icon"))
    press(page, page.locator(f'label.panel-icon[title="{app["icon"]}"]'))
    if app.get("review"):
        press(page, at(page, "app-review"))


def overview(page: Page, app: str) -> None:
    """Back to the app by the path at the top of the page."""
    if f"/app/{app}/design/" not in page.url:
        page.locator(f'.design-what a[href^="/apps/{app}/app/"]').first.click()
    hands.tab(page, "overview")


def new_part(page: Page, app: str, kind: str, key: str) -> None:
    """An empty form, automation or message; its key comes of the words that it is called by first."""
    overview(page, app)
    hands.enter(page, at(page, f"new-{kind}"), key.replace("_", " "))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/apps/{app}/{PLURALS[kind]}/{key}/design/**")


def open_part(page: Page, app: str, kind: str, key: str) -> None:
    """The designer of a part, by its name on the overview."""
    overview(page, app)
    page.locator(f'a.app-part[href^="/apps/{app}/{PLURALS[kind]}/{key}/design/"]').click()
    page.wait_for_url(f"**/{key}/design/**")


def add_role(page: Page, app: str, role: Plan) -> None:
    """A role with what it is called in each language, and its rights."""
    overview(page, app)
    hands.tab(page, "roles")
    hands.enter(page, at(page, "new-role"), role["key"].replace("_", " "))
    with hands.storing(page):
        page.keyboard.press("Enter")
    hands.write_titles(page, f"role-{role['key']}", role["title"])
    for form, action, scope in rights(role["grants"]):
        grant(page, form, action, scope)


def delete_role(page: Page, app: str, role: str) -> None:
    """Take out a role that an app begins with."""
    overview(page, app)
    hands.tab(page, "roles")
    hands.follow(page, page.locator(f'a.app-part[href*="role/{role}"]'))
    page.locator("details.card-footer summary").click()
    press(page, page.locator("details.card-footer button"))


def rights(grants: list[Plan]) -> list[tuple[str, str, str]]:
    """Form, action and whose records; creating knows no others."""
    return [(each["form"], action, each["scope"]) for each in grants for action in each["actions"]]


def grant(page: Page, form: str, action: str, scope: str) -> None:
    """Tick one right."""
    cell = f"grant-{form}-{action}"
    if action == "create":
        if not at(page, f"{cell}-on").is_checked():
            press(page, at(page, f"{cell}-on"))
        return
    hands.unfold(page, cell)
    press(page, at(page, f"{cell}-{scope}"))
