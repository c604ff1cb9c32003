"""Values that are files: ids of what was uploaded, shared by the types file, image and signature."""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy.types import TypeEngine

from runtime.fields._base import (
    N_,
    Field,
    FieldError,
    FieldType,
    JsonValue,
    Names,
    Raw,
    Reader,
    ValueType,
    cleaned_text,
    kept,
)
from runtime.fields._columns import Several
from runtime.fields._listed import joined
from runtime.fields._options import option
from runtime.sizes import MEGABYTE
from runtime.text import localized

MOST_MEGABYTES = 100  # of one file, whatever an option says
MOST_FILES = 50
KINDS: Mapping[str, tuple[str, ...]] = {
    "image": ("jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff", "heic", "heif"),
    "pdf": ("pdf",),
    "document": ("doc", "docx", "odt", "rtf", "txt", "md"),
    "spreadsheet": ("xls", "xlsx", "ods", "csv"),
    "presentation": ("ppt", "pptx", "odp"),
    "audio": ("mp3", "wav", "m4a", "ogg", "flac"),
    "video": ("mp4", "mov", "webm", "avi", "mkv"),
    "archive": ("zip", "7z", "rar", "tar", "gz"),
}
PICTURES = ("jpg", "jpeg", "png", "gif", "webp", "bmp")
ID = "^[0-9a-f]{32}$"
_UNNAMED = {"en": "a file", "zh": "一个文件"}

MAX_SIZE = option(
    N_("Largest size"),
    N_("In megabytes, of one file. Without it, 20."),
    5,
    {"type": "integer", "minimum": 1, "maximum": MOST_MEGABYTES},
)


class FilesField(FieldType):
    """What the types that hold files share. A value is the list of their ids, in the order in which they came.

    `most` is how many without `maxItems`; `is_picture` says that only a picture made anew is kept of what comes.
    """

    template = "fields/files.html"
    in_cells = False
    script = "upload.js"
    value_type = ValueType.FILES
    keywords: tuple[str, ...] = ("minItems", "maxItems")
    most = 10
    is_picture = False

    def extensions(self, field: Field) -> tuple[str, ...]:
        """The endings of names that are taken; none means any."""
        return PICTURES

    def most_bytes(self, field: Field) -> int:
        """The largest size of one file."""
        return int(field.options.get("max_size", 20)) * MEGABYTE

    def most_files(self, field: Field) -> int:
        """How many there may be."""
        return int(self.value_schema(field)["maxItems"])

    def parse(self, raw: Raw, field: Field, reader: Reader) -> JsonValue | None:
        found = [raw] if isinstance(raw, str) else raw
        if len(found) > 2 * MOST_FILES:
            raise FieldError("maxItems", limit=MOST_FILES)
        ids = [text for text in map(cleaned_text, found) if text]
        if not all(re.fullmatch(ID, each) for each in ids):
            raise FieldError("file_gone")
        return list(dict.fromkeys(ids)) or None

    def normalise(self, value: JsonValue, field: Field) -> JsonValue | None:
        return (list(value) or None) if isinstance(value, list) else value

    def value_schema(self, field: Field) -> dict[str, Any]:
        items = {"type": "string", "pattern": ID}
        limits = {"minItems": 1, "maxItems": self.most, **kept(field)}
        limits["maxItems"] = min(limits["maxItems"], MOST_FILES)
        return {"type": "array", "items": items, "uniqueItems": True, **limits}

    def to_raw(self, value: JsonValue | None, field: Field, reader: Reader) -> Raw:
        return "" if value is None else list(value)

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        unnamed = localized(_UNNAMED, reader.locale)
        return joined((names.file(each) or unnamed for each in value), reader.locale)

    def column(self, field: Field) -> TypeEngine[Any]:
        return Several()

    def attributes(self, field: Field, reader: Reader) -> dict[str, str]:
        accept = ",".join(f".{each}" for each in self.extensions(field))
        several = {"multiple": "multiple"} if self.most_files(field) > 1 else {}
        size = {
            "data-most-bytes": str(self.most_bytes(field)),
            "data-most-files": str(self.most_files(field)),
        }
        return {"type": "file", **({"accept": accept} if accept else {}), **several, **size}
