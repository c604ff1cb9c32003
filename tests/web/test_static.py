"""What is vendored is what was checked in, every icon is there, and pages stay light."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from runtime import config

STATIC = Path(config.ROOT, "static")
VENDOR = STATIC / "vendor"
SPRITE = next(VENDOR.glob("tabler-icons-*.svg")).read_text("utf-8")
MAX_JS, MAX_CSS, MAX_DESIGNER_CSS = 45_000, 27_000, 34_000  # gzip, all that a page loads
MAX_LIST_JS = 40_000
EDITORS, MAX_JS_WITH_EDITORS = ("trix", "signature_pad"), 105_000  # loaded by forms with such a field only


def test_the_vendored_files_are_the_ones_that_were_checked_in() -> None:
    listed = dict(line.split("  ")[::-1] for line in (VENDOR / "CHECKSUMS").read_text("utf-8").splitlines())
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.iterdir()
        if path.suffix in (".js", ".css", ".svg", ".txt")
    }
    assert listed == found


def used_icons() -> set[str]:
    """The icons that templates and packages name."""
    root = Path(config.ROOT)
    texts = [path.read_text("utf-8") for path in (root / "templates").rglob("*.html")]
    named = {name for text in texts for name in re.findall(r'\bicon\(\s*"([a-z0-9-]+)"', text)}
    code = [
        path.read_text("utf-8") for place in ("runtime", "builder") for path in (root / place).rglob("*.py")
    ]
    named |= {
        name for text in code for name in re.findall(r'^\s*icon(?:: str)? = "([a-z0-9-]+)"', text, re.M)
    }
    for package in (root / "runtime" / "starters").glob("*.json"):
        named |= set(re.findall(r'"icon":\s*"([a-z0-9-]+)"', package.read_text("utf-8")))
    return named


@pytest.mark.parametrize("name", sorted(used_icons()))
def test_the_icon_is_in_the_sprite(name: str) -> None:
    assert f'id="tabler-{name}"' in SPRITE


def used_classes() -> set[str]:
    """The classes that templates name in full."""
    texts = [path.read_text("utf-8") for path in Path(config.ROOT, "templates").rglob("*.html")]
    named = [name for text in texts for name in re.findall(r'class="([^"]*)"', text)]
    return {word for name in named for word in re.findall(r"[\w-]+", name)}


def test_the_rules_of_every_class_are_in_the_trimmed_style_sheet() -> None:
    known = set((VENDOR / "tabler-classes.txt").read_text("utf-8").split())
    style = next(VENDOR.glob("tabler-*.min.css")).read_text("utf-8")

    lacking = (used_classes() & known) - set(re.findall(r"\.([\w-]+)", style))

    assert lacking == set(), "make vendor brings them"


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_no_rule_is_for_whatever_stands_behind_something(path: Path) -> None:
    """With such a rule every swap makes the browser work out the style of the whole page anew."""
    rules = re.findall(
        r"[^{},]*[+~]\s*(?:\*|:)[^{},]*",
        re.sub(r"/\*.*?\*/|\([^()]*\)", "", path.read_text("utf-8"), flags=re.S),
    )

    assert rules == []


def test_no_class_of_the_style_sheet_is_put_together_in_a_template() -> None:
    known = (VENDOR / "tabler-classes.txt").read_text("utf-8").split()
    texts = [path.read_text("utf-8") for path in Path(config.ROOT, "templates").rglob("*.html")]
    begun = [name for text in texts for name in re.findall(r'class="(?:[^"]* )?([a-z-]+-)\{\{', text)]

    assert [name for name in begun if any(each.startswith(name) for each in known)] == []


def test_scripts_and_styles_of_a_record_stay_within_the_budget() -> None:
    # Held to a budget of their own below.
    of_lists = ("cells", "widths", "list", "choose", "hits", "older", "moving")
    # Frames stand only beside other sites, work is asked for where a lot comes in, going when Ctrl+K is pressed first.
    apart = ("designer", "sortable", "embed", "frame", "work", "going", *of_lists)
    assert packed(".js", *apart, *EDITORS) <= MAX_JS
    assert packed(".js", *apart) <= MAX_JS_WITH_EDITORS  # a form with formatted text and a signature
    assert packed(".css", *apart) <= MAX_CSS


def test_scripts_of_a_list_stay_within_the_budget() -> None:
    names = ("theme", "app", "list", "hits", "choose", "picker", "cells", "widths", "list-keys", "older")
    files = [next(VENDOR.glob("htmx-*.js")), *(STATIC / f"{name}.js" for name in names)]
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in files) <= MAX_LIST_JS


def packed(suffix: str, *apart: str) -> int:
    """The size of all static files with this ending but those whose names begin like one that stands apart."""
    files = (path for path in STATIC.rglob(f"*{suffix}") if not path.name.startswith(apart))
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in files)


def test_all_styles_of_a_designer_page_stay_within_the_budget() -> None:
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in STATIC.rglob("*.css")) <= MAX_DESIGNER_CSS


def test_a_static_file_is_packed_and_kept(client: FlaskClient) -> None:
    page = client.get("/login").text
    address = re.search(r'href="(/static/app\.css\?v=\w+)"', page)
    assert address
    answer = client.get(address[1], headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    assert gzip.decompress(answer.data) == (STATIC / "app.css").read_bytes()


def test_without_gzip_the_file_comes_as_it_is(client: FlaskClient) -> None:
    with client.get("/static/app.css") as answer:
        assert "Content-Encoding" not in answer.headers
        assert answer.data == (STATIC / "app.css").read_bytes()


@pytest.mark.parametrize(
    "address", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/vendor/", "/static/nope.js"]
)
def test_nothing_else_is_served(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code in (303, 404)


def test_scripts_of_a_page_come_in_one_piece(client: FlaskClient) -> None:
    answer = client.get("/static/form.js+picker.js?v=1", headers={"Accept-Encoding": "gzip"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    scripts = [(STATIC / name).read_bytes() for name in ("form.js", "picker.js")]
    assert gzip.decompress(answer.data) == b";\n".join(scripts)


def test_the_piece_is_not_sent_to_a_browser_that_has_it(client: FlaskClient) -> None:
    first = client.get("/static/form.js+picker.js")

    again = client.get("/static/form.js+picker.js", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304


@pytest.mark.parametrize(
    "name",
    ["form.js+nope.js", "form.js+../app.py", "form.js+app.css", "form.js+", "+".join(["form.js"] * 21)],
)
def test_only_our_scripts_come_in_one_piece(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404
