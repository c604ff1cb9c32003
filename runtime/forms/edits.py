"""What the browser keeps of what is typed and not on the server yet: which of it is on a page, and may go once that
is saved.
"""

from flask import flash, request

from runtime.forms.pages import Filling


def kept_at() -> str:
    """When the browser kept what this page holds, as the page says; nothing when it kept nothing."""
    text = request.form.get("_edits", "")
    return text if text.isascii() and text.isdecimal() and len(text) < 16 else ""


def saved(filling: Filling) -> None:
    """Tell the browser to forget what it kept of the page that was saved: of a section it kept nothing."""
    if filling.addresses.edits and not filling.section:
        flash(f"{filling.addresses.edits} {kept_at()}", "edits")
