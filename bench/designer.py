"""The designer with large forms: what opening one weighs and takes, and how soon a command has been painted."""

import gzip
import os
from typing import Any

from playwright.sync_api import Page, sync_playwright

from app import create_app
from bench import browser, work
from bench.client import Client, Result, load
from bench.report import Aim, line, show
from bench.servers import Side
from builder import drafts
from runtime import config
from runtime.db import db, transaction
from runtime.fields import FIELD_TYPES

KINDS = ("text", "long_text", "number", "money", "choice", "date", "yes_no", "member")
COMMANDS = 30
AIMS = {200: 200.0, 500: 350.0}  # ms from a command to its picture, p95
PAINTED = """() => new Promise((done) => {
  const begin = performance.now();
  const drawn = () => requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin)));
  document.addEventListener("fw:drawn", drawn, { once: true });
  document.querySelector("#tool-up").click();
})"""
QUIET = "() => !document.documentElement.hasAttribute('data-busy')"


def measure(side: Side, client: Client, seconds: float) -> None:
    """Open forms of 200 and of 500 fields and move one of their fields again and again."""
    for fields, aim in AIMS.items():
        path = _drafted(side, fields)
        shown = f"{path}fields?sel=field/field_{fields - 20}"
        if fields == 200:
            _weigh(side, client, shown)
        counted = load([client], work.get(f"{path}problems/count"), seconds)
        show(f"problems of {fields} fields", 1, counted, None, Aim(p95=150 if fields == 200 else None))
        waits = _commands(side, client, shown)
        show(
            f"command to paint, {fields} fields",
            1,
            Result(waits, len(waits) / sum(waits)),
            None,
            Aim(p95=aim),
        )


def _drafted(side: Side, fields: int) -> str:
    """A draft of so many fields; the address of its designer."""
    key = f"wide_{fields}"
    app = create_app(config.read({**os.environ, **side.environ}))
    with app.app_context():
        with transaction():
            drafts.save_draft(None, "bench", "form", key, _document(key, fields))
        db.session.remove()
        db.engine.dispose()
    return f"/apps/bench/forms/{key}/design/"


def _document(key: str, fields: int) -> dict[str, Any]:
    kinds = [FIELD_TYPES[KINDS[number % len(KINDS)]] for number in range(fields)]
    properties = {
        f"field_{number}": {
            **kind.example_schema,
            "fw": {
                "type": kind.name,
                **kind.example_options,
                "title": f"Field {number}",
                "help": "What it is for",
            },
        }
        for number, kind in enumerate(kinds)
    }
    identity = {"$schema": "urn:formwright:form:1", "$id": f"urn:formwright:bench:{key}", "title": key}
    return {**identity, "type": "object", "properties": properties, "fw": {}}


def _weigh(side: Side, client: Client, path: str) -> None:
    packed = len(gzip.compress(client.get(path).encode())) / 1000
    line("designer of 200 fields, packed HTML", f"{packed:.0f} kB", aim="60 kB", met=packed <= 60)
    found = browser.first_load(side, client, path)
    line("… its first paint, nothing cached", f"{found.painted:.2f} s", aim="0.8 s", met=found.painted <= 0.8)
    line("… its JavaScript", f"{found.scripts:.0f} kB", aim="70 kB", met=found.scripts <= 70)


def _commands(side: Side, client: Client, path: str) -> list[float]:
    """Seconds from a click on "Move up" to the picture with the field moved."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser.program(), args=["--no-sandbox"])
        page = browser.signed_in(chromium, side, client).new_page()
        page.goto(side.base + path, wait_until="networkidle")
        waits = [_moved(page) for _ in range(COMMANDS)]
        chromium.close()
    return waits


def _moved(page: Page) -> float:
    waited = page.evaluate(PAINTED)
    page.wait_for_function(QUIET)
    page.wait_for_load_state("networkidle")  # the counter of problems follows
    return float(waited) / 1000
