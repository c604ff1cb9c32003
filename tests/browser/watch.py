"""What must hold on every page of every test: a quiet console, no breach of the CSP, a focus that is never lost."""

import os

from playwright.sync_api import BrowserContext, ConsoleMessage, Page

WANTED = (
    "the server responded with a status of 4"  # the console notes every 4xx, also those that a test is about
)

# FORMWRIGHT_SLOW=6 makes pages six times slower, as on a busy machine: tests that are faster than a page fail then.
SLOWER = float(os.environ.get("FORMWRIGHT_SLOW", "1"))

# Runs before the page's own scripts, outside its CSP. A swap that takes the focused element away and leaves
# the focus nowhere sends people who use a keyboard or a screen reader back to the top of the page.
SCRIPT = """
addEventListener("securitypolicyviolation", (event) =>
  console.error("CSP: " + event.violatedDirective + " " + event.blockedURI));
let focused = false;
addEventListener("htmx:before:swap", () => { focused = document.activeElement !== document.body; });
addEventListener("htmx:after:swap", () => setTimeout(() => {
  if (focused && document.activeElement === document.body) console.error("the focus is lost after a swap");
}));
"""


def watch(context: BrowserContext, errors: list[str]) -> None:
    """Collect in `errors` what goes wrong on the pages of this context."""
    context.add_init_script(SCRIPT)
    context.on("page", lambda page: _watch(page, errors))


def _slow(page: Page) -> None:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


def _watch(page: Page, errors: list[str]) -> None:
    if SLOWER > 1:
        _slow(page)

    def note(line: ConsoleMessage) -> None:
        if line.type == "error" and WANTED not in line.text:
            errors.append(f"{page.url}: {line.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
