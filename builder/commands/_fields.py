"""What commands on fields share."""

import re
from typing import Any

from runtime.definitions.documents import Document
from runtime.fields import FieldType
from runtime.text import search_key

TEXT = {"type": "string", "maxLength": 2000}


def fresh_key(form: Document, title: str) -> str:
    """A key that the form does not have yet, made of the title; Chinese in pinyin."""
    words = re.sub(r"[^a-z0-9]+", "_", search_key(title).split(" ")[0].lower()).strip("_")
    stem = (words if re.match(r"[a-z]", words) else f"field_{words}".rstrip("_"))[:34]
    number = 1
    key = stem
    while key in form["properties"]:
        number += 1
        key = f"{stem}_{number}"
    return key


def new_field(field_type: FieldType, title: str) -> dict[str, Any]:
    """The schema of a new field of a type."""
    return {
        **field_type.example_schema,
        "fw": {
            "type": field_type.name,
            "title": title or str(field_type.label),
            **field_type.example_options,
        },
    }


def place_field(form: Document, key: str, after: str) -> None:
    """Let the field stand on a row of its own behind another, where there is a layout."""
    for section in form.get("fw", {}).get("layout", ()):
        for index, row in enumerate(section["rows"]):
            if after in row:
                section["rows"].insert(index + 1, [key])
                return
