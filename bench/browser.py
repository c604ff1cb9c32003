"""What a real browser fetches for a page that it never saw, and how long that takes."""

import os
import shutil
import statistics
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from bench.client import Client
from bench.servers import Side

NAMES = ("chromium", "chromium-headless-shell", "google-chrome", "google-chrome-stable")
TIMES = 5


@dataclass
class Load:
    """One page: seconds until all was there and until something was seen, and the bytes of each answer."""

    seconds: float = 0.0
    painted: float = 0.0
    sizes: dict[str, float] = field(default_factory=dict)

    @property
    def scripts(self) -> float:
        """The kilobytes of JavaScript, as they come."""
        return sum(size for name, size in self.sizes.items() if ".js?" in name) / 1000

    @property
    def kilobytes(self) -> float:
        """All answers together, with their headers."""
        return sum(self.sizes.values()) / 1000


def program() -> str | None:
    """The browser's program."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def signed_in(browser: Browser, side: Side, client: Client) -> BrowserContext:
    """A browser with nothing in its cache, signed in as the client."""
    context = browser.new_context()
    context.add_cookies([{"name": k, "value": v, "url": side.base} for k, v in client.cookies.items()])
    return context


def first_load(side: Side, client: Client, path: str) -> Load:
    """A page in a browser with an empty cache, signed in as the client; the median of some tries."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        loads = [_load(browser, side, client, path) for _ in range(TIMES + 1)][
            1:
        ]  # the first starts the browser
        browser.close()
    wanted = statistics.median_low([load.seconds for load in loads])
    return next(load for load in loads if load.seconds == wanted)


def _load(browser: Browser, side: Side, client: Client, path: str) -> Load:
    context = signed_in(browser, side, client)
    page, load, names = context.new_page(), Load(), dict[str, str]()
    session = context.new_cdp_session(page)
    session.send("Network.enable")

    def asked(event: dict[str, Any]) -> None:
        names[event["requestId"]] = event["request"]["url"].removeprefix(side.base)

    def came(event: dict[str, Any]) -> None:
        # What a style sheet holds as data: is no request, and the icon of the tab is not part of the page.
        name = names[event["requestId"]]
        if name.startswith("/") and "logo.svg" not in name:
            load.sizes[name] = event["encodedDataLength"]

    session.on("Network.requestWillBeSent", asked)
    session.on("Network.loadingFinished", came)
    page.goto(side.base + path, wait_until="networkidle")
    load.seconds = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd") / 1000
    load.painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000
    context.close()
    return load
