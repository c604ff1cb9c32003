"""Property panels, made from schemas: each control posts one command when it is changed. Pure.

`panel(schema, values, setting)` makes the controls of the options of a field, a trigger, an action. What an
option *means* (a form of the app, a field, a formula …) is told by its name, or where that is not enough by
the annotation `means` of its schema; see `_meanings`.
"""

from builder.panels._controls import Control, Option, Panel, Refused, Setting
from builder.panels._field import FieldCase, field_panel
from builder.panels._form import form_panel, title_panel
from builder.panels._making import panel
from builder.panels._reading import Incomplete, arguments

__all__ = [
    "Control",
    "FieldCase",
    "Incomplete",
    "Option",
    "Panel",
    "Refused",
    "Setting",
    "arguments",
    "field_panel",
    "form_panel",
    "panel",
    "title_panel",
]
