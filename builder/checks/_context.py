"""What a check may know beside the document: the other documents of the app, and earlier versions."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from runtime.conditions import ConditionError
from runtime.definitions.dependencies import RingError
from runtime.definitions.documents import MAX_HOPS, Document, Form, parse_fields, parse_form
from runtime.fields import Field, ValueType
from runtime.formulas import FormulaError

SYSTEM_TYPES: Mapping[str, ValueType] = {
    "id": ValueType.NUMBER,
    "created_at": ValueType.DATETIME,
    "created_by": ValueType.NUMBER,
    "updated_at": ValueType.DATETIME,
    "updated_by": ValueType.NUMBER,
    "owner_id": ValueType.NUMBER,
    "department_id": ValueType.NUMBER,
}
USER_TYPES: Mapping[str, ValueType] = {"id": ValueType.NUMBER, "department_id": ValueType.NUMBER}

Types = dict[str, ValueType]


@dataclass(frozen=True, eq=False)
class Context:
    """`documents` are those of the app as they will be, by kind and key; `history` are the earlier versions
    of the document that is judged, oldest first.
    """

    app: str
    documents: Mapping[tuple[str, str], Any]
    history: tuple[Document, ...] = ()
    _fields: dict[str, Mapping[str, Field]] = field(default_factory=dict)

    def for_document(self, history: tuple[Document, ...]) -> "Context":
        """The same context for a document with this history."""
        return replace(self, history=history)

    def has(self, kind: str, key: str) -> bool:
        """Whether the app has such a definition."""
        return (kind, key) in self.documents

    def of(self, kind: str) -> dict[str, Document]:
        """The documents of a kind by key."""
        return {key: document for (each, key), document in self.documents.items() if each == kind}

    def fields(self, form: str) -> Mapping[str, Field]:
        """The fields of a form of the app; none of a form that does not exist."""
        if form not in self._fields:
            document = self.document_of(form)
            self._fields[form] = parse_fields(document) if document else {}
        return self._fields[form]

    def document_of(self, form: str) -> Any:
        """The document of a form, or of the rows of a sub-table (`quote.lines`) as one; None when there is none."""
        found = self.documents.get(("form", form))
        if found is not None or not outer_form(form):
            return found
        around, key = self.documents.get(("form", outer_form(form))), form.rpartition(".")[2]
        if around is None or "items" not in around["properties"].get(key, {}):
            return None
        return form_of_rows(around, key)

    def form(self, key: str) -> Form | None:
        """The form as it will be, its ids 0; None when there is none, or a broken one."""
        document = self.documents.get(("form", key))
        if document is None:
            return None
        try:
            return parse_form(
                document, app=self.app, definition_id=0, version_id=0, number=0, table_name="", zone="UTC"
            )
        except (ConditionError, FormulaError, RingError):
            return None

    def languages(self) -> list[str]:
        """The languages that the app speaks."""
        document = self.documents.get(("app", self.app), {})
        return list(document.get("languages", ["en"]))

    def type_of(self, form: str, key: str, hops: int = 0) -> ValueType:
        """The value type of a field; a look-up has that of the field it shows."""
        found = self.fields(form)[key]
        through = self.fields(form).get(found.options.get("through", ""))
        if found.type.name != "lookup" or through is None or hops == MAX_HOPS:
            return found.type.value_type_of(found)
        target = str(through.options.get("form"))
        if found.options["field"] not in self.fields(target):
            return found.type.value_type_of(found)
        return self.type_of(target, found.options["field"], hops + 1)

    def own_types(self, form: str) -> Types:
        """Types of a form's fields, those without a value too, by key."""
        return {key: self.type_of(form, key) for key in self.fields(form)}

    def stored_types(self, form: str) -> Types:
        """Types of a form's fields that have a column, by key."""
        return {key: each for key, each in self.own_types(form).items() if self.fields(form)[key].type.stored}

    def record_types(self, form: str) -> Types:
        """Types of a form's fields and of what every record has; a row of a sub-table has only its fields."""
        return {**({} if outer_form(form) else SYSTEM_TYPES), **self.own_types(form)}

    def rule_types(self, form: str) -> Types:
        """What the rules of a form look at; those of a row may look at its record too."""
        own = self.own_types(form)
        return {**own, **self.fact_types(form)} if outer_form(form) else own

    def fact_types(self, form: str) -> Types:
        """`record.x` and `user.x`, as conditions on offered records may name them. The record of a row is the one
        whose row it is.
        """
        record = self.record_types(outer_form(form) or form)
        return {**_under("record", record), **_under("user", USER_TYPES)}

    def condition_facts(self, form: str) -> Types:
        """What conditions compare with: `fact_types`, and the present moment with the days around it."""
        return {**self.fact_types(form), "now": ValueType.DATETIME}

    def column_types(self, form: str) -> Types:
        """`lines.amount`, as formulas name what stands in all rows of a sub-table."""
        return {
            f"{key}.{column}": ValueType.LIST
            for key, found in self.fields(form).items()
            for column in found.columns
        }

    def formula_types(self, form: str) -> Types:
        """What formulas of a form may name, or of the rows of a sub-table: fields, columns of all rows, facts."""
        columns = self.column_types(form)
        inside = _under("record", columns)
        return {**self.record_types(form), **self.fact_types(form), **columns, **inside}

    def with_rows(self, key: str, document: Document, history: tuple[Document, ...]) -> "Context":
        """The same context that also knows the form of the rows of a sub-table."""
        documents = {**self.documents, ("form", key): document}
        return Context(self.app, documents, history)

    def event_types(self, form: str) -> Types:
        """What an automation on this form knows."""
        return {
            **self.fact_types(form),
            **_under("before", self.own_types(form)),
            "changed": ValueType.LIST,
            "now": ValueType.DATETIME,
        }


def form_of_rows(document: Document, key: str) -> Document:
    """The rows of a sub-table as a form of its own."""
    named = {"$schema": document["$schema"], "$id": f"{document['$id']}.{key}", "title": key}
    return {**named, **document["properties"][key]["items"]}


def outer_form(form: str) -> str:
    """Of the key of a form of rows, `quote.lines`, the form whose sub-table it is; else ""."""
    return form.rpartition(".")[0]


def _under(name: str, types: Mapping[str, ValueType]) -> Types:
    return {f"{name}.{key}": each for key, each in types.items()}


def paths(types: Mapping[str, ValueType]) -> dict[tuple[str, ...], ValueType]:
    """The same types by path, as formulas name them."""
    return {tuple(key.split(".")): each for key, each in types.items()}
