"""What the next page says of what was just done, and the way on from there or back."""

from collections.abc import Mapping

from flask import flash


def done(text: str, *, see: str = "", undo: str = "", sent: Mapping[str, object] | None = None) -> None:
    """Say that something was done: `see` is where it is looked at, `undo` takes what was `sent` along and undoes it."""
    flash({"text": text, "see": see, "undo": undo, "sent": dict(sent or {})})  # type: ignore[arg-type]
