"""The HTML of a field.

An answer to /eval draws a whole form although one field of it changed, and a page is mostly drawn as it was
the last time. So what looks the same to the same reader is drawn once.
"""

from functools import lru_cache

from flask import current_app, g
from markupsafe import Markup

from runtime.fields import Reader
from runtime.forms.shown import Shown

KEPT = 2000  # fields, of about 3 kB
LONGEST = 2000  # characters of a value whose field is kept: memory is for what comes again
MOST_CHOICES = 300  # of a field that is kept, each some 60 characters


def drawn(shown: Shown) -> Markup:
    """The HTML of a field for the person who reads."""
    # What holds rows is drawn anew: nobody sees the same rows twice, and their cells are kept one by one.
    is_short = len(shown.raw) + len(shown.display) <= LONGEST and len(shown.choices) <= MOST_CHOICES
    is_kept = shown.table is None and is_short
    return _drawn(shown, g.reader) if is_kept else _drawn.__wrapped__(shown, g.reader)


@lru_cache(KEPT)
def _drawn(shown: Shown, _reader: Reader) -> Markup:
    field = current_app.jinja_env.get_template("fields/field.html").module.field  # type: ignore[attr-defined]
    return Markup(field(shown))  # noqa: S704
