"""The forms of the pages about apps."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from runtime.accounts.forms import Form, filled, up_to
from runtime.admin.forms import Boxes
from runtime.i18n import LANGUAGES, zones

DESCRIPTION_LENGTH = 500
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


def _a_key(form: Form, field: StringField) -> None:
    field.data = (field.data or "").strip()
    if field.data and not _KEY.fullmatch(field.data):
        raise ValidationError(_("A key begins with a letter a-z, then letters, digits and _, at most 40."))


def _some(form: Form, field: Boxes) -> None:
    if not field.data:
        raise ValidationError(_("Choose at least one language."))


class NewAppForm(Form):
    """A new app. Only the title must be given."""

    title = StringField(_l("Title"), [filled], render_kw={"autocomplete": "off"})
    description = TextAreaField(_l("What it is for"), [up_to(DESCRIPTION_LENGTH)], render_kw={"rows": 2})
    key = StringField(
        _l("Key"),
        [_a_key],
        description=_l("Names the app in addresses. Left empty, it is made of the title."),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    zone = SelectField(
        _l("Time zone"),
        description=_l("Dates and times of rules and reminders are meant in this zone."),
        render_kw={"data-zone": ""},
    )
    languages = Boxes(_l("Languages"), [_some])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cities = {zone: zone.replace("_", " ") for zone in zones()}
        self.zone.choices = {"": _("Not chosen (UTC)"), **cities}
        self.languages.choices = list(LANGUAGES.items())
