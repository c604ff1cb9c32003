"""What machines can find of the barriers on a page: axe-core, sizes of targets, pages that scroll sideways."""

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).with_name("axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ABOUT_COLOURS = ["color-contrast", "link-in-text-block"]
COLOURS = {"runOnly": {"type": "rule", "values": ABOUT_COLOURS}}  # all that dark colours change
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}}
BUT_COLOURS = {**EVERYTHING, "rules": {rule: {"enabled": False} for rule in ABOUT_COLOURS}}

RUN = """async (options) => {
  const found = await axe.run({ ...options, resultTypes: ["violations"] });
  const told = (node) => node.html.slice(0, 160) + " " + node.any.map((one) => one.message).join(" ");
  return found.violations.map((one) => one.id + ": " + one.nodes.map(told).join("; "));
}"""

# What can be pressed and is smaller than 24 px; a link in the middle of a text may be (WCAG 2.5.8).
SMALL = """() => [...document.querySelectorAll("a, button, input, select, textarea, summary, [role=option]")]
  .map((element) => [element, element.closest("label") ?? element])
  .filter(([element, area]) => {
    const box = area.getBoundingClientRect();
    const shown = element.checkVisibility({ visibilityProperty: true }) && box.width > 1 && box.bottom > 0;
    const inText = element.matches("a") && getComputedStyle(element).display === "inline";
    return shown && !inText && (box.width < 24 || box.height < 24);
  })
  .map(([element]) => element.outerHTML.slice(0, 120))"""

WIDE = """() => [...document.body.querySelectorAll("*")]
  .filter((element) => element.getBoundingClientRect().right > innerWidth)
  .map((element) => element.outerHTML.slice(0, 120))"""


def barriers(page: Page, state: str, look: str, options: dict[str, Any]) -> list[str]:
    """The violations that axe finds, a line each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(RUN, options)
    return [f"{state}, {look}: {one}" for one in found]


def problems(page: Page, state: str) -> list[str]:
    """Everything wrong with a page on a desk and on a phone, in light and in dark colours.

    Looking at colours takes most of the time: light ones are looked at on a desk and dark ones on a phone, in
    `make test-full` (FULL=1) both on both. No language changes a colour: in Chinese they are looked at once.
    """
    found: list[str] = []
    english = page.locator("html").get_attribute("lang") == "en"
    full = english and bool(os.environ.get("FULL"))
    for width, height in ((1280, 800), (390, 844)):
        desk = width == 1280
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="light")
        found += barriers(page, state, f"{width} px, light", EVERYTHING if desk or full else BUT_COLOURS)
        if full or (english and not desk):
            page.emulate_media(color_scheme="dark")
            found += barriers(page, state, f"{width} px, dark", COLOURS)
    found += [f"{state}, small: {one}" for one in page.evaluate(SMALL)]
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 640})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{state}, {width} px, scrolls sideways for {page.evaluate(WIDE)}")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.emulate_media(color_scheme="light")
    return found
