"""What must stand nowhere in the sources, because the reviewer of tomorrow will not look for it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime import config

ROOT = Path(config.ROOT)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SOURCES = sorted([ROOT / "app.py", *(ROOT / "runtime").rglob("*.py"), *(ROOT / "builder").rglob("*.py")])
SCRIPTS = sorted(path for path in (ROOT / "static").glob("*.js"))

IN_TEMPLATES = {
    "a text marked as safe": r"\|\s*safe\b|autoescape\s+false",
    "a style of its own": r"<style\b|\sstyle\s*=",
    "a script of its own": r"<script(?![^>]*\ssrc=)",
    "an event attribute": r"\son[a-z]+\s*=\s*[\"']",
    "htmx code in an attribute": r"\shx-on\b|\shx-vals\s*=\s*[\"']js:|javascript:",
    "something from elsewhere": r"(src|href|action)\s*=\s*[\"'](https?:)?//",
}
IN_SOURCES = {
    "eval or exec": r"(?<![\w.])(eval|exec)\(",
    "pickle": r"\bimport pickle\b|\bpickle\.|\bmarshal\.|\bshelve\b",
    "a shell": r"shell\s*=\s*True|os\.system\(|os\.popen\(",
    "unchecked certificates": r"verify\s*=\s*False|CERT_NONE|_create_unverified",
    "templates made of texts": r"render_template_string|from_string\(.*jinja",
    "YAML objects": r"yaml\.load\(|yaml\.unsafe",
}
SQL_OF_TEXTS = r"\btext\(f[\"']|\btext\([a-z]+ \+|\.execute\(f[\"']|exec_driver_sql\(f[\"']"
# What was looked at: each file that may do it, with the reason.
SQL = {
    "runtime/db.py": "pragmas of SQLite, all written there",
    "runtime/turns.py": "one pragma with a number that is written there",
    "runtime/migrations/versions/0016_comments.py": "names of columns, all written there",
    "runtime/migrations/versions/0038_cost_of_cutting.py": "one number that is written in runtime/grams.py",
    "runtime/records/tables.py": "names of columns and tables, quoted by the dialect; the one module that may",
}
HTML_OF_TEXTS = r"\beval\(|new Function\(|innerHTML|outerHTML\s*=|insertAdjacentHTML|document\.write"
HTML = {
    "static/cells.js": "the name of a swap: htmx puts the editor of a cell there, as our own template drew it",
    "static/picker.js": "the options of a picker, as our own template escaped them",
    "static/designer-formula.js": "the result of a formula, as our own template escaped it",
    "static/designer-suggest.js": "fields and functions to choose from, as our own template escaped them",
}
MARKUP = {
    "builder/canvas.py": "a sentence with the product's own words",
    "builder/routes/preview.py": "a list in another language than its page, as our own template drew it",
    "runtime/i18n.py": "the product's own words, as Jinja has them",
    "runtime/forms/drawn.py": "a field as the template of all fields drew it",
    "runtime/forms/lists/pattern.py": "a row as the template of rows drew it, with values that were escaped",
    "runtime/shell.py": "icons of our own sprite; Markdown and formatted text, each cleaned where it is made",
}


def found(paths: list[Path], pattern: str) -> Iterator[str]:
    """The places of a pattern."""
    for path in paths:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if re.search(pattern, line):
                yield f"{path.relative_to(ROOT)}:{number}: {line.strip()}"


@pytest.mark.parametrize("pattern", IN_TEMPLATES.values(), ids=IN_TEMPLATES.keys())
def test_no_template_holds(pattern: str) -> None:
    assert list(found(TEMPLATES, pattern)) == []


@pytest.mark.parametrize("pattern", IN_SOURCES.values(), ids=IN_SOURCES.keys())
def test_no_source_holds(pattern: str) -> None:
    assert list(found(SOURCES, pattern)) == []


def places(paths: list[Path], pattern: str) -> set[str]:
    """The files that hold a pattern."""
    return {line.split(":")[0] for line in found(paths, pattern)}


def test_sql_of_texts_stands_where_it_was_looked_at() -> None:
    assert places(SOURCES, SQL_OF_TEXTS) == set(SQL)


def test_html_of_texts_stands_where_it_was_looked_at() -> None:
    assert places(SCRIPTS, HTML_OF_TEXTS) == set(HTML)


def test_markup_stands_where_it_was_looked_at() -> None:
    assert places(SOURCES, r"\bMarkup\(") == set(MARKUP)
