"""The keys of the canvas, as the list behind “?” tells them."""

from flask_babel import gettext as _


def keymap() -> list[tuple[tuple[str, ...], str]]:
    """Keys and what they do, in the reader's language."""
    return [
        (("/",), _("Add a field: type what it is, then Enter")),
        (("↑", "↓"), _("Go to the field above or below")),
        (("←", "→"), _("Out of a section, into a section")),
        (("Enter", "F2"), _("Change the title; after adding, Enter adds one more")),
        (("Alt + ↑", "Alt + ↓"), _("Move the field up or down")),
        (("Alt + ←", "Alt + →"), _("Put it beside the field above")),
        (("M",), _("Move to…")),
        (("W", "1 – 5"), _("Width, from a quarter to the full row")),
        (("R",), _("Required or not")),
        (("V",), _("New rule about when it is shown")),
        (("P",), _("To the properties")),
        (("Shift + ↑", "Shift + ↓", "Space"), _("Select several fields")),
        (("Ctrl + D",), _("Duplicate; so does dragging with Alt")),
        (
            ("Ctrl + C", "Ctrl + X", "Ctrl + V"),
            _("Copy, cut and paste fields, also into another form of the app"),
        ),
        (
            ("Ctrl + V",),
            _("Make options of copied lines, on a choice; make fields of copied columns of a spreadsheet"),
        ),
        (("G",), _("Save as a group to use again")),
        (("Delete",), _("Delete")),
        (("Ctrl + Z", "Ctrl + Shift + Z"), _("Undo, redo")),
        (("Ctrl + Enter",), _("Publish…")),
        (("Shift + P",), _("Preview")),
        (("F6",), _("To the next part of the page")),
        (("Ctrl + K",), _("Go to a screen of the app, a field of this form, or anywhere else")),
        (("?",), _("This list")),
    ]
