"""The canvas of a form: its fields in their layout, and the properties of what is selected."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from builder.studio import Studio


class FormFields:
    """Tab “Form”."""

    name = "form.fields"
    kind = "form"
    tab = "fields"
    title = _l("Form")
    order = 10
    template = "builder/form/fields.html"

    def count(self, studio: Studio) -> int | None:
        """How many fields there are."""
        return len(studio.document["properties"])

    def context(self, studio: Studio) -> Mapping[str, Any]:
        """The fields by key."""
        return {"fields": studio.document["properties"]}


plugin = FormFields()
