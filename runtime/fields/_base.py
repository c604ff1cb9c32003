"""What every field type is: the contract, the parsed field it works on, and the error it raises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple, Protocol, TypeAlias, cast

from sqlalchemy.types import TypeEngine
from wtforms import StringField
from wtforms.fields.core import UnboundField

from runtime.fields._texts import cleaned
from runtime.text import Title

JsonValue: TypeAlias = Any  # str, bool, int, Decimal, list or dict; an empty value is None or an absent key
Raw: TypeAlias = str | list[str]


def N_(text: str) -> str:  # noqa: N802 - the extraction of texts knows it by this name
    """The same text, marked for the catalogues; translated where it is shown."""
    return text


class ValueType(Enum):
    """What formulas and operators may do with a value."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    BOOL = "bool"
    LIST = "list"
    PATH = "path"
    """A list that is the way through a tree."""
    FILES = "files"
    """A list of ids of files."""
    ROWS = "rows"
    """Rows of fields of their own."""
    NOTHING = "nothing"


LISTED = frozenset((ValueType.LIST, ValueType.PATH, ValueType.FILES))
"""Values that are lists: they have no order among each other."""


class Reader(NamedTuple):
    """Who reads or types: locale of texts, IANA zone of moments."""

    locale: str
    zone: str


class Names(Protocol):
    """Titles of what a value points to; None when it is gone or may not be seen."""

    def record(self, form: str, record_id: int) -> str | None: ...
    def member(self, user_id: int) -> str | None: ...
    def department(self, department_id: int) -> str | None: ...
    def file(self, key: str) -> str | None: ...


class _NoNames:
    def record(self, form: str, record_id: int) -> None: ...
    def member(self, user_id: int) -> None: ...
    def department(self, department_id: int) -> None: ...
    def file(self, key: str) -> None: ...


NOBODY: Names = _NoNames()
"""For values that point to nothing."""


class FieldError(ValueError):
    """A value that its field refuses: a stable code, and the params of its sentence (runtime/problems.py)."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Field:
    """One property of a form document, parsed."""

    key: str
    type: "FieldType"
    title: Title
    help: Title
    schema: Mapping[str, Any]
    """The JSON Schema keywords that stand beside `fw`."""
    options: Mapping[str, Any]
    """The `fw` object."""
    required: bool = False
    default: JsonValue | None = None
    columns: Mapping[str, "Field"] = field(default_factory=dict)
    """The fields of each row of a sub-table."""


NO_OPTIONS: Mapping[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}


class FieldType:
    """One kind of field. A subclass per file; its instance is the file's `plugin`.

    Four shapes of a value: *raw* (text from a browser), *value* (canonical JSON), *column value* (what
    SQLAlchemy binds), *display* (text for people). Most types define `read`, `show`, `column` and
    `value_schema`, and inherit the rest.
    """

    name: str
    label: str
    icon: str
    group: str
    template: str = "fields/input.html"
    script: str = ""
    """The files of static/ that a form with such a field loads, with blanks between them."""
    stored: bool = True
    """Has a column."""
    writable: bool = True
    """A person may type it."""
    in_cells: bool = True
    """Its control works in a cell of a list: alone, with no script of its own, and needs no answer to draw its rest."""
    value_type: ValueType = ValueType.TEXT
    options: Mapping[str, Any] = NO_OPTIONS
    """JSON Schema of this type's own keys inside `fw`."""
    limits_are_typed: bool = False
    """Limits and the default are typed as values are, since they are stored otherwise."""
    keywords: tuple[str, ...] = ()
    """JSON Schema keywords that a document may set beside `fw`, and that judge the value."""
    examples: Sequence[tuple[Raw, JsonValue]] = ()
    counterexamples: Sequence[Raw] = ()
    example_schema: Mapping[str, Any] = {}
    example_options: Mapping[str, Any] = {}

    def value_schema(self, field: Field) -> dict[str, Any]:
        """JSON Schema 2020-12 of the canonical value, with the limits that the document sets."""
        raise NotImplementedError

    def column(self, field: Field) -> TypeEngine[Any] | None:
        """The SQL type; None when nothing is stored."""
        raise NotImplementedError

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue | None:
        """The value of a cleaned, non-blank text; raises FieldError."""
        return text

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        """Plain text of a value that is there."""
        return str(value)

    def parse(self, raw: Raw, field: Field, reader: Reader) -> JsonValue | None:
        """raw → value; None when blank (invisible characters alone are blank); raises FieldError."""
        text = one_text(raw)
        return self.read(text, field, reader) if text else None

    def normalise(self, value: JsonValue, field: Field) -> JsonValue | None:
        """The canonical form of a value from the API or a computation; None when it is blank.

        A value of a wrong JSON type comes back as it is, for the value schema to refuse. Raises FieldError.
        """
        return value

    def check(self, value: JsonValue, field: Field) -> None:
        """Judges, beyond JSON Schema, a canonical value that passed the value schema; raises FieldError."""

    def check_options(self, field: Field) -> None:
        """Judges what the options schema cannot say, when a form is published; raises FieldError."""

    def to_raw(self, value: JsonValue | None, field: Field, reader: Reader) -> Raw:
        """value → the text that the control shows; `parse` gives the same value back."""
        return "" if value is None else str(value)

    def display(self, value: JsonValue | None, field: Field, reader: Reader, names: Names) -> str:
        """value → plain text for people, "" when empty; HTML-escaping is the template's work."""
        return "" if value is None else self.show(value, field, reader, names)

    def control(self, field: Field) -> "UnboundField[Any]":
        """The WTForms field that carries the raw text in and out; it judges nothing."""
        return cast("UnboundField[Any]", StringField(name=field.key))

    def words(self, value: JsonValue) -> str:
        """value → the text in which a search looks for words."""
        return str(value)

    def attributes(self, field: Field, reader: Reader) -> dict[str, str]:
        """HTML attributes of the control: type, inputmode, autocomplete, maxlength, min, max, step …"""
        return {}

    def choices(self, field: Field, reader: Reader) -> list[tuple[str, str]]:
        """(raw, label) of each pickable value, for templates that list them."""
        return []

    def limit(self, limit: JsonValue, field: Field) -> JsonValue:
        """A limit of the document as a message names it."""
        return limit

    def joined(self, texts: list[str], field: Field) -> Raw:
        """What several controls of this field posted, as one text where they mean one."""
        return texts

    def parts(self, field: Field, raw: Raw, reader: Reader) -> list[tuple[str, str]]:
        """Of a field that is typed in parts: what each is called (English) and holds, as its reader orders them."""
        return []

    def steps(self, field: Field, raw: Raw, reader: Reader) -> list[tuple[str, list[tuple[str, str]]]]:
        """Of a type that is asked level by level: what is chosen on each level, and what it offers."""
        return []

    def prefix(self, field: Field, reader: Reader) -> str:
        """What stands before the control, such as a currency sign."""
        return ""

    def value_type_of(self, field: Field) -> ValueType:
        """The value type of this very field: `value_type`, save where options decide (formula, lookup)."""
        return self.value_type

    def to_column(self, value: JsonValue | None, field: Field) -> Any:
        """value → column value."""
        return value

    def from_column(self, stored: Any, field: Field) -> JsonValue | None:
        """column value → value."""
        return stored


def one_text(raw: Raw) -> str:
    """The one cleaned text of a raw value, "" when blank; FieldError for several different texts."""
    if isinstance(raw, str):
        return cleaned_text(raw)
    texts = {cleaned_text(item) for item in raw[:100]}
    if len(texts) > 1 or len(raw) > 100:
        raise FieldError("one_value")
    return texts.pop() if texts else ""


def cleaned_text(raw: str) -> str:
    """`_texts.cleaned`, its refusals as FieldErrors."""
    try:
        return cleaned(raw)
    except OverflowError as error:
        raise FieldError("maxLength", limit=error.args[0]) from None
    except ValueError:
        raise FieldError("characters") from None


def kept(field: Field) -> dict[str, Any]:
    """The keywords of the document that judge this field's value."""
    return {key: field.schema[key] for key in field.type.keywords if key in field.schema}
