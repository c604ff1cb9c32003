"""HTML as a PDF, by WeasyPrint where that is installed (`formwright[pdf]`). What is printed fetches nothing, neither
from the network nor from the files of this machine.
"""

import importlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from runtime import config
from runtime.errors import PermanentError

STYLES = Path(config.ROOT, "templates", "records", "paper.css")


@cache
def is_available() -> bool:
    """Whether the library is installed; whether what it needs of the system is there, only printing shows."""
    return find_spec("weasyprint") is not None


def pdf(html: str) -> bytes:
    """The pages of a whole HTML document; PermanentError where the library, or what it needs, is not installed."""
    try:
        library: Any = importlib.import_module("weasyprint")  # takes a second: only who prints waits for it
    except (ImportError, OSError) as error:
        raise PermanentError(f"WeasyPrint cannot be used here: {error}") from error
    nothing = _fetching_nothing(library)
    styles = library.CSS(string=STYLES.read_text("utf-8"), url_fetcher=nothing)
    document = library.HTML(string=html, url_fetcher=nothing)
    return bytes(document.write_pdf(stylesheets=[styles]))


def _fetching_nothing(library: Any) -> Any:
    class Nothing(library.URLFetcher):  # type: ignore[misc]
        """Refuses every address; the library leaves out what it cannot fetch."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            raise ValueError("nothing is fetched")

    return Nothing()
