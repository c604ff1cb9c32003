"""The field types that a computed value can have, shared by the types formula and lookup."""

from collections.abc import Mapping

from runtime.fields import (
    barcode,
    date,
    datetime,
    department,
    email,
    location,
    long_text,
    member,
    money,
    number,
    percent,
    phone,
    rating,
    time,
    url,
    yes_no,
)
from runtime.fields._base import N_, Field, FieldType
from runtime.fields._options import option

FORMULA_RESULTS: Mapping[str, FieldType] = {
    "number": number.plugin,
    "money": money.plugin,
    "percent": percent.plugin,
    "text": long_text.plugin,  # a computed text may be longer than one typed line
    "date": date.plugin,
    "datetime": datetime.plugin,
    "time": time.plugin,
    "yes_no": yes_no.plugin,
}
LOOKUP_RESULTS: Mapping[str, FieldType] = {
    **FORMULA_RESULTS,
    "email": email.plugin,
    "phone": phone.plugin,
    "url": url.plugin,
    "rating": rating.plugin,
    "barcode": barcode.plugin,
    "location": location.plugin,
    "member": member.plugin,
    "department": department.plugin,
}
NUMBER_OPTIONS = {name: money.plugin.options["properties"][name] for name in ("currency", "decimals")}


def result_option(results: Mapping[str, FieldType], default: str) -> dict[str, object]:
    """The option that names the type of the result."""
    about = N_("How the value is shown, stored and compared: the name of a field type.")
    return option(N_("Result"), about, default, {"enum": list(results)})


def result_type(field: Field, results: Mapping[str, FieldType], default: str) -> FieldType:
    """The field type that the value of a computed field has."""
    return results[field.options.get("result", default)]
