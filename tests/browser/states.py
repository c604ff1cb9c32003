"""Every page in every state that a person meets: who meets it, and the way there."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.office import FORMS, NEW, pick, press_primary


def fresh(page: Page) -> None:
    page.goto(NEW)


def filled(page: Page) -> None:
    page.locator("#content").fill("They want ten.")
    page.locator("#result").check()
    page.locator("#remind").check()
    page.locator("#prepare").fill("A price list")


def wrong(page: Page) -> None:
    fresh(page)
    page.locator("#phone").fill("12")
    page.locator("#remind").check()
    expect(page.locator("#next_on")).to_be_visible()
    press_primary(page)
    expect(page.locator("[data-summary]")).to_be_focused()


def picker_open(page: Page) -> None:
    fresh(page)
    page.locator("#customer").click()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#o-customer [aria-selected=true]")).to_have_count(1)


def picker_empty(page: Page) -> None:
    fresh(page)
    page.locator("#customer").press_sequentially("zzzz")
    expect(page.locator("#o-customer [role=option]")).to_have_count(1)


def morphed(page: Page) -> None:
    fresh(page)
    pick(page, "customer", "hxdz")
    expect(page.locator("#phone")).not_to_have_value("")
    page.locator("#remind").check()
    page.locator("#result-3").check()
    page.locator("#phone").fill("12")
    page.locator("#content").click()
    expect(page.locator("#e-phone")).to_be_visible()
    expect(page.locator("#reason")).to_be_visible()


def going(page: Page) -> None:
    page.goto(f"{FORMS}/customer/")
    page.wait_for_load_state()
    page.keyboard.press("Control+k")
    expect(page.locator("#go-q")).to_have_attribute("aria-activedescendant", "go-1")


def newest(page: Page, form: str) -> str:
    page.goto(f"{FORMS}/{form}/")
    return page.locator("tbody tr a").first.get_attribute("href") or ""


def visit(page: Page) -> None:
    page.goto(newest(page, "visit"))


def reminder(page: Page) -> None:
    page.goto(newest(page, "reminder"))


def edit(page: Page) -> None:
    page.goto(newest(page, "visit") + "edit")


def commented(page: Page) -> None:
    """A customer with what refers to him and a comment that is being changed, and one that was refused."""
    page.goto(newest(page, "customer"))
    page.locator("#comment").fill("Please **call** them.")
    page.locator("#say .btn-primary").click()
    expect(page.locator(".fw-comment").first).to_be_visible()
    page.locator(".fw-event summary").first.click()
    page.locator("#say .btn-primary").click()
    expect(page.locator("#comment-error")).to_be_visible()


def section(page: Page) -> None:
    """One section of a customer as a form."""
    page.goto(newest(page, "customer"))
    page.locator(".fw-pencil").first.click()
    expect(page.locator("form[data-section] :focus")).to_be_visible()  # which it gets once all is loaded


def conflict(page: Page) -> None:
    """Both change the same field of one record."""
    address = newest(page, "visit") + "edit"
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(address)
    earlier = other.locator("#content").input_value()
    other.locator("#content").fill(f"{earlier}!")
    press_primary(other)
    other.wait_for_url("**/visit/*/")
    other.close()
    page.locator("#content").fill("They want twenty.")
    press_primary(page)
    expect(page.locator("#x-content")).to_be_visible()


def deletion(page: Page) -> None:
    page.goto(newest(page, "visit") + "delete")


def trash(page: Page) -> None:
    """Something lies in the trash; the first who looks puts it there."""
    page.goto(f"{FORMS}/contact/trash")
    if not page.locator("[name=record]").count():
        page.goto(newest(page, "contact") + "delete")
        page.locator("main form button").click()
        page.wait_for_url("**/contact/")
        page.goto(f"{FORMS}/contact/trash")


def purge(page: Page) -> None:
    trash(page)
    page.locator("[name=record]").first.check()
    page.locator("[formaction]").click()
    page.wait_for_url("**/trash/purge")


def chosen(page: Page) -> None:
    """Two rows of a list by their range, and what to do with them."""
    page.goto(f"{FORMS}/customer/")
    page.locator("tbody [name=_record]").nth(0).check()
    page.locator("tbody [name=_record]").nth(1).click(modifiers=["Shift"])
    expect(page.locator("#chosen")).not_to_be_empty()


def many(page: Page) -> None:
    chosen(page)
    page.locator("#bulk button").first.click()
    page.wait_for_url("**/bulk")


def setting(page: Page) -> None:
    many(page)
    page.locator("[name=_field][value=grade]").check()
    page.locator("[name=_field][value=address]").check()
    page.locator(".card-footer .btn-primary").click()
    expect(page.locator("#rec")).to_be_visible()


def changed(page: Page) -> None:
    setting(page)
    page.locator("#rec .btn-primary").click()
    page.locator("#bulk-state:not([hx-get])").wait_for()  # a second time there is nothing to take back


def doomed(page: Page) -> None:
    many(page)
    page.locator("[name=_step][value=delete]:not([type=hidden])").click()
    page.locator(".fw-danger").wait_for()


def menus(page: Page) -> None:
    page.goto("/")
    page.locator("[popovertarget=user-menu]").click()


def no_sign_in(page: Page) -> None:
    page.goto("/login")
    page.locator("#email").fill("nobody@example.com")
    page.locator("main form button").click()
    expect(page.locator("#email-error")).to_be_visible()


def no_user(page: Page) -> None:
    page.goto("/admin/users/new")
    press_primary(page)
    expect(page.locator(".error-summary")).to_be_focused()


def no_new_password(page: Page) -> None:
    page.goto("/profile")
    page.locator("#old").fill("wrong")
    page.locator("form[action$=password] button").click()
    expect(page.locator("#old-error")).to_be_visible()


def link(page: Page) -> None:
    page.goto("/admin/users?q=eve")
    page.locator("tbody a").first.click()
    page.locator("form[action$=link] button").click()
    expect(page.locator("#link")).to_be_visible()


def invited(page: Page) -> None:
    link(page)
    page.goto(page.locator("#link").input_value())


def department(page: Page) -> None:
    page.goto("/admin/departments")
    page.locator("tbody a").first.click()


def files(page: Page) -> None:
    """A file that was made of a list."""
    page.goto(f"{FORMS}/customer/?panel=export")
    page.locator("#export button.btn-primary").click()
    page.locator("#exports a[download]").first.wait_for()


def draft(page: Page) -> None:
    """A draft that is opened with an answer that does not fit."""
    fresh(page)
    page.locator("#content").fill("They want ten.")
    page.locator("#phone").fill("12")
    page.locator("[name=_do][value=draft]").click()
    page.wait_for_url("**/drafts/*")


def drafts(page: Page) -> None:
    """The list of drafts, one of which is to be discarded."""
    draft(page)
    number = page.url.rpartition("/")[2]
    page.goto(f"/drafts?discard={number}")


def home_with_drafts(page: Page) -> None:
    """The start page with a draft to go on with."""
    draft(page)
    page.goto("/")
    page.locator(".fw-more").wait_for()


def board(page: Page) -> None:
    """A board with the menu of a card open."""
    page.goto(f"{FORMS}/customer/?kind=board")
    page.locator(".fw-move").first.click()
    page.locator(".fw-targets button").first.wait_for()


def imported(page: Page) -> None:
    """An import that was looked at: rows that are ready, and one with a problem to mend."""
    page.goto(f"{FORMS}/customer/imports/")
    page.locator("#text").fill("Name,Grade,Phone\nImported one,A,\nImported two,Z,12\n")
    press_primary(page)
    page.locator("#target-1").wait_for()
    press_primary(page)
    page.locator("#automations-rest").check()
    press_primary(page)
    page.locator(".fw-faults").wait_for()


def import_columns(page: Page) -> None:
    """The columns of a spreadsheet, and what they are taken for."""
    page.goto(f"{FORMS}/customer/imports/")
    page.locator("#text").fill("Name,Grade,Phone\nImported one,A,\n")
    press_primary(page)
    page.locator("#target-1").wait_for()


def calendar(page: Page) -> None:
    """A month with the date of a record about to be changed."""
    page.goto(f"{FORMS}/visit/?kind=calendar")
    page.locator(".fw-move:visible").first.click()
    expect(page.locator("#to")).to_be_focused()
    page.evaluate("scrollTo(0, 0)")  # late in a month it scrolls, and the bar at the top lies over buttons


def leaving(page: Page) -> None:
    """A link is followed with an edit that is not saved."""
    edit(page)
    page.locator("#content").fill("They want thirty.")
    page.locator(".breadcrumb a").first.click()
    expect(page.locator("#leave")).to_be_visible()


def offered(page: Page) -> None:
    """An edit that the browser kept."""
    edit(page)
    kept = "{ rev: 1, at: Date.now(), texts: [['content', 'They want forty.']] }"
    page.evaluate(f"localStorage.setItem(rec.dataset.edits, JSON.stringify({kept}))")
    page.reload()
    expect(page.locator("#edits")).to_be_visible()


def signed_out(page: Page) -> None:
    """The log-in has ended while a form was filled."""
    fresh(page)
    page.evaluate("void window.formwright.signIn()")
    expect(page.locator("#again-password")).to_be_focused()


def version(page: Page) -> None:
    """What a record held before it was changed."""
    page.goto(newest(page, "visit").partition("?")[0] + "versions/1")


def at(address: str) -> Callable[[Page], None]:
    """A page that needs nothing but its address."""

    def there(page: Page) -> None:
        page.goto(address)

    return there


STATES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "sign in": ("", at("/login")),
    "sign in, refused": ("", no_sign_in),
    "choose a password": ("admin", invited),
    "home of the administrator": ("admin", at("/")),
    "home": ("seller", menus),
    "home, with drafts": ("seller", home_with_drafts),
    "app": ("seller", at("/apps/followup/")),
    "going somewhere": ("seller", going),
    "going somewhere, on a page": ("seller", at("/go?q=cu")),
    "list": ("seller", at(f"{FORMS}/customer/?panel=export")),
    "board": ("seller", board),
    "calendar": ("seller", calendar),
    "files of a list": ("seller", files),
    "import": ("seller", at(f"{FORMS}/customer/imports/")),
    "import, columns": ("seller", import_columns),
    "import, rows with problems": ("seller", imported),
    "empty list": ("stranger", at(f"{FORMS}/visit/")),
    "nothing found": ("seller", at(f"{FORMS}/customer/?q=zzzz")),
    "follow-up": ("seller", visit),
    "reminder": ("seller", reminder),
    "customer, with comments": ("seller", commented),
    "customer, one section edited": ("seller", section),
    "versions": ("seller", at(f"{FORMS}/customer/1/versions/")),
    "one version": ("seller", version),
    "merging": ("admin", at(f"{FORMS}/customer/merge?record=1&record=2")),
    "new, fresh": ("seller", fresh),
    "new, signed out": ("seller", signed_out),
    "new, with errors": ("seller", wrong),
    "new, picker open": ("seller", picker_open),
    "new, nothing to pick": ("seller", picker_empty),
    "new, after answers": ("seller", morphed),
    "draft": ("seller", draft),
    "drafts": ("seller", drafts),
    "no drafts": ("stranger", at("/drafts")),
    "edit": ("seller", edit),
    "edit, leaving": ("seller", leaving),
    "edit, kept before": ("seller", offered),
    "conflict": ("seller", conflict),
    "delete": ("seller", deletion),
    "trash": ("admin", trash),
    "empty trash": ("seller", at(f"{FORMS}/reminder/trash")),
    "removing for good": ("admin", purge),
    "chosen rows": ("admin", chosen),
    "many, what to do": ("admin", many),
    "many, to set": ("admin", setting),
    "many, to delete": ("admin", doomed),
    "many, changed": ("admin", changed),
    "inbox": ("seller", at("/inbox")),
    "empty inbox": ("stranger", at("/inbox")),
    "profile": ("seller", at("/profile")),
    "profile, refused": ("seller", no_new_password),
    "users": ("admin", at("/admin/users")),
    "new user": ("admin", at("/admin/users/new")),
    "new user, refused": ("admin", no_user),
    "link for a user": ("admin", link),
    "departments": ("admin", at("/admin/departments")),
    "department": ("admin", department),
    "new department": ("admin", at("/admin/departments/new")),
    "runs": ("admin", at("/admin/runs")),
    "deliveries": ("admin", at("/admin/deliveries")),
    "no such page": ("seller", at("/nowhere")),
    "not allowed": ("seller", at(f"{FORMS}/customer/1/delete")),
}

VISIT = f"{FORMS}/visit/design"
APP = "/apps/followup/app/followup/design"
REMIND = "/apps/followup/automations/remind_ahead/design"
# The designer's pages are looked at for barriers by the tests of their own, in the states that those make.
DESIGNER: dict[str, tuple[str, Callable[[Page], None]]] = {
    address: ("admin", at(address))
    for address in (
        f"{VISIT}/fields?sel=field/customer",
        f"{VISIT}/fields?sel=section/section_2",
        f"{VISIT}/rules",
        f"{VISIT}/list",
        f"{VISIT}/preview",
        f"{VISIT}/problems",
        f"{VISIT}/publish",
        f"{VISIT}/versions",
        f"{APP}/overview",
        f"{APP}/roles",
        f"{APP}/settings",
        f"{REMIND}/steps?sel=when",
        f"{REMIND}/test",
        f"{REMIND}/runs",
        "/apps/followup/messages/visit_due/design/",
        "/apps/followup/spreadsheet",
        "/apps/new-app",
        "/gallery/",
        "/gallery/followup/uninstall",
        "/apps/followup/forms/customer/retire",
    )
}
