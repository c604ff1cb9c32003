"""The reference field type: a pointer to a record."""

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.types import TypeEngine

from runtime.fields._base import N_, Field, Names
from runtime.fields._ids import OFFER, IdField
from runtime.fields._options import KEY, option, own_options


class ReferenceField(IdField):
    """A record of another form (or of this one). The value is its id.

    `fill` copies values of the picked record into fields of this one, once, when it is picked; use a look-up
    to show the live value instead. `offer` is a condition over the records that may be picked, judged in the
    list and again when saving, as is the right to read the record. `on_delete` says what becomes of this
    record, or of this row of a sub-table, when the picked one is deleted.
    """

    name = "reference"
    label = N_("Reference")
    icon = "link"
    group = "link"
    options = own_options(
        "form",
        form=option(N_("Form"), N_("Key of the form whose records can be picked."), "customer", KEY),
        fill=option(
            N_("Fill in"),
            N_("Which fields of this form are filled from which fields of the picked record."),
            {"phone": "phone"},
            {"type": "object", "propertyNames": KEY, "additionalProperties": KEY},
        ),
        offer=OFFER,
        on_delete=option(
            N_("When the picked record is deleted"),
            N_(
                "Refuse while this record refers to it, which is so without this option, empty this field, or delete"
                " both."
            ),
            "delete",
            {"enum": ["refuse", "empty", "delete"]},
        ),
    )
    example_options = {"form": "customer"}

    def named(self, value: int, field: Field, names: Names) -> str | None:
        return names.record(field.options["form"], value)

    def column(self, field: Field) -> TypeEngine[Any]:
        return BigInteger()


plugin = ReferenceField()
